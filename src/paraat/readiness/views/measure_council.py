"""The report on measures for a council: a page that prints, and a PDF/UA, in the language that is asked for."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts.views.acting import found
from paraat.kernel.marking import WATCHES, Role
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.readiness import council
from paraat.readiness.actions.measures_reports import note_council_report
from paraat.registry.models import Organisation

READS = (*WATCHES, Role.SPOC)


@require_safe
@allow(*READS)
def page(request: Request, organisation: UUID) -> HttpResponse:
    """The report on screen; it prints without the rest of the page."""
    of = _of(request, organisation)
    language = council.language_for(of, request.GET.get("language", ""))
    report = council.content(of, council.figures_of(of, request.viewer), language)
    context = {"organisation": of, "report": report, "languages": council.LANGUAGES}
    return render(request, "readiness/measures/council.html", context)


@require_POST
@allow(*READS)
def paper(request: Request, organisation: UUID) -> HttpResponse:
    """The report as PDF; that it was taken is written down."""
    of = _of(request, organisation)
    language = council.language_for(of, request.POST.get("language", ""))
    made = attempt(request, lambda: council.pdf(of, council.figures_of(of, request.viewer), language))
    if made is None:
        return HttpResponseRedirect(reverse("measures_council", args=[of.pk]))
    note_council_report(organisation=of, language=language, by=request.actor)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="measures-{of.nis or of.pk}-{language}.pdf"'
    return answer


def _of(request: Request, pk: UUID) -> Organisation:
    """The constituent, where the reader may read all of its measures: its own SPOC, the team, the oversight body."""
    of: Organisation = found(Organisation.objects.visible_to(request.viewer), pk)
    if not (request.viewer.has(*WATCHES) or of.pk in request.viewer.own):
        raise Http404
    return of
