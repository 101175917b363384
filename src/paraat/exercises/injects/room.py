"""A war room is opened, where the scenario begins in one."""

from __future__ import annotations

from paraat.exercises.injects.world import World
from paraat.exercises.rules.scenario import Keys

KEYS = Keys(needs=frozenset({"kind", "text"}))


def play(world: World) -> dict[str, str]:
    """A room that watches over everybody who plays."""
    from paraat.warroom.actions.rooms import open_room

    room = open_room(
        title=world.title(),
        purpose=world.text(),
        by=world.by,
        kind=world.value("kind"),
        organisations=list(world.parts.values()),
        exercise=True,
    )
    return {"room": str(room.pk)}
