"""One step of a clock: its form with what the law wants, on paper and for machines, and that it was submitted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.alerts.views.acting import found
from paraat.incidents import filing
from paraat.incidents.actions.filing import save_form, submit_step, waive_step
from paraat.incidents.clock_forms import StepForm, SubmitForm, WaiveForm
from paraat.incidents.clocks import regime_of, step_title, words
from paraat.incidents.models import Clock, ClockStep
from paraat.incidents.views.clocks import ACTS, SEES, acts, clock_of, look, tell_wrong
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt


@require_http_methods(["GET", "HEAD"])
@allow(*SEES)
def one(request: Request, pk: UUID, step: UUID) -> HttpResponse:
    """The form of a step, prefilled from the case, and its submissions."""
    row = _step(request, pk, step)
    form_lines, now = filing.lines(row, request.viewer), moment.now()
    context = {
        "step": row,
        "clock": row.clock,
        "title": step_title(row),
        "regime": words(regime_of(row.clock).title),
        "state": look(row, now),
        "lines": form_lines,
        "missing": [line.title for line in form_lines if line.missing],
        "form": StepForm(form_lines),
        "submit": SubmitForm(auto_id="submit_%s"),
        "waive": WaiveForm(auto_id="waive_%s"),
        "submissions": list(row.submissions.all()),
        "acts": acts(request.viewer, row.clock),
        "runs": row.clock.state in {Clock.State.RUNNING, Clock.State.DONE},
        "seen": row.form_at.isoformat() if row.form_at else "",
        "level": filing.level_of(row.clock),
        "now": now,
    }
    return render(request, "incidents/clock_step.html", context)


@require_POST
@allow(*ACTS)
def save(request: Request, pk: UUID, step: UUID) -> HttpResponse:
    """Keep the form as a draft."""
    row = _step(request, pk, step, to_act=True)
    form = StepForm(filing.lines(row, request.viewer), request.POST)
    if form.is_valid():
        seen = parse_datetime(request.POST.get("seen", ""))
        deed = lambda: save_form(step=row, form=form.said(), by=request.actor, seen=seen)  # noqa: E731
        attempt(request, deed, _("The draft is kept."))
    else:
        tell_wrong(request, form)
    return _back(row)


@require_POST
@allow(*ACTS)
def submit(request: Request, pk: UUID, step: UUID) -> HttpResponse:
    """Record that it was submitted."""
    row = _step(request, pk, step, to_act=True)
    form = SubmitForm(request.POST)
    if form.is_valid():
        said: dict[str, Any] = form.cleaned_data
        filled = {line.field.key: line.value for line in filing.lines(row, request.viewer)}
        deed = lambda: submit_step(step=row, by=request.actor, form=filled, **said)  # noqa: E731
        attempt(request, deed, _("Recorded. The reminders of this step stop."))
    else:
        tell_wrong(request, form)
    return _back(row)


@require_POST
@allow(*ACTS)
def waive(request: Request, pk: UUID, step: UUID) -> HttpResponse:
    """This step is not needed."""
    row = _step(request, pk, step, to_act=True)
    form = WaiveForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        attempt(request, lambda: waive_step(step=row, by=request.actor, **said), _("Not needed. The reason is kept."))
    else:
        tell_wrong(request, form)
    return _back(row)


@require_safe
@allow(*SEES)
def paper(request: Request, pk: UUID, step: UUID) -> HttpResponse:
    """The form as PDF."""
    row = _step(request, pk, step)
    made = filing.pdf(row, request.viewer, language=(get_language() or "en")[:2])
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{_file(row)}.pdf"'
    return answer


@require_safe
@allow(*SEES)
def data(request: Request, pk: UUID, step: UUID) -> HttpResponse:
    """The form for machines."""
    row = _step(request, pk, step)
    answer = JsonResponse(filing.data(row, request.viewer), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="{_file(row)}.json"'
    return answer


def _file(step: ClockStep) -> str:
    number = step.clock.case.number if step.clock.case else step.clock.regime
    return f"{number}-{step.clock.regime}-{step.key}"


def _step(request: Request, pk: UUID, step: UUID, *, to_act: bool = False) -> ClockStep:
    clock = clock_of(request, pk, to_act=to_act)
    rows = ClockStep.objects.shown_to(request.viewer).filter(clock=clock)
    row: ClockStep = found(rows.select_related("clock__case", "clock__organisation", "organisation"), step)
    return row


def _back(step: ClockStep) -> HttpResponse:
    return HttpResponseRedirect(reverse("clock_step", args=[step.clock_id, step.pk]))
