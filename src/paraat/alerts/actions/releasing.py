"""A held alert is sent by one click, or not, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import ngettext

from paraat.alerts import guidance, happening
from paraat.alerts.actions.climbing import climb_some
from paraat.alerts.actions.preparing import keep_standing, one_at_a_time, still_to_tell
from paraat.alerts.actions.telling import defer_once
from paraat.alerts.models import Alert, Notice
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import facts, moment
from paraat.platform.actions import action, record

AT_ONCE = 500
"""So many notices take their first step in the click itself; the rest follows in a job within seconds."""
ANNOUNCED = guidance.get(guidance.GENERIC).valid


@action
def release_alert(*, alert: Alert, by: Actor) -> Alert:
    """Send a held alert. Whoever was told the same meanwhile is left out. Raises Conflict when somebody else released or declined it first."""
    now = moment.now()
    if Alert.objects.filter(pk=alert.pk, state=Alert.State.HELD).update(state=Alert.State.SENT) != 1:
        raise Conflict("This alert does not wait for a click any more")
    alert.refresh_from_db()
    _leave_out_told(alert, now)
    send(alert=alert, by=by, now=now)
    return alert


@action
def decline_alert(*, alert: Alert, by: Actor, reason: str) -> Alert:
    """Do not send. Raises Invalid without a reason: not warning somebody has to be explained later."""
    why = needed(reason)
    changes = {"state": Alert.State.NOT_SENT, "ended_at": moment.now(), "ended_because": why}
    waiting = [Alert.State.HELD, Alert.State.DRAFT]
    if Alert.objects.filter(pk=alert.pk, state__in=waiting).update(**changes) != 1:
        raise Conflict("This alert does not wait for a click any more")
    alert.refresh_from_db()
    record("alert.declined", by=by, on=alert, detail={"number": alert.number, "reason": why})
    facts.announce(facts.Settled(held_key(alert)))
    happening.changed(alert)
    return alert


@action
def hold(*, alert: Alert, reasons: Sequence[str], organisations: int) -> None:
    """Let an alert wait for one click, and have the officer paged for it."""
    Alert.objects.filter(pk=alert.pk).update(state=Alert.State.HELD, held_because=list(reasons))
    alert.state, alert.held_because = Alert.State.HELD, list(reasons)
    with happening.for_officers():
        text = ngettext(
            "Alert %(number)s to %(count)d organisation waits for one click",
            "Alert %(number)s to %(count)d organisations waits for one click",
            organisations,
        )
        summary = text % {"number": alert.number, "count": organisations}
    facts.announce(facts.Waits("held", held_key(alert), summary, f"/alerts/{alert.pk}/", exercise=alert.exercise))
    happening.changed(alert)


@action
def send(*, alert: Alert, by: Actor, now: datetime) -> int:
    """Open every prepared notice of an alert and take the first rung; returns how many. Its validity begins now."""
    until = alert.valid_until or now + (guidance.get(alert.guidance).valid if alert.guidance else ANNOUNCED)
    first = Alert.objects.filter(pk=alert.pk, sent_at=None)
    first.update(state=Alert.State.SENT, sent_at=now, sent_by=by.label, valid_until=until)
    alert.refresh_from_db()
    notices = list(alert.notices.filter(state=Notice.State.PREPARED).select_related("organisation"))
    for notice in notices:
        notice.alert = alert
        record(
            "notice.sent",
            by=by,
            on=notice,
            organisation=notice.organisation_id,
            detail={"alert": alert.number, "targets": notice.targets},
        )
    alert.notices.filter(state=Notice.State.PREPARED).update(
        state=Notice.State.OPEN, sent_at=now, step=0, step_due_at=now, expires_at=alert.valid_until
    )
    record("alert.sent", by=by, on=alert, detail={"number": alert.number, "notices": len(notices)})
    facts.announce(facts.Settled(held_key(alert)))
    climb_some(now=now, alert=alert, limit=AT_ONCE)
    if len(notices) > AT_ONCE:
        defer_once("alerts.jobs.climb", "alerts.jobs.climb", timestamp=0)
    happening.changed(alert)
    happening.alert_happened("alert.sent", alert, now)
    return len(notices)


def held_key(alert: Alert) -> str:
    """Under which a held alert waits for a person."""
    return f"alert:{alert.pk}"


def needed(reason: str) -> str:
    """The reason, tidied. Raises Invalid when there is none."""
    why = reason.strip()
    if not why:
        raise Invalid("Say why: the reason is kept")
    return why[:500]


def _leave_out_told(alert: Alert, now: datetime) -> None:
    """While this alert was held another one may have told some of its organisations the same."""
    if alert.run is None:
        return
    one_at_a_time()
    prepared = {notice.organisation_id: notice for notice in alert.notices.filter(state=Notice.State.PREPARED)}
    targets = {one: notice.targets for one, notice in prepared.items()}
    before: list[UUID] = list(alert.repeats)
    told = still_to_tell(targets, exercise=alert.exercise, now=now, but=alert.pk)
    keep_standing(told.values(), now)
    for organisation, fresh in told.items():
        before += fresh.repeats
        if not fresh.targets:
            prepared[organisation].delete()
        elif len(fresh.targets) < len(prepared[organisation].targets):
            Notice.objects.filter(pk=prepared[organisation].pk).update(targets=list(fresh.targets))
    Alert.objects.filter(pk=alert.pk).update(repeats=list(dict.fromkeys(before)))
