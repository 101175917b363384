"""Somebody of the press calls and asks."""

from __future__ import annotations

from paraat.exercises.injects.world import World
from paraat.exercises.rules.scenario import Keys

KEYS = Keys(needs=frozenset({"medium", "text"}))


def play(world: World) -> dict[str, str]:
    """The call in the room's press log, still without an answer."""
    from paraat.warroom.actions.press import log_call

    call = log_call(room=world.room(), medium=world.text("medium"), asked=world.text(), by=world.by)
    return {"presscall": str(call.pk)}
