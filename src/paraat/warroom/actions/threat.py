"""The threat level of a room, from 1 (low) to 4 (very serious) as CUTA/OCAD counts, with its history."""

from __future__ import annotations

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action
from paraat.warroom.actions.changes import note, touch_open
from paraat.warroom.models import Room, ThreatLevel

LOWEST, HIGHEST = 1, 4


@action
def set_threat_level(*, room: Room, level: int, because: str, by: Actor) -> ThreatLevel:
    """Give the room another threat level, with the reason. Raises Invalid outside 1-4 or without a reason, Conflict when it has changed meanwhile."""
    if not LOWEST <= level <= HIGHEST:
        raise Invalid("A threat level is 1 to 4", field="level", value=level)
    if not because.strip():
        raise Invalid("Write why: it may have to be explained later", field="because")
    if Room.objects.filter(pk=room.pk, threat_level=room.threat_level).update(threat_level=level) != 1:
        raise Conflict()
    given = ThreatLevel.objects.create(
        room=room, level=level, because=because.strip()[:500], at=moment.now(), by=by.label[:200]
    )
    note("room.threat", by=by, on=room, room=room, before=room.threat_level, level=level)
    touch_open(room)
    room.refresh_from_db()
    return given
