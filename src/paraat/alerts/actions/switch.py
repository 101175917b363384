"""The button that stops all sending, and the clock of exercises."""

from __future__ import annotations

from datetime import datetime

from paraat.alerts.models import Delivery, Notice, Switch
from paraat.alerts.rules import ladder
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import configuration, live, moment
from paraat.platform.actions import Subject, action, record


def is_stopped() -> bool:
    """Whether nothing may be sent now, but pages to our own officers."""
    return Switch.objects.filter(stopped_at__isnull=False).exists()


@action
def stop_sending(*, by: Actor, reason: str) -> Switch:
    """Stop everything that goes out to organisations, at once; ladders stand still. Pages to officers go on: they must know.

    Raises Invalid without a reason, Conflict when it is stopped already.
    """
    why = _needed(reason)
    Switch.objects.get_or_create(pk=1)
    if (
        Switch.objects.filter(pk=1, stopped_at=None).update(stopped_at=moment.now(), stopped_by=by.label, reason=why)
        != 1
    ):
        raise Conflict("All sending is stopped already")
    record("sending.stopped", by=by, on=Subject("switch", "1"), detail={"reason": why})
    live.publish("switch")
    return Switch.objects.get(pk=1)


@action
def resume_sending(*, by: Actor, reason: str) -> Switch:
    """Start again. Whoever still has a message under way gets its whole interval from now; nothing is made up for all at once."""
    why = _needed(reason)
    if Switch.objects.filter(pk=1, stopped_at__isnull=False).update(stopped_at=None, stopped_by="", reason="") != 1:
        raise Conflict("Sending is not stopped")
    _give_time(moment.now())
    record("sending.resumed", by=by, on=Subject("switch", "1"), detail={"reason": why})
    live.publish("switch")
    return Switch.objects.get(pk=1)


@action
def set_pace(*, by: Actor, pace: int) -> None:
    """Let the clock of exercises run `pace` times as fast (1 to 3600). Real alerts keep the clock on the wall. Not in production."""
    if configuration.is_production() or not 1 <= pace <= 3600:
        raise Invalid("The clock of exercises runs 1 to 3600 times as fast, and never in production")
    Switch.objects.update_or_create(pk=1, defaults={"pace": pace})
    record("exercise.pace", by=by, on=Subject("switch", "1"), detail={"pace": pace}, exercise=True)
    live.publish("switch")


def _give_time(now: datetime) -> None:
    waiting = Delivery.objects.filter(state=Delivery.State.QUEUED, purpose=Delivery.Purpose.NOTICE)
    late = Notice.objects.open().filter(pk__in=waiting.values("notices"), step__gt=0)
    for severity in ladder.INTERVALS:
        due = now + ladder.interval(severity)
        late.filter(severity=severity, step_due_at__lt=due).update(step_due_at=due)


def _needed(reason: str) -> str:
    why = reason.strip()
    if not why:
        raise Invalid("Say why: the reason is kept")
    return why[:300]
