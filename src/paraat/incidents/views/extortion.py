"""Extortion: what actors claim beside what is confirmed, countdowns, and who decided what about paying."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.views.acting import WATCHES, WORKS, act, found
from paraat.incidents.actions import extortion as actions
from paraat.incidents.models import ActorClaim, Case, RansomDecision
from paraat.incidents.rules.claims import defanged
from paraat.incidents.views.cases import case_of
from paraat.incidents.work_forms import ClaimForm, ConfirmForm, CountdownForm, DecisionForm
from paraat.kernel.marking import Viewer
from paraat.platform import moment, panels
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import WORLD, Column, Filter, Table


def panel(viewer: Viewer, case: Case) -> str | None:
    """Claims and decisions that this viewer may see; an offer to record one for the team."""
    claims = list(ActorClaim.objects.visible_to(viewer).filter(case=case))
    decisions = list(RansomDecision.objects.visible_to(viewer).filter(case=case))
    works = viewer.has(*WORKS)
    if not claims and not decisions and not works:
        return None
    context = {
        "case": case,
        "claims": claims,
        "decisions": decisions,
        "works": works,
        "now": moment.now(),
        "defanged": defanged,
    }
    return panels.render("incidents/_extortion.html", context)


@require_safe
@allow(*WATCHES)
def countdowns(request: Request) -> HttpResponseBase:
    """Every announced publication, the next one first."""
    rows = ActorClaim.objects.visible_to(request.viewer).filter(publishes_at__isnull=False).select_related("case")
    table = Table(
        request,
        rows,
        name="countdowns",
        columns=[
            Column("publishes_at", gettext_lazy("Announced for"), sort="publishes_at"),
            Column("actor", gettext_lazy("Claimed by"), sort="actor"),
            Column("case", gettext_lazy("Case"), sort="case__number", value=lambda row: row.case.number),
            Column("victim", gettext_lazy("Victim"), sort="case__victim", value=lambda row: row.case.victim),
            Column("published_at", gettext_lazy("Published"), sort="published_at"),
            *([Column("tlp", "TLP", value=lambda row: row.get_tlp_display())] if request.GET.get("format") else []),
        ],
        search=["actor", "case__number", "case__victim"],
        filters=[
            Filter(
                "state",
                gettext_lazy("State"),
                _STATES,
                apply=lambda rows, value: rows.filter(published_at__isnull=value == "runs"),
            ),
            WORLD,
        ],
        order="publishes_at",
        empty=gettext_lazy("No publication is announced."),
    )
    return table.answer("incidents/countdowns.html", {"now": moment.now()})


_STATES = [("runs", gettext_lazy("Still to come or not seen")), ("published", gettext_lazy("Published"))]


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def claim(request: Request, pk: UUID) -> HttpResponse:
    """Write down what an actor claims."""
    case, form = case_of(request, pk), ClaimForm(request.POST or None)
    deed = lambda: actions.record_claim(case=case, by=request.actor, **form.values())  # noqa: E731
    return form_page(request, case, form, _("What an actor claims"), deed, "extortion")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def decision(request: Request, pk: UUID) -> HttpResponse:
    """Write down a decision about a demand."""
    case, form = case_of(request, pk), DecisionForm(request.POST or None)
    deed = lambda: actions.decide_ransom(case=case, by=request.actor, **form.cleaned_data)  # noqa: E731
    return form_page(request, case, form, _("A decision about the demand"), deed, "extortion")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def confirm(request: Request, pk: UUID, claim: UUID) -> HttpResponse:
    """Write down what of a claim is so."""
    case = case_of(request, pk)
    row = _claim(request, case, claim)
    form = ConfirmForm(request.POST or None, initial={"confirmed": row.confirmed})
    deed = lambda: actions.confirm_claim(claim=row, by=request.actor, **form.cleaned_data)  # noqa: E731
    return form_page(request, case, form, _("What of it is confirmed"), deed, "extortion")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def countdown(request: Request, pk: UUID, claim: UUID) -> HttpResponse:
    """The actor named another moment."""
    case = case_of(request, pk)
    row = _claim(request, case, claim)
    form = CountdownForm(request.POST or None, initial={"publishes_at": row.publishes_at})
    deed = lambda: actions.move_countdown(claim=row, by=request.actor, **form.cleaned_data)  # noqa: E731
    return form_page(request, case, form, _("Another moment of publication"), deed, "extortion")


@require_POST
@allow(*WORKS)
def published(request: Request, pk: UUID, claim: UUID) -> HttpResponse:
    """The data is out."""
    case = case_of(request, pk)
    row = _claim(request, case, claim)
    return act(
        request, lambda: actions.mark_published(claim=row, by=request.actor), _("Noted."), back=back(case, "extortion")
    )


def _claim(request: Request, case: Case, key: UUID) -> ActorClaim:
    rows: QuerySet[Any] = ActorClaim.objects.visible_to(request.viewer).filter(case=case).select_related("case")
    row: ActorClaim = found(rows, key)
    return row


def back(case: Case, section: str) -> str:
    """A section of a case's page."""
    return f"{reverse('case', args=[case.pk])}#{section}"


def form_page(
    request: Request, case: Case, form: forms.Form, title: str, deed: Callable[[], Any], section: str
) -> HttpResponse:
    """A page with one form about a case; when it was filled in well, `deed` is done and its section of the case shown."""
    if request.method == "POST" and form.is_valid() and attempt(request, deed, _("Noted.")) is not None:
        return HttpResponseRedirect(back(case, section))
    context = {"case": case, "form": form, "title": title, "section": section}
    return render(request, "incidents/work_form.html", context, status=400 if form.errors else 200)
