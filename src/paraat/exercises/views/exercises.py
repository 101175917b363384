"""The list of exercises, the scenarios that can be played, and planning one."""

from __future__ import annotations

from typing import cast

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from paraat.accounts.models import User
from paraat.exercises import actions, scenarios
from paraat.exercises.forms import PlanForm
from paraat.exercises.models import Exercise
from paraat.exercises.rules.scenario import Scenario
from paraat.exercises.views.shown import LEADS, PLAYS, leads
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import in_language
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table


@require_safe
@allow(*PLAYS)
def listing(request: Request) -> HttpResponseBase:
    """Every exercise in which one has a part, newest first; below it the scenarios for whoever may plan."""
    table = Table(
        request,
        Exercise.objects.visible_to(request.viewer),
        name="exercises",
        columns=[
            Column("number", gettext_lazy("Number"), sort="number"),
            Column("title", gettext_lazy("Title"), sort="title"),
            Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
            Column("started_at", gettext_lazy("Started"), sort="started_at"),
            Column("ended_at", gettext_lazy("Ended"), sort="ended_at"),
        ],
        search=["number", "title"],
        filters=[Filter("state", gettext_lazy("State"), Exercise.State.choices)],
        order="-number",
        empty=gettext_lazy("No exercise yet."),
    )
    plans = request.viewer.has(*LEADS)
    context = {
        "now": moment.now(),
        "plans": plans,
        "scenarios": list(scenarios.found().values()) if plans else [],
        "leads": lambda row: leads(request.viewer, row),
    }
    return table.answer("exercises/exercises.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*LEADS)
def plan(request: Request, scenario: str) -> HttpResponse:
    """Plan an exercise of a scenario."""
    chosen = scenarios.get(scenario) if scenario in scenarios.found() else None
    if chosen is None:
        return redirect("exercises")
    form = PlanForm(chosen, timezone.localdate(), request.POST or None, initial=_initial(chosen))
    if request.method == "POST" and form.is_valid():
        made = attempt(
            request, lambda: _planned(request, chosen, form), _("Planned. The clock stands until you start it.")
        )
        if made is not None:
            return redirect("exercise_control", made.pk)
    return render(request, "exercises/plan.html", {"scenario": chosen, "form": form})


def _planned(request: Request, scenario: Scenario, form: PlanForm) -> Exercise:
    return actions.plan_exercise(
        scenario=scenario,
        by=request.actor,
        parts=form.parts(),
        title=form.cleaned_data["title"],
        speed=form.cleaned_data["speed"],
        language=form.cleaned_data["language"],
        leader=cast("User", request.user),
    )


def _initial(scenario: Scenario) -> dict[str, str]:
    return {"title": in_language(scenario.title), "language": (get_language() or "nl")[:2]}
