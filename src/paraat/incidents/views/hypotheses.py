"""Hypotheses: what may be so, what speaks for and against it, and how sure we were when. For the team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.views.acting import WATCHES, WORKS, found
from paraat.incidents.actions import hypotheses as actions
from paraat.incidents.models import Case, Hypothesis
from paraat.incidents.related import related
from paraat.incidents.rules.related import Proposal, Why
from paraat.incidents.views.cases import case_of
from paraat.incidents.work_forms import AssessForm, HypothesisForm, PointForm
from paraat.kernel.marking import Viewer
from paraat.platform import panels
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.picking import chosen
from paraat.platform.tables import Column, Filter, Table

WHY: dict[Why, Any] = {
    Why.INDICATOR: gettext_lazy("indicator"),
    Why.SUPPLIER: gettext_lazy("supplier"),
    Why.ACTOR: gettext_lazy("actor as named"),
    Why.TECHNIQUE: gettext_lazy("technique"),
}


def panel(viewer: Viewer, case: Case) -> str | None:
    """The hypotheses that this case is part of, and cases that share something with it."""
    if not viewer.has(*WATCHES):
        return None
    context = {
        "case": case,
        "hypotheses": list(_seen(viewer).filter(cases=case)),
        "related": related(viewer, case),
        "why": WHY,
        "works": viewer.has(*WORKS),
    }
    return panels.render("incidents/_hypotheses.html", context)


def _seen(viewer: Viewer) -> Any:
    points = {"fors": Count("points", filter=Q(points__speaks_for=True), distinct=True)}
    points |= {"againsts": Count("points", filter=Q(points__speaks_for=False), distinct=True)}
    return Hypothesis.objects.visible_to(viewer).annotate(**points)


@require_safe
@allow(*WATCHES)
def listing(request: Request) -> HttpResponseBase:
    """Every hypothesis, by question."""
    rows = _seen(request.viewer).prefetch_related(
        Prefetch("cases", Case.objects.visible_to(request.viewer).order_by("number"))
    )
    table = Table(
        request,
        rows,
        name="hypotheses",
        columns=[
            Column("question", gettext_lazy("Question"), sort="question"),
            Column("statement", gettext_lazy("Possible answer")),
            Column("confidence", gettext_lazy("How sure"), value=lambda row: row.get_confidence_display()),
            Column("state", gettext_lazy("State"), sort="state", value=lambda row: row.get_state_display()),
            Column("cases", gettext_lazy("Cases"), value=lambda row: [case.number for case in row.cases.all()]),
            Column("assessed_at", gettext_lazy("As of"), sort="assessed_at"),
            *([Column("tlp", "TLP", value=lambda row: row.get_tlp_display())] if request.GET.get("format") else []),
        ],
        search=["question", "statement", *(["cases__number"] if request.viewer.is_team else [])],
        filters=[Filter("state", gettext_lazy("State"), Hypothesis.State.choices)],
        order="question",
        empty=gettext_lazy("No hypothesis yet."),
        hint=gettext_lazy("A case proposes others that share something with it."),
    )
    return table.answer("incidents/hypotheses.html", {"works": request.viewer.has(*WORKS)})


@require_safe
@allow(*WATCHES)
def one(request: Request, pk: UUID) -> HttpResponse:
    """A hypothesis beside those that answer the same question."""
    row: Hypothesis = found(Hypothesis.objects.visible_to(request.viewer), pk)
    same = Hypothesis.objects.visible_to(request.viewer).filter(question=row.question, exercise=row.exercise)
    competing = list(same.prefetch_related("points", "assessments", "cases").order_by("made_at"))
    cases = set(Case.objects.visible_to(request.viewer).filter(hypotheses__in=competing).values_list("pk", flat=True))
    context = {
        "hypothesis": row,
        "competing": competing,
        "seen": cases,
        "works": request.viewer.has(*WORKS),
        "point_form": PointForm(),
        "assess_form": AssessForm(initial={"confidence": row.confidence, "state": row.state}),
    }
    return render(request, "incidents/hypothesis.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def new(request: Request, pk: UUID) -> HttpResponse:
    """A hypothesis about this case, and about others (`?with=`) that share something with it."""
    case = case_of(request, pk)
    others = list(
        Case.objects.visible_to(request.viewer).filter(pk__in=chosen(request.GET.getlist("with"))).exclude(pk=case.pk)
    )
    proposed = next((one for other, one in related(request.viewer, case) if other in others), None)
    initial = {"question": request.GET.get("question", "") or _question(case, others), "because": _because(proposed)}
    form = HypothesisForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            request, lambda: actions.make_hypothesis(cases=[case, *others], by=request.actor, **form.cleaned_data)
        )
        if made is not None:
            return HttpResponseRedirect(reverse("hypothesis", args=[made.pk]))
    context = {"case": case, "others": others, "form": form}
    return render(request, "incidents/hypothesis_new.html", context, status=400 if form.errors else 200)


def _question(case: Case, others: list[Case]) -> str:
    if not others:
        return ""
    numbers = ", ".join(sorted(one.number for one in [case, *others]))
    return _("Do %(numbers)s belong together?") % {"numbers": numbers}


def _because(proposed: Proposal | None) -> str:
    return "; ".join(f"{WHY[one.why]}: {one.what}" for one in proposed.shares)[:500] if proposed else ""


@require_POST
@allow(*WORKS)
def point(request: Request, pk: UUID) -> HttpResponse:
    """Something that speaks for or against it."""
    row, form = found(Hypothesis.objects.visible_to(request.viewer), pk), PointForm(request.POST)
    if form.is_valid():
        attempt(request, lambda: actions.add_point(hypothesis=row, by=request.actor, **form.values()), _("Noted."))
    return HttpResponseRedirect(reverse("hypothesis", args=[pk]))


@require_POST
@allow(*WORKS)
def assess(request: Request, pk: UUID) -> HttpResponse:
    """How sure we are today."""
    row, form = found(Hypothesis.objects.visible_to(request.viewer), pk), AssessForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: actions.assess_hypothesis(hypothesis=row, by=request.actor, **form.cleaned_data),
            _("Noted."),
        )
    return HttpResponseRedirect(reverse("hypothesis", args=[pk]))
