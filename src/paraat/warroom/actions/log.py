"""The log of a room: what somebody wants the others and the next shift to know. Lines are never changed."""

from __future__ import annotations

from datetime import datetime

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action
from paraat.warroom.actions.changes import note, touch_open
from paraat.warroom.models import LogEntry, Room


@action
def add_line(*, room: Room, text: str, by: Actor, at: datetime | None = None, tlp: Tlp | int | None = None) -> LogEntry:
    """Add a line; `at` None: now, `tlp` None: the room's own. Raises Invalid without words."""
    if not text.strip():
        raise Invalid("Write what happened", field="text")
    entry = LogEntry.objects.create(
        room=room,
        text=text.strip(),
        at=at or moment.now(),
        by=by.label[:200],
        tlp=int(room.tlp if tlp is None else tlp),
        exercise=room.exercise,
    )
    note("room.log", by=by, on=entry, room=room)
    touch_open(room)
    return entry
