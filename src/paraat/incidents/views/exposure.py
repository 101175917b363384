"""The register of captured data: which, whose, how sure, whom else it concerns and when they were told."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from paraat.alerts.views.acting import WORKS, found, officer_of
from paraat.incidents.actions import exposure as actions
from paraat.incidents.actions.contagion import warn_concerned
from paraat.incidents.models import Case, Exposure, ExposureConcerns
from paraat.incidents.views.cases import case_of
from paraat.incidents.views.extortion import back, form_page
from paraat.incidents.work_forms import CATEGORY_WORDS, CertaintyForm, ConcernedForm, ExposureForm, ToldForm
from paraat.kernel.marking import WATCHES, Viewer
from paraat.platform import panels
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt


def panel(viewer: Viewer, case: Case) -> str | None:
    """The register. Which other organisations it concerns is the team's to see, and the victim's whose data it was."""
    rows = list(Exposure.objects.visible_to(viewer).filter(case=case).prefetch_related("concerned__organisation"))
    works = viewer.has(*WORKS)
    if not rows and not works:
        return None
    context = {
        "case": case,
        "rows": rows,
        "works": works,
        "names": viewer.has(*WATCHES) or case.organisation_id in viewer.own,
        "words": CATEGORY_WORDS,
    }
    return panels.render("incidents/_exposure.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def new(request: Request, pk: UUID) -> HttpResponse:
    """Add a line."""
    case, form = case_of(request, pk), ExposureForm(request.POST or None)
    deed = lambda: actions.record_exposure(case=case, by=request.actor, **form.cleaned_data)  # noqa: E731
    return form_page(request, case, form, _("Data that got out, or may have"), deed, "exposure")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def change(request: Request, pk: UUID, exposure: UUID) -> HttpResponse:
    """We know more."""
    case = case_of(request, pk)
    row = _exposure(request, case, exposure)
    form = CertaintyForm(request.POST or None, initial={"certainty": row.certainty, "people": row.people})
    deed = lambda: actions.change_exposure(exposure=row, by=request.actor, **form.cleaned_data)  # noqa: E731
    return form_page(request, case, form, _("What we know now"), deed, "exposure")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def concerned(request: Request, pk: UUID, exposure: UUID) -> HttpResponse:
    """Another organisation that it concerns."""
    case = case_of(request, pk)
    row, form = _exposure(request, case, exposure), ConcernedForm(request.POST or None)
    deed = lambda: actions.add_concerned(exposure=row, by=request.actor, **form.cleaned_data)  # noqa: E731
    return form_page(request, case, form, _("Whom else it concerns"), deed, "exposure")


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def told(request: Request, pk: UUID, exposure: UUID, concerned: UUID) -> HttpResponse:
    """It was told by phone."""
    case = case_of(request, pk)
    row, form = _concerned(request, case, exposure, concerned), ToldForm(request.POST or None)
    deed = lambda: actions.note_told(concerned=row, by=request.actor, **form.cleaned_data)  # noqa: E731
    return form_page(request, case, form, _("It was told"), deed, "exposure")


@require_POST
@allow(*WORKS)
def warn(request: Request, pk: UUID, exposure: UUID) -> HttpResponse:
    """Draft an announcement to everybody whom it concerns and whom nobody told yet; it names neither the victim nor the data."""
    case = case_of(request, pk)
    row = _exposure(request, case, exposure)
    untold = list(row.concerned.filter(told_at=None, alert=None))
    alert = attempt(request, lambda: warn_concerned(concerned=untold, author=officer_of(request), by=request.actor))
    if alert is None:
        return HttpResponseRedirect(back(case, "exposure"))
    messages.success(request, _("This is a draft: look at it, and send it."))
    return HttpResponseRedirect(f"/announcements/{alert.pk}/")


def _exposure(request: Request, case: Case, key: UUID) -> Exposure:
    row: Exposure = found(Exposure.objects.visible_to(request.viewer).filter(case=case).select_related("case"), key)
    return row


def _concerned(request: Request, case: Case, exposure: UUID, key: UUID) -> ExposureConcerns:
    rows = ExposureConcerns.objects.filter(exposure=_exposure(request, case, exposure)).select_related("exposure__case")
    row: ExposureConcerns = found(rows, key)
    return row
