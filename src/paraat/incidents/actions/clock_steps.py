"""The rows of a clock: its steps with their moments, its reminders, and whether it is done. For the actions of clocks, inside theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from paraat.incidents.models import Clock, ClockFact, ClockReminder, ClockStep
from paraat.incidents.rules import clocks as rules
from paraat.incidents.rules.regimes import Regime, Step
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict
from paraat.platform.actions import record
from paraat.platform.facts import Settled, announce


def make_steps(
    clock: Clock, regime: Regime, facts: Mapping[str, datetime], *, provisional: datetime | None
) -> list[ClockStep]:
    """The steps that exist from the beginning. `provisional`: the moment that the trigger is counted from until somebody records it."""
    made = [
        _step(clock, step, place, facts, provisional if step.counts_from == regime.trigger else None)
        for place, step in enumerate(regime.steps)
        if not step.only_if or step.only_if in facts
    ]
    ClockStep.objects.bulk_create(made)
    return made


def _step(
    clock: Clock, step: Step, place: int, facts: Mapping[str, datetime], provisional: datetime | None = None
) -> ClockStep:
    starts = facts.get(step.counts_from) or provisional
    return ClockStep(
        clock=clock, organisation_id=clock.organisation_id, key=step.key, article=step.article, position=place,
        starts_at=starts, due_at=_due(step, starts), counted=step.counts_from in facts, recipient=step.recipient,
        tlp=clock.tlp, exercise=clock.exercise,
    )  # fmt: skip


def _due(step: Step, starts: datetime | None) -> datetime | None:
    return rules.due_moment(starts, step.duration) if starts and step.duration else None


def apply_fact(clock: Clock, regime: Regime, fact: ClockFact, now: datetime) -> None:
    """What follows from a fact: steps that count from it get their moment for good, some come to be, some fall away."""
    _let_fall(clock, regime, fact, now)
    facts = dict(clock.facts.values_list("name", "at"))
    fresh = [_step(clock, step, place, facts) for place, step in enumerate(regime.steps) if step.only_if == fact.name]
    ClockStep.objects.bulk_create(fresh)
    for row in clock.steps.filter(counted=False):
        step = regime.step(row.key)
        if step is None or step.counts_from != fact.name:
            continue
        row.starts_at, row.due_at, row.counted = fact.at, _due(step, fact.at), True
        if ClockStep.objects.filter(pk=row.pk, counted=False).update(
            starts_at=row.starts_at, due_at=row.due_at, counted=True
        ) == 1:  # fmt: skip
            make_reminders([row], ClockReminder.About.SUBMISSION)
    make_reminders([row for row in fresh if row.counted], ClockReminder.About.SUBMISSION)


def _let_fall(clock: Clock, regime: Regime, fact: ClockFact, now: datetime) -> None:
    falls = clock.steps.filter(key__in=[step.key for step in regime.steps if step.unless == fact.name])
    if falls.filter(submitted_at__isnull=False).exists():
        raise Conflict("That was submitted already")
    waived = falls.filter(waived_at=None)
    cancel_reminders(waived, now)
    waived.update(waived_at=now, waived_by=fact.said_by, waived_because=regime.facts[fact.name]["en"][:500])


def make_reminders(steps: Iterable[ClockStep], about: ClockReminder.About) -> None:
    """The reminders of steps whose moment is known. A step gets each once: a constraint."""
    rows = [
        ClockReminder(step=step, about=about, level=level, due_at=at)
        for step in steps
        if step.due_at and step.starts_at and not step.submitted_at and not step.waived_at
        for level, at in rules.reminders(step.starts_at, step.due_at)
    ]
    ClockReminder.objects.bulk_create(rows, ignore_conflicts=True)


def cancel_reminders(steps: QuerySet[Any], now: datetime) -> None:
    """Those of `steps` that have not fired will not."""
    waiting = ClockReminder.objects.filter(step__in=steps.values("pk"), fired_at=None, cancelled_at=None)
    waiting.update(cancelled_at=now)


def keys_of(step: ClockStep, about: str) -> tuple[str, str]:
    """Under which keys a step waits for a person: to be seen, and to be seen now."""
    return f"clock/{step.pk}/{about}", f"clock/{step.pk}/{about}/now"


def settle_reminders(clock: Clock, steps: Sequence[ClockStep] | None = None) -> None:
    """Nobody waits any more for a decision; nor for what was submitted or is not needed."""
    rows = list(clock.steps.all()) if steps is None else steps
    over = clock.state in {Clock.State.NO_DUTY, Clock.State.DONE}
    for step in rows:
        abouts = [ClockReminder.About.DECISION]
        if over or step.submitted_at or step.waived_at:
            abouts.append(ClockReminder.About.SUBMISSION)
        for about in abouts:
            for key in keys_of(step, about):
                announce(Settled(key))


def finish_clock(clock: Clock, by: Actor) -> None:
    """A running clock whose steps are all submitted or not needed is done; one that got a step again runs."""
    left = clock.steps.filter(submitted_at=None, waived_at=None).exists()
    was, to = (Clock.State.DONE, Clock.State.RUNNING) if left else (Clock.State.RUNNING, Clock.State.DONE)
    if Clock.objects.filter(pk=clock.pk, state=was).update(state=to) == 1:
        verb = "clock.runs_again" if left else "clock.done"
        record(verb, by=by, on=clock, organisation=clock.organisation_id, detail={"regime": clock.regime})
        clock.state = to
