"""Something is reported in a lane of the room."""

from __future__ import annotations

from typing import Any

from paraat.exercises.injects.world import World
from paraat.exercises.rules.scenario import Keys
from paraat.kernel.errors import Conflict

_DISINFORMATION = frozenset({"claim", "channel", "spread", "legal_basis"})
KEYS = Keys(needs=frozenset({"lane", "text"}), may=_DISINFORMATION | {"source", "reliability", "credibility"})


def play(world: World) -> dict[str, str]:
    """A signal, graded as the scenario says. Raises Conflict when the room has no such lane."""
    from paraat.warroom.actions.signals import report_signal

    room = world.room()
    lane = room.lanes.filter(key=world.value("lane")).first() or room.lanes.first()
    if lane is None:
        raise Conflict("The room has no lanes", room=room.number)
    about: dict[str, Any] = {name: world.text(name) for name in _DISINFORMATION if lane.disinformation}
    signal = report_signal(
        room=room,
        lane=lane,
        text=world.text(),
        by=world.by,
        source=world.text("source"),
        reliability=world.value("reliability", "F"),
        credibility=world.value("credibility", 6),
        **about,
    )
    return {"signal": str(signal.pk), "room": str(room.pk)}
