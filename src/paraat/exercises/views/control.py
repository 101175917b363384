"""The page of whoever leads an exercise: the clock, what is still to come, and what was answered. Live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from paraat.exercises import actions
from paraat.exercises.forms import SkipForm, SpeedForm
from paraat.exercises.measured import parts_of
from paraat.exercises.models import Exercise, Inject
from paraat.exercises.views.shown import LEADS, clock_words, led_by, shown
from paraat.kernel.errors import Invalid
from paraat.platform import moment
from paraat.platform import parts as live_parts
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt

NAMES = ("clock", "coming", "played")


@require_safe
@allow(*LEADS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """Lead an exercise."""
    exercise = led_by(request, pk)
    context = _context(exercise)
    topic = f"exercise.{exercise.pk}"
    stream = {"live_token": live_parts.token(request.viewer, topic), "topics": topic}
    return render(request, "exercises/control.html", context | stream | {"parts": _parts(request, context)})


@require_safe
@allow(*LEADS)
def parts(request: Request, pk: UUID) -> HttpResponse:
    """The parts of the page that changed."""
    exercise = led_by(request, pk)
    return live_parts.answer(request, _parts(request, _context(exercise)).values(), title=exercise.number)


def _context(exercise: Exercise) -> dict[str, Any]:
    now = moment.now()
    return {
        "exercise": exercise,
        "clock": clock_words(exercise, now),
        "coming": shown(exercise, exercise.injects.filter(played_at=None, skipped_at=None)),
        "played": shown(
            exercise, exercise.injects.exclude(played_at=None, skipped_at=None).order_by("-played_at", "-skipped_at")
        ),
        "cast": sorted(parts_of(exercise).items()),
        "speed_form": SpeedForm(initial={"speed": exercise.speed}),
        "skip_form": SkipForm(),
        "now": now,
    }


def _parts(request: Request, context: dict[str, Any]) -> dict[str, live_parts.Part]:
    return {
        name: live_parts.part(name, render_to_string(f"exercises/control_{name}.html", context, request))
        for name in NAMES
    }


@require_POST
@allow(*LEADS)
def start(request: Request, pk: UUID) -> HttpResponse:
    """Let the clock run."""
    return _act(request, pk, actions.start_exercise, _("The exercise runs."))


@require_POST
@allow(*LEADS)
def pause(request: Request, pk: UUID) -> HttpResponse:
    """Let the clock stand."""
    return _act(request, pk, actions.pause_exercise, _("The clock stands."))


@require_POST
@allow(*LEADS)
def resume(request: Request, pk: UUID) -> HttpResponse:
    """Let the clock go on."""
    return _act(request, pk, actions.resume_exercise, _("The clock goes on."))


@require_POST
@allow(*LEADS)
def end(request: Request, pk: UUID) -> HttpResponse:
    """End it; what was measured becomes the report."""
    exercise = led_by(request, pk)
    done = attempt(
        request, lambda: actions.end_exercise(exercise=exercise, by=request.actor), _("Ended. This is the report.")
    )
    return redirect("exercise_report" if done else "exercise_control", pk)


@require_POST
@allow(*LEADS)
def speed(request: Request, pk: UUID) -> HttpResponse:
    """Let the clock run faster or slower."""
    form = SpeedForm(request.POST)

    def deed(*, exercise: Exercise, by: Any) -> Exercise:
        if not form.is_valid():
            raise Invalid("A speed is 1 to 1440 minutes of the scenario in a minute")
        return actions.set_speed(exercise=exercise, speed=form.cleaned_data["speed"], by=by)

    return _act(request, pk, deed, _("The clock runs at the new speed."))


@require_POST
@allow(*LEADS)
def play(request: Request, pk: UUID, inject: UUID) -> HttpResponse:
    """Bring an inject forward, or try again one that failed. What goes wrong is said, and the inject waits as before."""
    row = _inject(led_by(request, pk), inject)
    attempt(request, lambda: actions.play_inject(inject=row.pk, by=request.actor), _("Played."))
    return redirect("exercise_control", pk)


@require_POST
@allow(*LEADS)
def skip(request: Request, pk: UUID, inject: UUID) -> HttpResponse:
    """Leave an inject out."""
    row, reason = _inject(led_by(request, pk), inject), request.POST.get("reason", "")
    attempt(request, lambda: actions.skip_inject(inject=row, by=request.actor, reason=reason), _("Left out."))
    return redirect("exercise_control", pk)


def _inject(exercise: Exercise, pk: UUID) -> Inject:
    row: Inject | None = exercise.injects.filter(pk=pk).select_related("exercise").first()
    if row is None:
        raise Http404
    return row


def _act(request: Request, pk: UUID, deed: Callable[..., Any], said: str) -> HttpResponse:
    exercise = led_by(request, pk)
    attempt(request, lambda: deed(exercise=exercise, by=request.actor), said)
    return redirect("exercise_control", pk)
