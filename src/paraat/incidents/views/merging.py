"""Merging a case into another one and splitting reports off, each on a page that says first what will happen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from paraat.alerts.forms import ReasonForm
from paraat.alerts.views.acting import WORKS
from paraat.incidents.actions.merging import merge_cases, split_case
from paraat.incidents.models import Case, Report
from paraat.incidents.views.cases import case_of
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt


class MergeForm(ReasonForm):
    """Into which case, and why."""

    into = forms.ModelChoiceField(
        label=gettext_lazy("Into which case?"),
        queryset=Case.objects.none(),
        help_text=gettext_lazy("Open cases of the same victim, of the same world."),
    )
    field_order = ("into", "reason")

    def __init__(self, *args: Any, cases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = cases  # type: ignore[attr-defined]


class SplitForm(ReasonForm):
    """Which reports are another case, what it is called, and why."""

    reports = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Which reports are another case?"),
        queryset=Report.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    field_order = ("reports", "title", "reason")

    def __init__(self, *args: Any, rows: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reports"]
        field.queryset = rows
        field.label_from_instance = lambda row: f"{row.number} · {row.text.strip().splitlines()[0][:100]}"


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def merge(request: Request, pk: UUID) -> HttpResponse:
    """Let a case live on in another one."""
    case = _living(request, pk)
    others = Case.objects.visible_to(request.viewer).open().exclude(pk=pk)
    form = MergeForm(
        request.POST or None, cases=others.filter(organisation=case.organisation_id, exercise=case.exercise)
    )
    if request.method == "POST" and form.is_valid():
        into, reason = form.cleaned_data["into"], form.cleaned_data["reason"]
        done = _("%(number)s lives on in this case.") % {"number": case.number}
        if attempt(request, lambda: merge_cases(case=case, into=into, by=request.actor, reason=reason), done):
            return HttpResponseRedirect(reverse("case", args=[into.pk]))
    context = {"case": case, "form": form, "possible": form.fields["into"].queryset.exists()}  # type: ignore[attr-defined]
    return render(request, "incidents/case_merge.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def split(request: Request, pk: UUID) -> HttpResponse:
    """Make a case of its own of some reports."""
    case = _living(request, pk)
    reports = Report.objects.visible_to(request.viewer).filter(case=case).order_by("received_at")
    form = SplitForm(request.POST or None, rows=reports)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data | {"reports": list(form.cleaned_data["reports"])}
        made = attempt(request, lambda: split_case(case=case, by=request.actor, **said), _("Split off."))
        if made is not None:
            return HttpResponseRedirect(reverse("case", args=[made.pk]))
    context = {"case": case, "form": form, "possible": reports.exists()}
    return render(request, "incidents/case_split.html", context, status=400 if form.errors else 200)


def _living(request: Request, pk: UUID) -> Case:
    """The case, unless it lives on in another one."""
    case = case_of(request, pk)
    if case.state == Case.State.MERGED:
        raise Http404
    return case
