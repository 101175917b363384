"""A tenant's data: what is kept, what was brought back, what was taken in, and its exit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from paraat.cloud import leaving, repositories
from paraat.cloud.actions import backups, remains
from paraat.cloud.data_forms import RestoreForm, TakeInForm, taken_by
from paraat.cloud.models import Backup, Export, Repository, Restore, Tenant
from paraat.cloud.rules import life
from paraat.cloud.views.reading import READS, WORKS, found, tenant_of, works
from paraat.kernel.errors import NotFound
from paraat.kernel.marking import Viewer
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.panels import render as panel

SHOWN = 5
STATES = {"waiting": "waiting", "running": "waiting", "done": "known", "failed": "silent"}
SCANNED = {"clean": "known", "found": "silent", "not scanned": "none"}


@require_safe
@allow(*READS)
def data(request: Request, pk: UUID) -> HttpResponse:
    """Everything about a tenant's data, with what may be done."""
    return _page(request, tenant_of(request, pk))


def _page(request: Request, tenant: Tenant, **forms: Any) -> HttpResponse:
    context = _context(tenant) | {
        "backups": list(Backup.objects.filter(tenant=tenant)[:100]),
        "restores": list(Restore.objects.filter(tenant=tenant).select_related("backup")[:100]),
        "exports": list(Export.objects.filter(tenant=tenant)[:20]),
        "lacks": repositories.lacks(),
        "works": works(request) and tenant.state not in life.OVER,
        "takes": works(request),
        "kept_until": remains.kept_until(tenant.destroyed_at) if tenant.destroyed_at else None,
        "restore": RestoreForm(tenant=tenant),
        "take_in": TakeInForm(tenant=tenant) if taken_by(tenant) else None,
    }
    return render(request, "cloud/data/page.html", context | forms)


def _context(tenant: Tenant) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "repository": Repository.objects.filter(tenant=tenant).first(),
        "looks": STATES,
        "scanned": SCANNED,
        "alive": tenant.state not in life.OVER and tenant.started_at is not None,
    }


@require_POST
@allow(*WORKS)
def back_up(request: Request, pk: UUID) -> HttpResponse:
    """Ask for a backup now."""
    tenant = tenant_of(request, pk)
    attempt(
        request,
        lambda: backups.back_up(tenant=tenant, by=request.actor, because="by hand"),
        _("A backup is being made."),
    )
    return _back(tenant)


@require_POST
@allow(*WORKS)
def restore(request: Request, pk: UUID) -> HttpResponse:
    """Ask for a restore, with the reason why that point in time is clean."""
    tenant = tenant_of(request, pk)
    form = RestoreForm(request.POST, tenant=tenant)
    if not form.is_valid():
        return _page(request, tenant, restore=form)
    said = form.cleaned_data
    attempt(request, lambda: backups.restore(tenant=tenant, by=request.actor, **said), _("It is being restored."))
    return _back(tenant)


@require_POST
@allow(*WORKS)
def take_in(request: Request, pk: UUID) -> HttpResponse:
    """Take in an export of the victim's own."""
    tenant = tenant_of(request, pk)
    form = TakeInForm(request.POST, request.FILES, tenant=tenant)
    if not form.is_valid():
        return _page(request, tenant, take_in=form)
    service, _colon, kind = form.cleaned_data["what"].partition(":")
    file = form.cleaned_data["file"]

    def deed() -> Restore:
        return backups.take_in(
            tenant=tenant, service=service, kind=kind, file=file, name=file.name, by=request.actor,
            account=form.cleaned_data["account"], because=form.cleaned_data["because"],
        )  # fmt: skip

    attempt(request, deed, _("It is being taken in."))
    return _back(tenant)


@require_POST
@allow(*WORKS)
def export(request: Request, pk: UUID) -> HttpResponse:
    """Ask for the exit."""
    tenant = tenant_of(request, pk)
    attempt(request, lambda: backups.export_tenant(tenant=tenant, by=request.actor), _("The export is being made."))
    return _back(tenant)


@require_POST
@allow(*WORKS)
def download(request: Request, pk: UUID, export: UUID) -> HttpResponseBase:
    """The exit itself; who takes it is written down."""
    tenant = tenant_of(request, pk)
    row: Export = found(Export.objects.filter(tenant=tenant, state=Export.State.DONE), export)
    try:
        place = leaving.place_of(row)
    except NotFound as error:
        raise Http404 from error
    backups.note_download(export=row, by=request.actor)
    return FileResponse(place.open("rb"), as_attachment=True, filename=place.name)


def _back(tenant: Tenant) -> HttpResponse:
    return HttpResponseRedirect(reverse("tenant_data", args=[tenant.pk]))


# On the tenant's page -------------------------------------------------------------------------------------------------------------
def backups_panel(viewer: Viewer, tenant: Tenant) -> str | None:
    """The newest backups, and whether they are sound."""
    if tenant.started_at is None:
        return None
    rows = list(Backup.objects.filter(tenant=tenant, forgotten_at=None)[:SHOWN])
    context = _context(tenant) | {"backups": rows, "lacks": repositories.lacks(), "works": viewer.has(*WORKS)}
    return panel("cloud/data/panel_backups.html", context)


def restores_panel(viewer: Viewer, tenant: Tenant) -> str | None:
    """What was brought back or taken in last."""
    if tenant.started_at is None:
        return None
    rows = list(Restore.objects.filter(tenant=tenant).select_related("backup")[:SHOWN])
    return panel("cloud/data/panel_restores.html", _context(tenant) | {"restores": rows, "works": viewer.has(*WORKS)})
