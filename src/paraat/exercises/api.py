"""Exercises: read, with what they measured."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Query
from pydantic import Field

from paraat.exercises.measured import clock_of, parts_of
from paraat.exercises.models import Exercise
from paraat.kernel.marking import MEMBERS
from paraat.platform import moment
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible

operations = Operations(tags=["exercises"])
_PLAYS = MEMBERS


class ExerciseOut(Answer):
    """A scenario that is played. Everything that it makes carries `exercise: true` and never leaves the house."""

    id: UUID
    number: str
    title: str
    scenario: str
    scenario_version: str
    state: str = Field(description="planned, running, paused or ended")
    speed: int = Field(description="minutes of the scenario in a minute")
    tlp: TlpLabel
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    report: dict[str, Any] = Field(description="what was measured, frozen at the end; empty before")


class ExerciseStatus(Answer):
    """How far an exercise is. What is still to come is counted, not told."""

    id: UUID
    number: str
    state: str
    minute: float = Field(description="of the scenario, as its clock shows it now")
    played: int
    to_come: int
    failed: int
    answered: int
    parts: dict[str, str] = Field(description="which organisation plays which part")


class ExerciseFilter(Part):
    """Which exercises."""

    state: Plain = Field("", max_length=10)


@operations.read(
    "/exercises", scope=Scope.CASES_READ, roles=_PLAYS, answer=Page[ExerciseOut], operation_id="listExercises"
)
def list_exercises(request: ApiRequest, which: Query[ExerciseFilter]) -> dict[str, Any]:
    """Exercises in which you play or that you watch, newest first."""
    rows = Exercise.objects.visible_to(request.viewer).order_by("-created_at", "pk")
    return page(rows.filter(state=which.state) if which.state else rows, which)


@operations.read(
    "/exercises/{uuid:exercise}/status",
    scope=Scope.CASES_READ,
    roles=_PLAYS,
    answer=ExerciseStatus,
    operation_id="getExerciseStatus",
)
def get_status(request: ApiRequest, exercise: UUID) -> dict[str, Any]:
    """How far one exercise is."""
    return status(visible(Exercise.objects.all(), request, exercise))


def status(exercise: Exercise) -> dict[str, Any]:
    """How far an exercise is, as JSON says it."""
    injects = exercise.injects.all()
    return {
        "id": exercise.pk,
        "number": exercise.number,
        "state": exercise.state,
        "minute": round(clock_of(exercise).at(moment.now()), 1),
        "played": injects.exclude(played_at=None).filter(failed="").count(),
        "to_come": injects.waiting().count(),
        "failed": injects.exclude(failed="").count(),
        "answered": injects.exclude(responses=None).count(),
        "parts": {key: one.name for key, one in parts_of(exercise).items()},
    }
