"""Submitting, reopening and closing assessments, and when they are due. Opening stands in `openings`, saving answers in `answers`, auditors in
`audits`; what other nouns call is offered here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import facts, moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.answers import save_answer
from paraat.readiness.actions.assessment_reminders import cancel_reminders, plan_reminders, waiting_key
from paraat.readiness.actions.openings import open_assessment, open_for_customers
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Assessment
from paraat.readiness.outcome import result_of
from paraat.readiness.rules import days

__all__ = [
    "close_assessment",
    "open_assessment",
    "open_for_customers",
    "reopen_assessment",
    "save_answer",
    "set_due",
    "submit_assessment",
]


@action
def submit_assessment(*, assessment: Assessment, by: Actor) -> Assessment:
    """Freeze the result with the score of its framework. What is not answered, could not be tested or failed stands in it as such.

    Raises Conflict when it is not open any more, Invalid when nothing at all was answered.
    """
    now = moment.now()
    done = {"state": Assessment.State.SUBMITTED, "submitted_at": now, "submitted_by": by.label[:200]}
    _move(assessment, Assessment.State.OPEN, done, "It is not open any more; somebody else was first")
    if not assessment.answered:
        raise Invalid("Nothing has been answered yet")
    result = result_of(assessment)
    Assessment.objects.filter(pk=assessment.pk).update(result=result)
    assessment.result = result
    cancel_reminders(assessment, now)
    touch([assessment.organisation_id])
    facts.announce(facts.Settled(waiting_key(assessment)))
    detail = {"number": assessment.number, "total": result.get("total"), "counts": result["counts"]}
    record("assessment.submitted", by=by, on=assessment, organisation=assessment.organisation_id, detail=detail)
    return assessment


@action
def reopen_assessment(*, assessment: Assessment, by: Actor, because: str) -> Assessment:
    """Open it again; what was frozen is kept beside, with the reason. Raises Invalid without a reason, Conflict when it is not submitted."""
    now, reason = moment.now(), _reason(because)
    frozen = {
        "result": assessment.result,
        "submitted_at": assessment.submitted_at,
        "submitted_by": assessment.submitted_by,
        "reopened_at": now,
        "reopened_by": by.label,
        "because": reason,
    }
    fresh: dict[str, Any] = {
        "state": Assessment.State.OPEN,
        "submitted_at": None,
        "submitted_by": "",
        "result": {},
        "earlier": [*assessment.earlier, _plain(frozen)],
    }
    try:
        with transaction.atomic():
            _move(assessment, Assessment.State.SUBMITTED, fresh, "It is not submitted; somebody else was first")
    except IntegrityError as error:
        raise Conflict("A newer one is open; go on with that one") from error
    plan_reminders([assessment], now)
    touch([assessment.organisation_id])
    detail = {"number": assessment.number, "because": reason}
    record("assessment.reopened", by=by, on=assessment, organisation=assessment.organisation_id, detail=detail)
    return assessment


def _plain(frozen: Mapping[str, Any]) -> dict[str, Any]:
    """Moments as text, for a JSON column."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in frozen.items()}


@action
def close_assessment(*, assessment: Assessment, by: Actor, because: str = "") -> Assessment:
    """Close it for good. One that was submitted keeps its result; one that is still open ends without, and wants a reason. Else Conflict."""
    now, was = moment.now(), assessment.state
    reason = _reason(because) if was == Assessment.State.OPEN else because.strip()[:500]
    if was == Assessment.State.CLOSED:
        raise Conflict("It is closed already")
    _move(
        assessment,
        was,
        {"state": Assessment.State.CLOSED, "closed_at": now, "closed_because": reason},
        "Somebody else changed it first; look again",
    )
    cancel_reminders(assessment, now, explanations=True)
    facts.announce(facts.Settled(waiting_key(assessment)))
    detail = {"number": assessment.number, "was": was, "because": reason}
    record("assessment.closed", by=by, on=assessment, organisation=assessment.organisation_id, detail=detail)
    return assessment


@action
def set_due(*, assessment: Assessment, due_on: date | None, by: Actor) -> Assessment:
    """Set, move or take away the due day; reminders follow. Raises Invalid for a day that has passed, Conflict when it is not open."""
    now = moment.now()
    if due_on is not None and due_on < moment.day(now):
        raise Invalid("That day has passed", field="due_on")
    days.require_meant(due_on, moment.day(now), field="due_on")
    _move(assessment, Assessment.State.OPEN, {"due_on": due_on}, "It is not open any more")
    cancel_reminders(assessment, now)
    plan_reminders([assessment], now)
    facts.announce(facts.Settled(waiting_key(assessment)))
    detail = {"number": assessment.number, "due_on": str(due_on or "")}
    record("assessment.due", by=by, on=assessment, organisation=assessment.organisation_id, detail=detail)
    return assessment


def _move(assessment: Assessment, was: str, fields: dict[str, Any], otherwise: str) -> None:
    """Compare and set; the row in hand follows. Whoever saves an answer at the same moment comes before or after it, never in between."""
    same = Assessment.objects.filter(pk=assessment.pk, state=was)
    if same.update(**fields) != 1:
        raise Conflict(otherwise)
    assessment.refresh_from_db()


def _reason(because: str) -> str:
    reason = because.strip()[:500]
    if not reason:
        raise Invalid("Say why", field="because")
    return reason
