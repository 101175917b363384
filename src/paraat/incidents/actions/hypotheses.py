"""What we think and cannot know: hypotheses over cases, what speaks for and against them, and every confidence with its date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from paraat.incidents.models import Case, Hypothesis, HypothesisAssessment, HypothesisPoint
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record


@action
def make_hypothesis(
    *,
    question: str,
    statement: str,
    cases: Sequence[Case],
    by: Actor,
    confidence: str = Hypothesis.Confidence.LOW,
    because: str = "",
    tlp: Tlp | int | None = None,
) -> Hypothesis:
    """Put a hypothesis on paper. Those with the same question compete. It is marked no lower than the strictest of its cases.

    Raises Invalid without words or cases, or when exercise and reality would mix.
    """
    if not question.strip() or not statement.strip():
        raise Invalid("Give a question and an answer to it", field="statement")
    if not cases:
        raise Invalid("A hypothesis is about a case", field="cases")
    worlds = {case.exercise for case in cases}
    if len(worlds) > 1:
        raise Invalid("Exercise and reality do not mix", field="cases")
    now, least = moment.now(), max([int(Tlp.AMBER_STRICT), *(case.tlp for case in cases)])
    hypothesis = Hypothesis.objects.create(
        question=question.strip()[:200],
        statement=statement.strip()[:300],
        confidence=_known_confidence(confidence),
        made_at=now,
        made_by=by.label,
        assessed_at=now,
        assessed_by=by.label,
        tlp=max(least, int(tlp)) if tlp is not None else least,
        exercise=worlds.pop(),
    )
    hypothesis.cases.set(cases)
    _keep(hypothesis, because, now, by)
    record("hypothesis.made", by=by, on=hypothesis, detail={"cases": sorted(case.number for case in cases)})
    return hypothesis


@action
def add_point(
    *, hypothesis: Hypothesis, speaks_for: bool, text: str, by: Actor, indicator: UUID | None = None
) -> HypothesisPoint:
    """Something that speaks for or against it. A wrong point is answered by another; none is changed. Raises Invalid without words."""
    if not text.strip():
        raise Invalid("Say what speaks for or against it", field="text")
    point = HypothesisPoint.objects.create(
        hypothesis=hypothesis,
        speaks_for=speaks_for,
        text=text.strip()[:500],
        indicator=indicator,
        at=moment.now(),
        by=by.label,
    )
    record("hypothesis.point", by=by, on=hypothesis, detail={"for": speaks_for})
    return point


@action
def assess_hypothesis(
    *, hypothesis: Hypothesis, confidence: str, by: Actor, because: str, state: str = Hypothesis.State.HELD
) -> Hypothesis:
    """Give it a confidence of today; earlier ones stay. Raises Invalid without a reason, Conflict when somebody assessed it meanwhile."""
    if not because.strip():
        raise Invalid("Say why", field="because")
    if state not in Hypothesis.State.values:
        raise Invalid("This is not known", field="state", value=state)
    now = moment.now()
    changed = {
        "confidence": _known_confidence(confidence), "state": state, "assessed_at": now, "assessed_by": by.label,
    }  # fmt: skip
    if Hypothesis.objects.filter(pk=hypothesis.pk, assessed_at=hypothesis.assessed_at).update(**changed) != 1:
        raise Conflict()
    hypothesis.refresh_from_db()
    _keep(hypothesis, because, now, by)
    record("hypothesis.assessed", by=by, on=hypothesis, detail={"confidence": confidence, "state": state})
    return hypothesis


@action
def link_case(*, hypothesis: Hypothesis, case: Case, by: Actor) -> None:
    """Another case belongs to it. Raises Invalid when exercise and reality would mix, Conflict when it belongs to it already."""
    if case.exercise != hypothesis.exercise:
        raise Invalid("Exercise and reality do not mix", field="case")
    if hypothesis.cases.filter(pk=case.pk).exists():
        raise Conflict("This case belongs to it already")
    hypothesis.cases.add(case)
    if case.tlp > hypothesis.tlp:
        Hypothesis.objects.filter(pk=hypothesis.pk, tlp__lt=case.tlp).update(tlp=case.tlp)
    record("hypothesis.linked", by=by, on=hypothesis, detail={"case": case.number})


def _keep(hypothesis: Hypothesis, because: str, now: datetime, by: Actor) -> None:
    HypothesisAssessment.objects.create(
        hypothesis=hypothesis,
        confidence=hypothesis.confidence,
        state=hypothesis.state,
        because=because.strip()[:500],
        at=now,
        by=by.label,
    )


def _known_confidence(confidence: str) -> str:
    if confidence not in Hypothesis.Confidence.values:
        raise Invalid("This is not known", field="confidence", value=confidence)
    return confidence
