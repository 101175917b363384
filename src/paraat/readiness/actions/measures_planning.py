"""Many measures at once, from what an assessment found not to be in place."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid
from paraat.platform.actions import action
from paraat.readiness.actions.measures import plan_measure
from paraat.readiness.measure_words import title_of
from paraat.readiness.models import Answer, Assessment, Measure
from paraat.registry.models import Contact

GAPS = (Answer.Status.NOT_MET, Answer.Status.PARTLY, Answer.Status.NOT_TESTABLE, Answer.Status.ERROR)
"""What asks for a measure. What could not be tested is not fine."""


def gaps_of(assessment: Assessment) -> list[Answer]:
    """The answers that ask for a measure and have none that is open, done or verified, itself or through a finding of the same audit; what takes
    away most risk first."""
    alive = Measure.objects.exclude(state=Measure.State.DROPPED)
    own = alive.filter(answers=OuterRef("pk"))
    found = alive.filter(findings__assessment=OuterRef("assessment"), findings__control=OuterRef("control"))
    rows = assessment.answers.filter(status__in=GAPS).exclude(Exists(own) | Exists(found))
    rows = rows.select_related("control", "assessment")
    return list(rows.order_by("-control__key_measure", "-control__weight", "control__position"))


@action
def plan_gaps(
    *,
    assessment: Assessment,
    answers: Collection[UUID],
    by: Actor,
    language: str = "en",
    due_on: date | None = None,
    owner: Contact | None = None,
) -> list[Measure]:
    """Plan a measure for each of these answers, called after its control. One that has a measure meanwhile is left out, so that planning twice
    plans nothing twice. Invalid when none is left."""
    Assessment.objects.select_for_update().get(pk=assessment.pk)  # two who plan at once follow each other
    wanted = [one for one in gaps_of(assessment) if one.pk in set(answers)]
    if not wanted:
        raise Invalid("These have a measure already", field="answer")
    return [
        plan_measure(
            organisation=assessment.organisation,
            title=(title_of(one.control.title, language) or one.control.identifier)[:200],
            text=one.explanation,
            due_on=due_on,
            owner=owner,
            answers=[one],
            exercise=assessment.exercise,
            by=by,
        )
        for one in wanted
    ]
