"""Before a target is touched somebody asks; question and answer are kept, the noes too."""

from __future__ import annotations

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.bearing import held_for
from paraat.readiness.engagement_terms import standing
from paraat.readiness.models import Engagement, TargetCheck
from paraat.readiness.rules import scope, targets


@action
def ask_target(*, engagement: Engagement, target: str, by: Actor, method: str = "") -> TargetCheck:
    """May this be touched, now? Answered from what was signed and from the register of today. Raises Invalid for nothing."""
    given = target.strip()
    if not given:
        raise Invalid("Write a target", field="target")
    now = moment.now()
    today = moment.day(now)
    row: Engagement = Engagement.objects.get(pk=engagement.pk)  # as it stands now, whatever the page showed
    read = targets.read(given)
    held = held_for(read, today) if read else []
    verdict = scope.decide(read, standing=standing(row), held=held, today=today, method=method)
    made = TargetCheck.objects.create(
        engagement=row,
        target=given[:300],
        method=method[:40],
        allowed=verdict.allowed,
        reason=verdict.reason.value,
        because=verdict.because[:300],
        at=now,
        by=by.label[:200],
        by_id=by.id,
    )
    detail = {"target": made.target, "allowed": made.allowed, "reason": made.reason}
    record("engagement.asked", by=by, on=row, organisation=row.organisation_id, detail=detail)
    return made
