"""What every change of a room does: it moves the room's cursor, tells whoever has it open, and leaves a line in the journal without its words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict
from paraat.kernel.marking import Tlp
from paraat.platform import live
from paraat.platform.actions import action, record
from paraat.warroom.models import Room


def topic(room: Room) -> str:
    """The live topic of a room."""
    return f"room.{room.pk}"


def touch(room: Room) -> None:
    """Say that the room changed: its cursor grows, and every page that shows it is told when the transaction commits, once however often it is said.

    The event names the room and nothing else; a page fetches with its own rights. Call it in every action that changes what a room shows.
    """
    Room.objects.filter(pk=room.pk).update(cursor=F("cursor") + 1)
    live.publish(topic(room), id=room.pk)


def touch_open(room: Room) -> None:
    """The same, for what is done in rooms that are not closed. Raises Conflict in a closed one; nobody closes it before this transaction ends."""
    going = Room.objects.exclude(state=Room.State.CLOSED).filter(pk=room.pk)
    if going.update(cursor=F("cursor") + 1) != 1:
        raise Conflict("This room is closed")
    live.publish(topic(room), id=room.pk)


@action
def touch_joined(*, case: UUID) -> None:
    """Say that the rooms to which a case is joined changed: they show where it stands."""
    for room in Room.objects.open().filter(cases=case):
        touch(room)


def note(verb: str, *, by: Actor, on: Any, room: Room, **detail: Any) -> None:
    """A line of the journal. It says what was done in which room, never the words: the journal is read by more people than the room."""
    level = max(int(getattr(on, "tlp", 0)), int(room.tlp), int(Tlp.AMBER_STRICT))
    record(verb, by=by, on=on, tlp=level, exercise=room.exercise, detail={"room": room.number, **detail})
