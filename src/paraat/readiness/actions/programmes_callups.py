"""Calling up those that do not take part yet: written as an announcement, approved by a second person, sent through the alert channels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from paraat.accounts.models import User
from paraat.alerts.actions import announcing
from paraat.alerts.models import Alert, Notice
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, moment
from paraat.platform.actions import action, record
from paraat.readiness import figures
from paraat.readiness.actions.programmes_money import hold
from paraat.readiness.actions.programmes_steps import count_steps
from paraat.readiness.models import CallUp, Participation, Programme, Step
from paraat.registry.models import Organisation

State = Participation.State
SEVERITY = 1
"""A call-up wakes nobody."""


@action
def draft_call_up(
    *,
    programme: Programme,
    title: Mapping[str, str],
    text: Mapping[str, str],
    by: Actor,
    author: User,
    declined: bool = False,
    valid_until: datetime | None = None,
    exercise: bool = False,
) -> CallUp:
    """Write a call-up to whoever does not take part today and has no equivalent of its own; `declined`: also to who said not now.

    It is an announcement: a second person approves it above 25. Raises Conflict when the programme is closed, Invalid when there is nobody to call.
    """
    row = hold(programme.pk)
    if row.closed_at is not None:
        raise Conflict("This programme is closed")
    audience = _constituents(figures.to_call_up(row, declined=declined))
    if not audience:
        raise Invalid("Everybody takes part, has its own equivalent, or declined")
    alert = announcing.draft_announcement(
        by=by,
        author=author,
        sender=None,
        audience={"organisations": [str(one) for one in audience]},
        title=title,
        text={language: with_link(words) for language, words in text.items() if words.strip()},
        severity=SEVERITY,
        tlp=Tlp.GREEN,
        valid_until=valid_until,
        exercise=exercise,
    )
    made = CallUp.objects.create(programme=row, alert=alert, at=moment.now(), by=by.label[:200], organisations=audience)
    detail = {"key": row.key, "alert": alert.number, "organisations": len(audience)}
    record("programme.called_up", by=by, on=row, detail=detail, exercise=exercise)
    return made


def with_link(words: str) -> str:
    """The text with the page on which a SPOC answers."""
    return f"{words.strip()}\n\n{configuration.public_url()}/programmes/ours/"


def _constituents(wanted: frozenset[UUID]) -> list[UUID]:
    rows = Organisation.objects.constituents().as_of(moment.today()).filter(pk__in=wanted)
    return list(rows.order_by("name").values_list("pk", flat=True))


@action
def send_call_up(*, call_up: CallUp, by: Actor) -> CallUp:
    """Send it, but not to who answered, or was called up by another one, since it was written. Raises NotAllowed before the approval, Conflict when
    it is no draft any more."""
    alert = call_up.alert
    if alert is None:
        raise Conflict("The announcement of this call-up is gone")
    answered = Participation.objects.filter(
        programme=call_up.programme_id, organisation__in=call_up.organisations, exercise=alert.exercise, state_at__gt=call_up.at
    ).exclude(state=State.SILENT)  # fmt: skip
    without = {str(one) for one in answered.values_list("organisation", flat=True)} | _called_since(call_up, alert)
    left = [str(one) for one in call_up.organisations if str(one) not in without]
    if not left:
        raise Conflict("Everybody has answered already")
    Alert.objects.filter(pk=alert.pk, state=Alert.State.DRAFT).update(audience={"organisations": left})
    alert.refresh_from_db()
    announcing.send_announcement(alert=alert, by=by)
    record(
        "programme.call_sent", by=by, on=call_up.programme, detail={"alert": alert.number, "organisations": len(left)}
    )
    call_up.refresh_from_db()
    return call_up


def _called_since(call_up: CallUp, alert: Alert) -> set[str]:
    """Whom another call-up of the programme reached since this one was written: nobody is called twice by two that were written side by side."""
    others = CallUp.objects.filter(programme=call_up.programme_id, sent_at__gt=call_up.at).exclude(pk=call_up.pk)
    told = Notice.objects.filter(alert__in=others.values("alert"), exercise=alert.exercise)
    return {str(one) for one in told.values_list("organisation", flat=True)}


@action
def note_call_sent(*, alert: UUID, at: datetime) -> int:
    """The announcement of a call-up has been sent, from whichever page: whoever got it is invited, today. How many."""
    call_up: CallUp | None = CallUp.objects.filter(alert=alert, sent_at=None).select_related("alert").first()
    if call_up is None or call_up.alert is None:
        return 0
    programme, exercise = hold(call_up.programme_id), call_up.alert.exercise
    told = list(Notice.objects.filter(alert=alert).values_list("organisation", flat=True))
    if CallUp.objects.filter(pk=call_up.pk, sent_at=None).update(sent_at=at, asked=len(told)) != 1:
        return 0
    for row in _taking(programme, told, exercise, at):
        _invite(row, programme, at)
    record("programme.invited", by=SYSTEM, on=programme, detail={"organisations": len(told)}, exercise=exercise)
    return len(told)


def _taking(programme: Programme, organisations: list[UUID], exercise: bool, at: datetime) -> list[Participation]:
    rows = Participation.objects.filter(programme=programme, organisation__in=organisations, turn=1, exercise=exercise)
    there = list(rows)
    known = {one.organisation_id for one in there}
    new = [
        Participation(programme=programme, organisation_id=one, state=State.SILENT, state_at=at, exercise=exercise)
        for one in organisations
        if one not in known
    ]
    return there + Participation.objects.bulk_create(new)


def _invite(row: Participation, programme: Programme, at: datetime) -> None:
    """The rung, once; an equivalent whose day is past counts as no answer again."""
    day = moment.day(at)
    if not Step.objects.filter(participation=row, name=Step.Name.INVITED, undone_at=None).exists():
        Step.objects.create(participation=row, name=Step.Name.INVITED, on=day, recorded_at=at, recorded_by=SYSTEM.label)
        count_steps(row)
    if row.state == State.EQUIVALENT and row.equivalent_until is not None and row.equivalent_until < day:
        Participation.objects.filter(pk=row.pk).update(state=State.SILENT, state_at=at)
    detail = {"programme": programme.key}
    record("participation.invited", by=SYSTEM, on=row, organisation=row.organisation_id, detail=detail)
