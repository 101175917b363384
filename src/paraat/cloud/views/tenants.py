"""The list of tenants, and one tenant: how far it is step by step, what works, where it is reached, and what may be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from paraat.cloud import configuration, picture
from paraat.cloud.models import Tenant
from paraat.cloud.views import deciding
from paraat.cloud.views.reading import READS, tenant_of, topic, watches, works
from paraat.cloud.words import HEALTH, HEALTH_LOOKS, LOOKS, NEXT, NEXT_OWN, STEP_LOOKS
from paraat.platform import moment
from paraat.platform import parts as live_parts
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.platform.panels import standing_on
from paraat.platform.registrations import panels
from paraat.platform.tables import WORLD, Column, Filter, Table

SHOWN = ("number", "name", "organisation__name", "organisation__names", "kind", "state", "driver", "state_at", "services", "until", "cents_per_day",
         "requested_at", "trouble", "over_disk", "tlp", "exercise", "priority")  # fmt: skip

NOTHING_WRONG: Mapping[str, forms.Form] = MappingProxyType({})

# The list -------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponseBase:
    """Every tenant that the reader may see."""
    rows = Tenant.objects.visible_to(request.viewer).select_related("organisation").only(*SHOWN)
    rows = rows.annotate(working=Count("seen", filter=Q(seen__health="healthy")))
    table = Table(
        request,
        rows,
        name="tenants",
        columns=list(_columns(request)),
        search=["number", "name", "organisation__name", "domain"],
        filters=[
            Filter("state", _("State"), [("alive", _("Not over")), *Tenant.State.choices], apply=_in_state),
            Filter("kind", _("Kind"), Tenant.Kind.choices),
            Filter("trouble", _("Trouble"), [("yes", _("yes"))], apply=_in_trouble),
            WORLD,
        ],
        order="-requested_at",
        empty=_("No emergency cloud was asked for yet."),
        hint=_("A victim asks for it, or an officer does in its name from the page of its case or organisation."),
    )
    return table.answer("cloud/tenants.html", {"looks": LOOKS, "now": moment.now(), "watches": watches(request)})


def _columns(request: Request) -> Iterator[Column]:
    yield Column("number", _("Number"), sort="number")
    yield Column("organisation", _("For whom"), sort="organisation__name", value=lambda row: row.organisation.name)
    yield Column("state", _("State"), sort="state", value=lambda row: row.get_state_display())
    yield Column("working", _("Services that work"), value=lambda row: f"{row.working}/{len(row.services)}")
    yield Column("kind", _("Kind"), value=lambda row: row.get_kind_display())
    yield Column("requested_at", _("Asked for"), sort="requested_at")
    yield Column("until", _("Until"), sort="until")
    if watches(request):
        yield Column("cents_per_day", _("Euro per day"), value=lambda row: row.cents_per_day / 100, number=True)
    if request.GET.get("format"):
        yield Column("name", _("Name"))
        yield Column("services", _("Services"))
        yield Column("trouble", _("Trouble"))
        yield Column("tlp", "TLP", value=lambda row: row.get_tlp_display())
        yield Column("exercise", _("Exercise"))


def _in_state(rows: Any, value: str) -> Any:
    return rows.alive() if value == "alive" else rows.filter(state=value)


def _in_trouble(rows: Any, value: str) -> Any:  # noqa: ARG001  # there is one choice
    return rows.alive().filter(Q(trouble__gt="") | Q(over_disk=True) | Q(until__lt=moment.now()))


# One tenant -----------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One tenant, live."""
    return page(request, tenant_of(request, pk))


@require_safe
@allow(*READS)
def parts(request: Request, pk: UUID) -> HttpResponse:
    """The parts of its page that changed."""
    tenant = tenant_of(request, pk)
    return live_parts.answer(request, _parts(request, tenant), title=tenant.number)


@require_safe
@allow(*READS)
def paper(request: Request, pk: UUID) -> HttpResponse:
    """The same on paper: addresses and what works, without buttons."""
    tenant = tenant_of(request, pk)
    return render(request, "cloud/tenant_print.html", _context(request, tenant, moment.now()))


def page(request: Request, tenant: Tenant, wrong: Mapping[str, forms.Form] = NOTHING_WRONG) -> HttpResponse:
    """The page; `wrong`: the form of a verb that was filled in wrongly."""
    context = {
        "tenant": tenant,
        "parts": _parts(request, tenant, wrong),
        "topics": topic(tenant.pk),
        "live_token": live_parts.token(request.viewer, topic(tenant.pk)),
    }
    return render(request, "cloud/tenant.html", context, status=400 if wrong else 200)


def _parts(request: Request, tenant: Tenant, wrong: Mapping[str, forms.Form] = NOTHING_WRONG) -> list[live_parts.Part]:
    context = _context(request, tenant, moment.now())
    if works(request):
        context["verbs"] = deciding.possible(tenant, context["now"], wrong)
    made = [
        live_parts.part(name, render_to_string(f"cloud/tenant/{name}.html", context, request))
        for name in ("head", "deciding", "steps", "services", "facts")
    ]
    for panel in sorted((one for one in panels if one.page == "tenant"), key=lambda one: one.order):
        with standing_on(request):
            made.append(live_parts.part(f"panel-{panel.name}", panel.render(request.viewer, tenant) or ""))
    return made


def _context(request: Request, tenant: Tenant, now: datetime) -> dict[str, Any]:
    steps = picture.deeds(tenant.steps.all(), language(), now)
    return {
        "tenant": tenant,
        "now": now,
        "looks": LOOKS,
        "health": HEALTH,
        "health_looks": HEALTH_LOOKS,
        "step_looks": STEP_LOOKS,
        "next": (NEXT if watches(request) else NEXT_OWN).get(tenant.state, ""),
        "deeds": steps,
        "troubles": list(picture.troubles(tenant, now)),
        "services": picture.service_lines(tenant, language(), configuration.entrance()),
        "watches": watches(request),
        "works": works(request),
        "real": tenant.real,
        "verbs": [],
    }
