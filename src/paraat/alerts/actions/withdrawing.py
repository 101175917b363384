"""An alert that was wrong: escalation stops, and everybody who was told is told so, by the same ways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paraat.alerts import happening, ladders
from paraat.alerts.actions.calls import close_lines_of, put_on_call_list
from paraat.alerts.actions.climbing import exhausted_key
from paraat.alerts.actions.numbers import take_number
from paraat.alerts.actions.releasing import needed
from paraat.alerts.actions.telling import Message, cancel, tell
from paraat.alerts.models import Alert, CallLine, Delivery, Notice, Told
from paraat.alerts.rules import night
from paraat.alerts.rules.ladder import Way
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict
from paraat.platform import facts, moment
from paraat.platform.actions import action, record


@action
def withdraw_alert(*, alert: Alert, by: Actor, reason: str) -> Alert:
    """Withdraw a sent alert; returns its correction, an alert of its own whose deliveries go to whoever was told.

    Every address that a message left for gets the correction there; who was told by phone comes on the call list. Raises Invalid without a
    reason, Conflict when the alert is not one that was sent.
    """
    why, now = needed(reason), moment.now()
    changes = {"state": Alert.State.WITHDRAWN, "ended_at": now, "ended_because": why}
    sent = Alert.objects.filter(pk=alert.pk, state__in=[Alert.State.SENT, Alert.State.CLOSED])
    if sent.update(**changes) != 1:
        raise Conflict("Only an alert that was sent can be withdrawn")
    alert.refresh_from_db()
    notices = list(alert.notices.exclude(state=Notice.State.PREPARED).select_related("organisation", "alert"))
    # First, since it waits for a ladder that is climbing, whose messages are then taken back too.
    _end(alert, notices, by, why, now)
    cancel(notices)
    correction = _correction(alert, by, why, now)
    tell(messages=_recipients(alert), now=now, purpose=Delivery.Purpose.CORRECTION, alert=correction)
    _let_sleep(correction, alert, now)
    _phone(notices, now)
    happening.changed(alert)
    happening.alert_happened("alert.withdrawn", alert, now)
    return correction


def _end(alert: Alert, notices: Sequence[Notice], by: Actor, why: str, now: datetime) -> None:
    alert.notices.filter(pk__in=[notice.pk for notice in notices]).update(
        state=Notice.State.WITHDRAWN, step_due_at=None, waits_until=None
    )
    close_lines_of(notices=notices, now=now, why="withdrawn")
    for notice in notices:
        facts.announce(facts.Settled(exhausted_key(notice)))
        record(
            "notice.withdrawn",
            by=by,
            on=notice,
            organisation=notice.organisation_id,
            detail={"alert": alert.number, "reason": why},
        )
    record("alert.withdrawn", by=by, on=alert, detail={"number": alert.number, "reason": why})
    happening.notices_changed(notices)


def _correction(alert: Alert, by: Actor, why: str, now: datetime) -> Alert:
    return Alert.objects.create(
        number=take_number(now=now),
        kind=Alert.Kind.CORRECTION,
        state=Alert.State.SENT,
        title=alert.title,
        text=dict.fromkeys(("nl", "fr", "de", "en"), why),
        severity=alert.severity,
        reliability=alert.reliability,
        credibility=alert.credibility,
        tlp=alert.tlp,
        exercise=alert.exercise,
        source_title=alert.source_title,
        created_at=now,
        created_by=by.label,
        sent_at=now,
        sent_by=by.label,
        corrects=alert,
        valid_until=alert.valid_until,
    )


def _recipients(alert: Alert) -> list[Message]:
    """Whoever a message left for, certainly or perhaps; a bounced one told nobody. One of a message now under way counts as told."""
    told = Delivery.objects.left().filter(alert=alert, purpose=Delivery.Purpose.NOTICE).exclude(contact=None)
    links = (
        Told.objects.filter(delivery__in=told)
        .select_related("delivery__contact__organisation", "notice__organisation", "notice__alert")
        .order_by("delivery", "pk")
    )
    return [
        Message(link.notice, link.delivery.contact, Way(link.kind, link.address, link.delivery.channel_id))
        for link in links
        if link.delivery.contact is not None
    ]


def _let_sleep(correction: Alert, alert: Alert, now: datetime) -> None:
    """A correction rings at night only where the alert itself would have."""
    rings = night.may_ring(now, severity=alert.severity, officer_said_so=alert.ring_at_night)
    later = correction.deliveries.filter(kind__in=night.RINGING)
    if rings:
        later = later.filter(contact__night=night.Preference.NEVER) if night.is_night(now) else later.none()
    later.update(due_at=night.morning(now))


def _phone(notices: Sequence[Notice], now: datetime) -> None:
    """Those who were told by an officer on the phone are told so again by phone."""
    spoken = CallLine.objects.filter(
        notices__in=[notice.pk for notice in notices], outcome=CallLine.Outcome.ACKNOWLEDGED, correction=False
    )
    phoned = [notice for notice in notices if notice.pk in set(spoken.values_list("notices", flat=True))]
    if phoned:
        contacts = ladders.book({notice.organisation_id for notice in phoned}, now)
        put_on_call_list(notices=phoned, contacts=contacts, not_before={}, now=now, correction=True)
