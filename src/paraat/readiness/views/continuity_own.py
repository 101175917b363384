"""Continuity of one constituent: its list, edited in place, what was tested, and the sheet for the wall."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts.views.acting import WATCHES, WORKS, found
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import Role, Viewer
from paraat.platform import files, panels
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.platform.pages import attempt
from paraat.readiness import configuration, continuity_sheet, downloads, resuming
from paraat.readiness import continuity_picture as pictures
from paraat.readiness.actions import continuity as actions
from paraat.readiness.actions import continuity_tests as tests
from paraat.readiness.continuity_forms import AddForm, ServiceForm, TestForm, WhyForm, service_initial, suppliers_of
from paraat.readiness.models import ContinuityTest, CriticalService
from paraat.readiness.views.continuity import RESULT_LOOKS, RESULTS, STATE_LOOKS
from paraat.registry.models import Organisation

READS = (*WATCHES, Role.SPOC)
WRITES = (*WORKS, Role.SPOC)
"""Who edits: the team anybody's, a SPOC its own."""


@require_safe
@allow(Role.SPOC)
def mine(request: Request) -> HttpResponse:
    """A SPOC's own list; with several organisations, which one."""
    rows = _organisations(request).filter(pk__in=request.viewer.own).order_by("name")
    own = list(rows[:50])
    if len(own) == 1:
        return HttpResponseRedirect(reverse("continuity_of", args=[own[0].pk]))
    return render(request, "readiness/continuity/mine.html", {"organisations": own})


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """The critical services of one organisation; `?edit=` opens one of them in place."""
    return _page(request, _organisation(request, pk))


def _organisations(request: Request) -> Any:
    rows = Organisation.objects.visible_to(request.viewer).real().constituents()
    return rows if request.viewer.has(*WATCHES) else rows.filter(pk__in=request.viewer.own)


def _organisation(request: Request, pk: UUID) -> Organisation:
    """Whom the reader may read, else 404: a SPOC its own, the team and its auditor everybody they look after."""
    organisation: Organisation = found(_organisations(request), pk)
    return organisation


def _service(request: Request, organisation: Organisation, pk: UUID) -> CriticalService:
    rows = CriticalService.objects.visible_to(request.viewer).filter(organisation=organisation, retired_at=None)
    row: CriticalService = found(rows, pk)
    return row


def writes(viewer: Viewer, organisation: Organisation) -> bool:
    """Whether the viewer may change this organisation's list."""
    return viewer.has(*WORKS) or (viewer.has(Role.SPOC) and organisation.pk in viewer.own)


def _page(request: Request, organisation: Organisation, **wrong: forms.Form) -> HttpResponse:
    picture = pictures.picture(request.viewer, organisation, resuming.as_of())
    services = [line.service for line in picture.lines]
    may, state = writes(request.viewer, organisation), resuming.state_of(request.viewer, organisation.pk)
    context = {
        "organisation": organisation,
        "picture": picture,
        "state": state,
        "could": resuming.state(state) if state else "",
        "days": resuming.DAYS,
        "states": dict(resuming.STATES),
        "state_looks": STATE_LOOKS,
        "tests": pictures.tests_of(request.viewer, organisation),
        "writes": may,
        "edited": request.GET.get("edit", "") if may else "",
        "edit_form": _edit_form(request, organisation, picture) if may else None,
        "add_form": AddForm(had=[row.kind for row in services]) if may else None,
        "test_form": TestForm(services=services) if may and services else None,
        "why_form": WhyForm(),
        "results": RESULTS,
        "result_looks": RESULT_LOOKS,
        "months": configuration.PROOF_MONTHS.get(),
        "watches": request.viewer.has(*WATCHES),
    } | wrong  # fmt: skip
    return render(request, "readiness/continuity/one.html", context, status=400 if wrong else 200)


def _edit_form(request: Request, organisation: Organisation, picture: pictures.Picture) -> ServiceForm | None:
    """The form of the one service that is open."""
    asked = request.GET.get("edit", "")
    line = next((line for line in picture.lines if str(line.service.pk) == asked), None)
    if line is None:
        return None
    row = line.service
    others = [other.service for other in picture.lines if other.service.pk != row.pk]
    supplying = suppliers_of(organisation, row.suppliers.all())
    return ServiceForm(initial=service_initial(row, line.needs), suppliers=supplying, services=others)


# What is written ------------------------------------------------------------------------------------------------------------------
def _for_writing(request: Request, pk: UUID) -> Organisation:
    organisation = _organisation(request, pk)
    if not writes(request.viewer, organisation):
        raise Http404
    return organisation


def _back(organisation: Organisation, part: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("continuity_of", args=[organisation.pk]) + (f"#{part}" if part else ""))


@require_POST
@allow(*WRITES)
def start(request: Request, pk: UUID) -> HttpResponse:
    """Start from the built-in list: one click."""
    organisation = _for_writing(request, pk)
    done = _("The list is here. Every limit in it is a proposal until you decide it.")
    attempt(request, lambda: actions.start_list(organisation=organisation, by=request.actor), done)
    return _back(organisation)


@require_POST
@allow(*WRITES)
def add(request: Request, pk: UUID) -> HttpResponse:
    """Add one service, and open it."""
    organisation = _for_writing(request, pk)
    form = AddForm(request.POST)
    if not form.is_valid():
        return _page(request, organisation, add_form=form)
    row = attempt(
        request,
        lambda: actions.add_service(organisation=organisation, by=request.actor, **form.cleaned_data),
        _("Added."),
    )
    if row is None:
        return _back(organisation)
    return HttpResponseRedirect(f"{reverse('continuity_of', args=[pk])}?edit={row.pk}#service-{row.pk}")


@require_POST
@allow(*WRITES)
def save(request: Request, pk: UUID, service: UUID) -> HttpResponse:
    """Save what was said of one service."""
    organisation = _for_writing(request, pk)
    row = _service(request, organisation, service)
    others = list(_services(request, organisation).exclude(pk=row.pk))
    form = ServiceForm(request.POST, suppliers=suppliers_of(organisation, row.suppliers.all()), services=others)
    if not form.is_valid():
        return _page(request, organisation, edit_form=form, edited=str(row.pk))  # type: ignore[arg-type]
    said = dict(form.cleaned_data)
    said |= {name: {UUID(one) for one in said.get(name, ())} for name in ("suppliers", "needs")}
    attempt(request, lambda: actions.save_service(service=row, by=request.actor, **said), _("Saved."))
    return _back(organisation, f"service-{row.pk}")


def _services(request: Request, organisation: Organisation) -> Any:
    rows = CriticalService.objects.visible_to(request.viewer).real()
    return rows.filter(organisation=organisation, retired_at=None).order_by("name")


@require_POST
@allow(*WRITES)
def review(request: Request, pk: UUID) -> HttpResponse:
    """Everything on the list is right, as of today."""
    organisation = _for_writing(request, pk)
    attempt(request, lambda: actions.review_services(organisation=organisation, by=request.actor), _("Reviewed today."))
    return _back(organisation)


@require_POST
@allow(*WRITES)
def retire(request: Request, pk: UUID, service: UUID) -> HttpResponse:
    """Take a service from the list."""
    organisation = _for_writing(request, pk)
    row = _service(request, organisation, service)
    because = request.POST.get("because", "")
    attempt(
        request,
        lambda: actions.retire_service(service=row, by=request.actor, because=because),
        _("Taken from the list."),
    )
    return _back(organisation)


@require_POST
@allow(*WRITES)
def test(request: Request, pk: UUID) -> HttpResponse:
    """Record a table-top exercise or a real interruption, with what shows it."""
    organisation = _for_writing(request, pk)
    services = list(_services(request, organisation))
    form = TestForm(request.POST, request.FILES, services=services)
    if not form.is_valid():
        return _page(request, organisation, test_form=form)
    attempt(request, lambda: _record(request, organisation, services, form), _("Recorded."))
    return _back(organisation, "tests")


def _record(
    request: Request, organisation: Organisation, services: list[CriticalService], form: TestForm
) -> ContinuityTest:
    said, upload = form.cleaned_data, form.cleaned_data["file"]
    kept = files.store(upload, limit=configuration.PROOF_LIMIT.get()) if upload else None
    chosen = set(said["services"])
    return tests.record_test(
        organisation=organisation,
        services=[row for row in services if str(row.pk) in chosen],
        kind=said["kind"],
        on=said["on"],
        by=request.actor,
        resumed=form.resumed,
        hours=said["hours"],
        remarks=said["remarks"],
        paper=tests.Paper(kept, str(upload.name)) if kept else None,
    )


# What is taken --------------------------------------------------------------------------------------------------------------------
@require_POST
@allow(*READS)
def proof(request: Request, pk: UUID) -> HttpResponseBase:
    """The file of a test, to save; who takes it is written down."""
    row: ContinuityTest = found(ContinuityTest.objects.visible_to(request.viewer).exclude(file=""), pk)
    answer = attempt(request, lambda: downloads.saved(row.file, row.file_name))
    if answer is None:
        return HttpResponseRedirect(reverse("continuity_of", args=[row.organisation_id]))
    tests.note_proof_read(test=row, by=request.actor)
    return answer


@require_POST
@allow(*READS)
def sheet(request: Request, pk: UUID) -> HttpResponse:
    """The sheet for the wall, as PDF."""
    organisation = _organisation(request, pk)

    def made() -> bytes:
        picture = pictures.picture(request.viewer, organisation, resuming.as_of())
        if not picture.lines:
            raise Invalid("There is no list yet")
        return continuity_sheet.pdf(organisation, picture, language=language())

    content = attempt(request, made)
    if content is None:
        return _back(organisation)
    actions.note_sheet(organisation=organisation, by=request.actor)
    headers = {"Content-Disposition": f'attachment; filename="continuity-{organisation.nis or organisation.pk}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


# On other pages -------------------------------------------------------------------------------------------------------------------
def panel(viewer: Viewer, organisation: Any) -> str | None:
    """On an organisation's page: what it could resume; of a supplier, what stops with it."""
    if not organisation.constituent:
        return _supplier_panel(viewer, organisation)
    if not viewer.has(*WATCHES) and not (viewer.has(Role.SPOC) and organisation.pk in viewer.own):
        return None
    state = resuming.state_of(viewer, organisation.pk)
    if state is None:
        return None
    context = {
        "organisation": organisation,
        "state": state,
        "could": resuming.state(state),
        "states": dict(resuming.STATES),
        "looks": STATE_LOOKS,
        "days": resuming.DAYS,
    }
    return panels.render("readiness/continuity/panel.html", context)


def _supplier_panel(viewer: Viewer, supplier: Any) -> str | None:
    if not viewer.has(*WATCHES):
        return None
    seen = CriticalService.objects.visible_to(viewer).real().filter(retired_at=None, suppliers=supplier.pk)
    number = seen.count()
    return (
        panels.render("readiness/continuity/panel_supplier.html", {"supplier": supplier, "number": number})
        if number
        else None
    )


def portal(viewer: Viewer, _subject: Any) -> str | None:
    """On the SPOC's first page."""
    if not viewer.has(Role.SPOC) or not viewer.own:
        return None
    rows = CriticalService.objects.visible_to(viewer).real().filter(organisation__in=viewer.own, retired_at=None)
    return panels.render("readiness/continuity/panel_portal.html", {"missing": not rows.exists()})
