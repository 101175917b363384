"""Escalation triggers: pulled, a clock runs; when nobody answers in time the team is paged, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action
from paraat.platform.facts import Settled, Waits, announce
from paraat.warroom.actions.changes import note, touch, touch_open
from paraat.warroom.models import Room, Trigger

LONGEST = 7 * 24 * 60
"""Minutes: a trigger that may wait longer is a task."""


@action
def add_trigger(*, room: Room, condition: str, then: str, minutes: int, by: Actor) -> Trigger:
    """Agree that when `condition` is seen, `then` must be done within so many minutes. Raises Invalid when one of the three is missing or absurd."""
    if not condition.strip() or not then.strip():
        raise Invalid("Write what is seen, and what must then be done", field="condition")
    if not 1 <= minutes <= LONGEST:
        raise Invalid("The clock runs between a minute and a week", field="minutes", value=minutes)
    trigger = Trigger.objects.create(
        room=room, condition=condition.strip()[:300], then=then.strip()[:300], minutes=minutes
    )
    note("trigger.added", by=by, on=trigger, room=room, minutes=minutes)
    touch_open(room)
    return trigger


@action
def pull_trigger(*, trigger: Trigger, by: Actor) -> None:
    """The condition is seen: the clock runs. A trigger that was answered may be pulled again; one that runs may not (Conflict)."""
    now = moment.now()
    idle = Trigger.objects.filter(pk=trigger.pk, pulled_at=trigger.pulled_at, answered_at=trigger.answered_at)
    if trigger.pulled_at and not trigger.answered_at:
        raise Conflict("This clock runs already")
    started = {"pulled_at": now, "pulled_by": by.label[:200], "due_at": now + timedelta(minutes=trigger.minutes)}
    stopped = {"paged_at": None, "answered_at": None, "answered_by": "", "outcome": ""}
    if idle.update(**started, **stopped) != 1:
        raise Conflict()
    note("trigger.pulled", by=by, on=trigger, room=trigger.room, minutes=trigger.minutes)
    touch_open(trigger.room)
    trigger.refresh_from_db()


@action
def answer_trigger(*, trigger: Trigger, outcome: str, by: Actor) -> None:
    """It was done, or decided otherwise: the clock stops, and paging with it. Raises Invalid without words, Conflict when no clock runs."""
    if not outcome.strip():
        raise Invalid("Say what was done", field="outcome")
    running = Trigger.objects.filter(pk=trigger.pk, pulled_at__isnull=False, answered_at=None)
    answer = {"answered_at": moment.now(), "answered_by": by.label[:200], "outcome": outcome.strip()[:500]}
    if running.update(**answer) != 1:
        raise Conflict("No clock runs here")
    announce(Settled(_key(trigger)))
    note("trigger.answered", by=by, on=trigger, room=trigger.room)
    touch_open(trigger.room)
    trigger.refresh_from_db()


@action
def page_silent_triggers(*, now: datetime | None = None) -> int:
    """Page for every clock that ran out unanswered, once each; returns how many. A run that was missed is late, not lost."""
    at, paged = now or moment.now(), 0
    for trigger in Trigger.objects.filter(due_at__lte=at, answered_at=None, paged_at=None).select_related("room"):
        if Trigger.objects.filter(pk=trigger.pk, answered_at=None, paged_at=None).update(paged_at=at) != 1:
            continue  # somebody answered, or another worker was first
        room: Room = trigger.room
        words = f"{room.number}: nobody answered an escalation trigger within {trigger.minutes} min"
        announce(Waits("trigger", _key(trigger), words, reverse("room", args=[room.pk]), exercise=room.exercise))
        note("trigger.silent", by=SYSTEM, on=trigger, room=room)
        touch(room)
        paged += 1
    return paged


def _key(trigger: Trigger) -> str:
    """One per pulling, so that a trigger that is pulled again can page again."""
    pulled = Trigger.objects.values_list("pulled_at", flat=True).get(pk=trigger.pk)
    return f"trigger {trigger.pk} {pulled:%Y%m%dT%H%M%S}"
