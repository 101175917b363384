"""External audits: who carries one out, for how long, and when the auditor may see what others answered."""

from __future__ import annotations

from paraat.accounts.models import User
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.openings import require_assessor
from paraat.readiness.models import Assessment


@action
def assign_auditor(*, assessment: Assessment, auditor: User, by: Actor) -> Assessment:
    """Name the external auditor of an audit, who from then on sees this one and no other of the constituent; one who had it loses it.

    Raises Invalid for what is no audit and for an account that is no external auditor, Conflict when it is closed.
    """
    if assessment.kind != Assessment.Kind.EXTERNAL:
        raise Invalid("Only an external audit has an auditor", field="auditor")
    require_assessor(auditor)
    going = Assessment.objects.filter(pk=assessment.pk).exclude(state=Assessment.State.CLOSED)
    if going.update(auditor=auditor) != 1:
        raise Conflict("It is closed")
    assessment.auditor = auditor
    _note("assessment.auditor", assessment, by, auditor)
    return assessment


@action
def end_assignment(*, assessment: Assessment, by: Actor) -> Assessment:
    """Take an audit from its auditor, who sees nothing of it from now on; what was answered stays. Raises Conflict when nobody has it."""
    had = assessment.auditor
    if had is None or Assessment.objects.filter(pk=assessment.pk, auditor=had).update(auditor=None) != 1:
        raise Conflict("Nobody has it")
    assessment.auditor = None
    _note("assessment.auditor_ended", assessment, by, had)
    return assessment


@action
def share_answers(*, assessment: Assessment, by: Actor) -> Assessment:
    """Let the auditor of an audit see what the constituent and its provider answered, before his own is submitted. This cannot be taken back:
    what was seen was seen. Raises Invalid for what is no audit, Conflict when it was shared."""
    if assessment.kind != Assessment.Kind.EXTERNAL:
        raise Invalid("Only with an external auditor is anything shared")
    now = moment.now()
    if Assessment.objects.filter(pk=assessment.pk, shared_at=None).update(shared_at=now, shared_by=by.label[:200]) != 1:
        raise Conflict("It was shared already")
    assessment.shared_at, assessment.shared_by = now, by.label[:200]
    record("assessment.shared", by=by, on=assessment, organisation=assessment.organisation_id, detail={"number": assessment.number})  # fmt: skip
    return assessment


def _note(verb: str, assessment: Assessment, by: Actor, auditor: User) -> None:
    detail = {"number": assessment.number, "auditor": str(auditor.pk)}
    record(verb, by=by, on=assessment, organisation=assessment.organisation_id, detail=detail)
