"""Disinformation is forgotten 90 days after its period: the words go, that there was a signal stays."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.platform.actions import action
from paraat.warroom.actions.changes import note, touch
from paraat.warroom.models import Room, Signal

EMPTIED = ("text", "source", "claim", "channel", "spread", "verified_how", "outcome", "escalated_to")
"""What a purged signal no longer says. Its lane, grade, moments and legal basis stay, so that figures stay true and the keeping can be explained."""
BATCH = 500


@action
def purge_disinformation(*, now: datetime | None = None) -> int:
    """Empty what is due; returns how many signals (at most 500: the job comes again). A run that was missed is made up for by the next."""
    at = now or moment.now()
    due = Signal.objects.filter(purge_at__lte=at, purged_at=None, lane__disinformation=True).order_by("purge_at")
    keys = list(due.values_list("pk", "room")[:BATCH])
    rows = Signal.objects.filter(pk__in=[key for key, _room in keys], purged_at=None)
    emptied = rows.update(purged_at=at, organisation=None, **dict.fromkeys(EMPTIED, ""))
    counted = Counter(room for _key, room in keys)
    for room in Room.objects.filter(pk__in=counted):
        note("signal.purged", by=SYSTEM, on=room, room=room, signals=counted[room.pk])
        touch(room)
    return emptied
