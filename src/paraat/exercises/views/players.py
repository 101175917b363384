"""What came in, for whoever plays: never what is still to come."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from paraat.exercises.measured import parts_of
from paraat.exercises.models import Exercise
from paraat.exercises.views.shown import PLAYS, came_in, clock_words, exercise_of, leads
from paraat.platform import moment
from paraat.platform import parts as live_parts
from paraat.platform.guard import Request, allow


@require_safe
@allow(*PLAYS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One exercise as its players see it."""
    exercise = exercise_of(request, pk)
    context = _context(request, exercise)
    topic = f"exercise.{exercise.pk}"
    stream = {"live_token": live_parts.token(request.viewer, topic), "topics": topic}
    more = {"parts": _parts(request, context), "leads": leads(request.viewer, exercise)}
    return render(request, "exercises/exercise.html", context | stream | more)


@require_safe
@allow(*PLAYS)
def parts(request: Request, pk: UUID) -> HttpResponse:
    """The parts of the page that changed."""
    exercise = exercise_of(request, pk)
    return live_parts.answer(request, _parts(request, _context(request, exercise)).values(), title=exercise.number)


def _context(request: Request, exercise: Exercise) -> dict[str, Any]:
    now = moment.now()
    return {
        "exercise": exercise,
        "clock": clock_words(exercise, now),
        "came": came_in(request.viewer, exercise),
        "cast": sorted(parts_of(exercise).items()),
        "now": now,
    }


def _parts(request: Request, context: dict[str, Any]) -> dict[str, live_parts.Part]:
    return {"came": live_parts.part("came", render_to_string("exercises/exercise_came.html", context, request))}
