"""Triage of one report: into a new case, into one that is open, or not an incident."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from paraat.alerts.views.acting import WORKS, found
from paraat.incidents.actions.triage import accept_report, dismiss_report
from paraat.incidents.case_forms import CaseForm
from paraat.incidents.models import Case, Report
from paraat.incidents.taxonomy import BY_KIND
from paraat.incidents.words import kind_word
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.registry.naming import OrganisationField

CHOICES = 100
"""Open cases that one chooses from, the newest."""


class TriageForm(CaseForm):
    """What a report becomes: a case of its own."""

    organisation = OrganisationField(label=gettext_lazy("Victim"))
    field_order = ("organisation", "title")


class IntoForm(forms.Form):
    """The open case that a report is part of."""

    case = forms.ModelChoiceField(label=gettext_lazy("Which case?"), queryset=Case.objects.none())

    def __init__(self, *args: Any, cases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case"].queryset = cases  # type: ignore[attr-defined]


class DismissForm(forms.Form):
    """Why it is not an incident."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it not an incident?"),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("The reason is kept."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def triage(request: Request, pk: UUID) -> HttpResponse:
    """What the report says, and the three things that one can do with it. Posting opens a new case."""
    report = _report(request, pk)
    form = TriageForm(request.POST or None, initial=_proposed(request, report))
    if request.method == "POST" and form.is_valid():
        said = form.values() | {"organisation": form.cleaned_data["organisation"]}
        case = attempt(request, lambda: accept_report(report=report, by=request.actor, **said))
        return HttpResponseRedirect(reverse("case", args=[case.pk]) if case else reverse("report", args=[pk]))
    return _page(request, report, form=form)


@require_POST
@allow(*WORKS)
def into(request: Request, pk: UUID) -> HttpResponse:
    """The report is part of a case that is open."""
    report = _report(request, pk)
    form = IntoForm(request.POST, cases=_open_cases(request, report))
    if not form.is_valid():
        return _page(request, report, into_form=form)
    chosen = form.cleaned_data["case"]
    case = attempt(request, lambda: accept_report(report=report, by=request.actor, case=chosen))
    return HttpResponseRedirect(reverse("case", args=[case.pk]) if case else reverse("report", args=[pk]))


@require_POST
@allow(*WORKS)
def dismiss(request: Request, pk: UUID) -> HttpResponse:
    """The report is not an incident."""
    report, form = _report(request, pk), DismissForm(request.POST)
    if not form.is_valid():
        return _page(request, report, dismiss_form=form)
    reason = form.cleaned_data["reason"]
    said = _("Not an incident. The reason is kept.")
    attempt(request, lambda: dismiss_report(report=report, by=request.actor, reason=reason), said)
    return HttpResponseRedirect(reverse("report", args=[pk]))


def _page(request: Request, report: Report, **forms_: forms.Form) -> HttpResponse:
    cases = _open_cases(request, report)
    context = {
        "report": report,
        "kind": kind_word(report.kind),
        "form": TriageForm(initial=_proposed(request, report)),
        "into_form": IntoForm(cases=cases),
        "has_cases": cases.exists(),
        "dismiss_form": DismissForm(),
    }
    wrong = any(form.errors for form in forms_.values())
    return render(request, "incidents/triage.html", context | forms_, status=400 if wrong else 200)


def _report(request: Request, pk: UUID) -> Report:
    report: Report = found(Report.objects.visible_to(request.viewer).select_related("organisation", "case"), pk)
    return report


def _open_cases(request: Request, report: Report) -> Any:
    """The open cases of the same world; of the same organisation where it is known."""
    rows = Case.objects.visible_to(request.viewer).open().filter(exercise=report.exercise)
    rows = rows.filter(organisation=report.organisation_id) if report.organisation_id else rows
    newest = rows.order_by("-opened_at").values("pk")[:CHOICES]
    return Case.objects.filter(pk__in=newest)


def _proposed(request: Request, report: Report) -> dict[str, Any]:
    name = report.organisation.name if report.organisation else report.organisation_text
    victim = report.organisation or report.organisation_text
    word = kind_word(report.kind) or report.text.strip().splitlines()[0]
    return {
        "organisation": victim,
        "title": f"{word}, {name}"[:200] if name else word[:200],
        "classification": BY_KIND.get(report.kind.replace("-", "_"), "other.undetermined"),
        "happened_at": report.happened_at,
        "tlp": report.tlp,
        "severity": 3,
        "owner": request.viewer.user,
    }
