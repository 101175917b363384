"""An officer makes a report of a notice or of a line of a list, in one step."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from paraat.alerts.models import Notice
from paraat.alerts.views.acting import WORKS, found
from paraat.incidents.actions.reports import submission_of, take_report
from paraat.incidents.origins import Origin, of_finding, of_notice
from paraat.observations.models import Finding
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt


@require_POST
@allow(*WORKS)
def from_notice(request: Request, pk: UUID) -> HttpResponse:
    """What an alert warned of happened."""
    rows = Notice.objects.visible_to(request.viewer).select_related("organisation", "alert")
    return _turned(request, of_notice(found(rows, pk)), reverse("notice", args=[pk]))


@require_POST
@allow(*WORKS)
def from_finding(request: Request, pk: UUID) -> HttpResponse:
    """What a list said is an incident."""
    origin = of_finding(found(Finding.objects.visible_to(request.viewer).select_related("organisation"), pk))
    return _turned(request, origin, reverse("organisation", args=[origin.organisation.pk]))


def _turned(request: Request, origin: Origin, back: str) -> HttpResponse:
    text = request.POST.get("text", "").strip() or origin.text
    town = origin.organisation
    once = submission_of(str(origin.notice or origin.finding), text)
    made = attempt(
        request,
        lambda: take_report(
            text=text,
            by=request.actor,
            organisation=town,
            language=town.languages[0] if town.languages else "nl",
            submission=once,
            **origin.says(),
        ),
        _("There is a report of it now."),
    )
    return HttpResponseRedirect(back if made is None else reverse("report", args=[made.pk]))
