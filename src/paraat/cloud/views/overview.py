"""The overview: whether the engine can run anything, who runs on it, trouble first, who waits, and what money is left."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from paraat.cloud import catalog, configuration, picture, room
from paraat.cloud.actions.programmes import envelope_of
from paraat.cloud.models import Preparation, Programme, Tenant
from paraat.cloud.views.reading import LIVE, WATCHES, works
from paraat.cloud.words import HEALTH, HEALTH_LOOKS, LOOKS
from paraat.platform import moment
from paraat.platform import parts as live_parts
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.registry.models import Organisation

MOST = 100
"""So many tenants have a line of their own; the list has them all."""
DRIVERS = {
    "podman": _("podman on this host"),
    "kubernetes": _("Kubernetes"),
    "memory": _("nothing real (memory)"),
}


@require_safe
@allow(*WATCHES)
def overview(request: Request) -> HttpResponse:
    """The emergency cloud at a glance."""
    context = {"parts": _parts(request), "topics": LIVE, "live_token": live_parts.token(request.viewer, LIVE)}
    return render(request, "cloud/overview.html", context)


@require_safe
@allow(*WATCHES)
def parts(request: Request) -> HttpResponse:
    """The parts of it that changed."""
    return live_parts.answer(request, _parts(request), title=str(_("Emergency cloud")))


def _parts(request: Request) -> list[live_parts.Part]:
    context = _context(request)
    return [
        live_parts.part(name, render_to_string(f"cloud/overview/{name}.html", context, request))
        for name in ("engine", "figures", "tenants", "programme")
    ]


def _context(request: Request) -> dict[str, Any]:
    now, viewer = moment.now(), request.viewer
    rows = Tenant.objects.visible_to(viewer).alive().select_related("organisation").prefetch_related("seen")
    lines = picture.lines(rows[: MOST + 1], now)
    queued = sorted(
        (one.tenant for one in lines if one.tenant.state == "queued"), key=lambda one: (one.priority, one.state_at)
    )
    return {
        "engine": room.engine(),
        "driver": DRIVERS.get(configuration.DRIVER.get(), configuration.DRIVER.get()),
        "lines": lines[:MOST],
        "more": len(lines) > MOST,
        "queue": queued,
        "trouble": sum(line.rank == 0 for line in lines),
        "asked": sum(line.tenant.state in {"requested", "approved"} for line in lines),
        "running": sum(line.tenant.wanted == "running" for line in lines),
        "prepared": Preparation.objects.visible_to(viewer).real().count(),
        "population": Organisation.objects.visible_to(viewer).constituents().as_of(moment.day(now)).count(),
        "programme": (programme := current()),
        "envelope": envelope_of(programme) if programme else None,
        "titles": {name: one.title(language()) for name, one in catalog.services().items()},
        "looks": LOOKS,
        "health": HEALTH,
        "health_looks": HEALTH_LOOKS,
        "works": works(request),
        "now": now,
    }


def current() -> Programme | None:
    """The programme of today, without making one: reading changes nothing."""
    today = moment.today()
    found = Programme.objects.filter(begins_on__lte=today).exclude(ends_on__lt=today)
    return found.order_by("-begins_on", "-pk").first()
