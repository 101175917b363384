"""Figures of a period, for answers in parliament: looked at here, and taken along as XLSX or PDF."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts.views.acting import WORKS
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.warroom.actions.figures import export_figures
from paraat.warroom.figures import Period, figures
from paraat.warroom.sitrep_forms import PeriodForm

KINDS = {"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@require_safe
@allow(*WORKS)
def show(request: Request) -> HttpResponse:
    """The figures of a period; of this year when none is asked for."""
    today, now = timezone.localdate(), moment.now()
    form = (
        PeriodForm(request.GET)
        if "begin" in request.GET
        else PeriodForm(initial={"begin": today.replace(month=1, day=1), "end": today})
    )
    period = _period(form) or Period(today.replace(month=1, day=1), today)
    context = {"form": form, "period": period, "figures": figures(period, now), "now": now}
    return render(request, "warroom/figures.html", context)


def _period(form: PeriodForm) -> Period | None:
    if not form.is_bound or not form.is_valid():
        return None
    values = form.cleaned_data
    in_order = values["begin"] <= values["end"] <= values["begin"] + timedelta(days=3660)
    return Period(values["begin"], values["end"]) if in_order else None


@require_POST
@allow(*WORKS)
def export(request: Request) -> HttpResponse:
    """The same as a file."""
    period, form = _period(PeriodForm(request.POST)), request.POST.get("form", "")
    if period is None or form not in KINDS:
        return redirect("figures")
    content = attempt(request, lambda: export_figures(period=period, form=form, by=request.actor))
    if content is None:
        return redirect("figures")
    name = f"figures-{period.begin}-{period.end}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=KINDS[form], headers=headers)
