"""What an exercise has measured so far: read from its rows, for the pages while it runs and for the report that is frozen at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from paraat.exercises.models import Exercise, Inject
from paraat.exercises.rules import report
from paraat.exercises.rules.timing import ScenarioClock
from paraat.platform.models import HouseMessage
from paraat.registry.models import Organisation


def clock_of(exercise: Exercise) -> ScenarioClock:
    """The clock of an exercise."""
    return ScenarioClock(exercise.clock_minutes, exercise.clock_at, exercise.speed)


def parts_of(exercise: Exercise) -> Mapping[str, Organisation]:
    """Who plays which part."""
    found = Organisation.objects.in_bulk([UUID(one) for one in exercise.parts.values()])
    return {key: found[UUID(one)] for key, one in exercise.parts.items() if UUID(one) in found}


def measured(exercise: Exercise, *, now: datetime) -> dict[str, Any]:
    """The report of an exercise, as of now."""
    parts = parts_of(exercise)
    injects = exercise.injects.prefetch_related("responses__organisation")
    return report.report(
        [_played(one, parts) for one in injects],
        list(_duties(exercise)),
        number=exercise.number,
        title=exercise.title,
        scenario=exercise.scenario,
        scenario_version=exercise.scenario_version,
        parts=[{"part": key, "organisation": one.name} for key, one in sorted(parts.items())],
        started_at=_text(exercise.started_at),
        ended_at=_text(exercise.ended_at),
        made_at=_text(now),
        minutes=round(clock_of(exercise).at(now), 1),
        speed=exercise.speed,
        messages=_messages(exercise, now),
    )


def _played(inject: Inject, parts: Mapping[str, Organisation]) -> report.Played:
    given = [
        report.Answered(one.organisation.name if one.organisation else "", one.by, one.minutes)
        for one in inject.responses.all()
    ]
    went = inject.played_at is not None and not inject.failed
    return report.Played(
        key=inject.key,
        title={language: _named(text, parts, language) for language, text in inject.title.items()},
        planned=inject.minute,
        minute=round(inject.played_minute or 0, 1) if went else None,
        expects=inject.expects,
        within=inject.within_minutes,
        asked=[parts[key].name for key in inject.asked if key in parts],
        answered=given,
        note=inject.failed or inject.skipped_because,
    )


def _named(text: str, parts: Mapping[str, Organisation], language: str) -> str:
    for key, organisation in parts.items():
        text = text.replace(f"{{{key}}}", organisation.name_in(language))
    return text


def _duties(exercise: Exercise) -> Iterator[report.Duty]:
    """The steps of the statutory clocks of those who play, in minutes of the scenario since their trigger.

    A step counts real hours, as the law does; an exercise that runs faster is measured in its own minutes, so that 24 hours are 1440 of them.
    """
    from paraat.incidents.models import ClockStep

    if exercise.started_at is None:
        return
    steps = ClockStep.objects.filter(
        exercise=True, organisation__in=list(exercise.parts.values()), starts_at__isnull=False
    )
    for step in steps.filter(clock__proposed_at__gte=exercise.started_at).select_related("clock", "organisation"):
        due = (step.due_at - step.starts_at).total_seconds() / 60 if step.due_at else None
        taken = (
            (step.submitted_at - step.starts_at).total_seconds() / 60 * exercise.speed if step.submitted_at else None
        )
        yield report.Duty(step.organisation.name, step.clock.regime, step.key, due, taken)


def _messages(exercise: Exercise, now: datetime) -> dict[str, int]:
    """What would have left and stayed in the house, by kind of channel: to those who play and to the team, while the exercise ran."""
    if exercise.started_at is None:
        return {}
    kept = HouseMessage.objects.filter(exercise=True, at__gte=exercise.started_at, at__lte=exercise.ended_at or now)
    kept = kept.filter(Q(organisation=None) | Q(organisation__in=list(exercise.parts.values())))
    rows = kept.order_by().values_list("kind").annotate(number=Count("pk"))
    return dict(rows.order_by("kind"))


def _text(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
