"""What is past its time: alerts that no longer hold, and mitigations that are about to end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q

from paraat.alerts import happening, ladders
from paraat.alerts.actions.calls import close_lines_of
from paraat.alerts.actions.climbing import exhausted_key
from paraat.alerts.actions.telling import Message, cancel, tell
from paraat.alerts.models import Alert, Delivery, Notice
from paraat.alerts.rules import ladder, night
from paraat.kernel.actor import SYSTEM
from paraat.platform import facts, moment
from paraat.platform.actions import action, record

AHEAD = timedelta(hours=1)
"""How long before a mitigation ends its organisation is reminded."""
TOLD = timedelta(days=1)
"""After this a correction is history: it has no end of its own, and nobody has to acknowledge it."""
BATCH = 500


@action
def expire(*, now: datetime | None = None) -> int:
    """End open notices whose alert holds no longer, and alerts that are over; returns how many notices. What was never acknowledged stays counted
    as silent: that it is over does not mean that somebody was reached."""
    at = now or moment.now()
    due = Notice.objects.open().filter(expires_at__lte=at).select_for_update(skip_locked=True, of=("self",))
    notices = list(due.select_related("alert", "organisation")[:BATCH])
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(
        state=Notice.State.EXPIRED, step_due_at=None, waits_until=None
    )
    if notices:
        cancel(notices)
        close_lines_of(notices=notices, now=at, why="expired")
    for notice in notices:
        facts.announce(facts.Settled(exhausted_key(notice)))
        record(
            "notice.expired",
            by=SYSTEM,
            on=notice,
            organisation=notice.organisation_id,
            detail={"alert": notice.alert.number},
        )
    happening.notices_changed(notices)
    _close(at)
    return len(notices)


@action
def remind_mitigations(*, now: datetime | None = None) -> int:
    """Remind whoever said until when a mitigation holds that it ends within the hour; returns how many notices. Once per mitigation."""
    at = now or moment.now()
    ending = Notice.objects.filter(
        state=Notice.State.ACKNOWLEDGED, mitigation_until__lte=at + AHEAD, mitigation_until__gt=at - AHEAD,
        mitigation_reminded_at=None, alert__state__in=[Alert.State.SENT, Alert.State.CLOSED],
    )  # fmt: skip
    locked = ending.select_for_update(skip_locked=True, of=("self",)).select_related("alert", "organisation")
    notices = list(locked.order_by("mitigation_until")[:BATCH])
    if not notices:
        return 0
    contacts = ladders.book({notice.organisation_id for notice in notices}, at)
    messages = [message for notice in notices if (message := _reminder(notice, contacts, at)) is not None]
    made = tell(messages=messages, now=at, purpose=Delivery.Purpose.REMINDER, rounds=_rounds(notices))
    _let_sleep(made, at)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mitigation_reminded_at=at)
    for notice in notices:
        record("notice.reminded", by=SYSTEM, on=notice, organisation=notice.organisation_id)
    happening.notices_changed(notices)
    return len(notices)


def _reminder(notice: Notice, contacts: ladders.Book, now: datetime) -> Message | None:
    """To the first way on the ladder, by preference one that lets people sleep."""
    rungs = contacts.rungs(notice.organisation_id, now, tlp=notice.tlp)
    calls = [call for rung in rungs for call in rung.calls]
    quiet = [call for call in calls if call.way.kind not in night.RINGING]
    found: ladder.Call | None = next(iter([*quiet, *calls]), None)
    return Message(notice, contacts.contacts[found.person.id], found.way) if found else None


def _let_sleep(reminders: Sequence[Delivery], now: datetime) -> None:
    """A reminder rings nobody at night whom the notice itself would have let sleep."""
    later = [
        reminder.pk
        for reminder in reminders
        if reminder.kind in night.RINGING
        and not night.may_ring(now, severity=reminder.severity, preference=_preference(reminder))
    ]
    Delivery.objects.filter(pk__in=later).update(due_at=night.morning(now))


def _preference(reminder: Delivery) -> str:
    return str(reminder.contact.night) if reminder.contact else night.Preference.SEVERE


def _rounds(notices: list[Notice]) -> dict[UUID, int]:
    reminders = Count("told", filter=Q(told__purpose=Delivery.Purpose.REMINDER))
    rows = Notice.objects.filter(pk__in=[notice.pk for notice in notices]).annotate(reminders=reminders)
    return dict(rows.values_list("pk", "reminders"))


def _close(now: datetime) -> None:
    past = Q(valid_until__lte=now) | Q(kind=Alert.Kind.CORRECTION, sent_at__lte=now - TOLD)
    over = Alert.objects.filter(past, state=Alert.State.SENT).exclude(notices__state=Notice.State.OPEN)
    for alert in over.distinct():
        if (
            Alert.objects.filter(pk=alert.pk, state=Alert.State.SENT).update(state=Alert.State.CLOSED, ended_at=now)
            == 1
        ):
            record("alert.closed", by=SYSTEM, on=alert, detail={"number": alert.number})
            happening.changed(alert)
