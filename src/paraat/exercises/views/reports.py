"""The report of an exercise: as it was frozen, on screen, on paper and as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from paraat.exercises.measured import measured
from paraat.exercises.models import Exercise
from paraat.exercises.paper import content, report_pdf
from paraat.exercises.views.shown import PLAYS, exercise_of, leads
from paraat.platform import moment
from paraat.platform.guard import Request, allow


@require_safe
@allow(*PLAYS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """What was measured; while it goes on only for its leader, as of now."""
    exercise = exercise_of(request, pk)
    return render(
        request,
        "exercises/report.html",
        {"exercise": exercise, "report": content(_report(request, exercise), exercise.tlp)},
    )


@require_safe
@allow(*PLAYS)
def pdf(request: Request, pk: UUID) -> HttpResponse:
    """The report on paper."""
    exercise = exercise_of(request, pk)
    made = report_pdf(_report(request, exercise), tlp=exercise.tlp, language=(get_language() or "nl")[:2])
    name = f'attachment; filename="{exercise.number}.pdf"'
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": name})


@require_safe
@allow(*PLAYS)
def machine(request: Request, pk: UUID) -> HttpResponse:
    """The report for machines, as it is kept."""
    exercise = exercise_of(request, pk)
    name = f'attachment; filename="{exercise.number}.json"'
    return JsonResponse(
        _report(request, exercise),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={"Content-Disposition": name},
    )


def _report(request: Request, exercise: Exercise) -> dict[str, Any]:
    if exercise.report:
        return dict(exercise.report)
    if exercise.started_at is None or not leads(request.viewer, exercise):
        raise Http404
    return measured(exercise, now=moment.now())
