"""A report by telephone: the officer's form."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from paraat.alerts.views.acting import WORKS
from paraat.incidents.actions.reports import take_report
from paraat.incidents.models import Report
from paraat.incidents.report_forms import PhoneForm
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def new(request: Request) -> HttpResponse:
    """Write down what a caller says. Whether the caller is who it says is asked afterwards, by calling back."""
    form = PhoneForm(request.POST or None, initial={"organisation": request.GET.get("organisation", "")})
    if request.method == "POST" and form.is_valid():
        report = attempt(request, lambda: _take(request, form), _("Written down. Call back through a contact on file."))
        if report is not None:
            return HttpResponseRedirect(reverse("report", args=[report.pk]))
    return render(request, "incidents/report_new.html", {"form": form}, status=400 if form.errors else 200)


def _take(request: Request, form: PhoneForm) -> Report:
    values = form.cleaned_data
    whose = form.whose()
    town = whose["organisation"]
    return take_report(
        through=Report.Through.PHONE,
        by=request.actor,
        reporter=values["reporter"],
        reachable_at=values["reachable_at"],
        language=town.languages[0] if town and town.languages else (get_language() or "nl")[:2],
        exercise=values["exercise"],
        **whose,
        **form.said(),
    )
