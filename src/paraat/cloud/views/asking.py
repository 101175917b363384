"""Asking for an emergency cloud: an officer in the name of a victim, with its recorded consent; a SPOC for its own organisation."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from paraat.alerts.views.acting import officer_of
from paraat.cloud import catalog, configuration, picture, room
from paraat.cloud.actions import tenants as actions
from paraat.cloud.models import Preparation, Tenant
from paraat.cloud.tenant_forms import RequestForm
from paraat.cloud.views.reading import WORKS
from paraat.cloud.words import HEALTH, HEALTH_LOOKS, LOOKS, NEXT_OWN
from paraat.incidents.models import Case
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform import parts as live_parts
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import language
from paraat.platform.pages import attempt
from paraat.platform.picking import chosen
from paraat.registry.models import Organisation


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def for_victim(request: Request) -> HttpResponse:
    """Start the emergency cloud for a victim: `?case=` or `?organisation=` says for whom."""
    case, organisation = _for_whom(request)
    posted = request.POST if request.method == "POST" else None
    form = RequestForm(posted, initial={"services": _prepared(organisation)}, asks_consent=True)
    if posted is not None and form.is_valid():
        given = dict(form.cleaned_data) | {"organisation": organisation, "case": case, "by": request.actor}
        now_too = "now" in posted
        deed = actions.start_now if now_too else actions.request_tenant
        done = _("It starts. Follow it here, step by step.") if now_too else _("Asked for. Approve it here.")
        made = attempt(request, lambda: deed(**given), done)
        if made is not None:
            return HttpResponseRedirect(reverse("tenant", args=[made.pk]))
    context = {
        "form": form,
        "organisation": organisation,
        "case": case,
        "engine": room.engine(),
        "alive": _alive(request, organisation),
    }
    return render(request, "cloud/request.html", context, status=400 if form.errors else 200)


def _for_whom(request: Request) -> tuple[Case | None, Organisation]:
    """The case, if the address names one, and the victim; 404 when it names nobody whom the reader sees."""
    case = organisation = None
    for pk in chosen([request.GET.get("case", "")]):
        case = Case.objects.visible_to(request.viewer).select_related("organisation").filter(pk=pk).first()
    for pk in chosen([request.GET.get("organisation", "")]):
        organisation = Organisation.objects.visible_to(request.viewer).filter(pk=pk).first()
    victim = case.organisation if case else organisation
    if victim is None:
        raise Http404
    return case, victim


def _prepared(organisation: Organisation) -> list[str]:
    """The services that were prepared, else all."""
    row = Preparation.objects.filter(organisation=organisation).first()
    return list(catalog.chosen((row.services if row else ()) or ["all"]))


def _alive(request: Request, organisation: Organisation) -> list[Tenant]:
    rows = Tenant.objects.visible_to(request.viewer).alive().filter(organisation=organisation)
    return list(rows.exclude(kind=Tenant.Kind.DRILL)[:5])


# The victim's own page ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Role.SPOC)
def mine(request: Request) -> HttpResponse:
    """The emergency cloud of my organisations: what happens, what was prepared, and the button for the worst night."""
    towns = list(Organisation.objects.filter(pk__in=request.viewer.own).order_by("name"))
    if request.method == "POST":
        return _ask(request, towns)
    topics = " ".join(f"organisation.{town.pk}" for town in towns)
    context = {
        "parts": [_mine(request, towns)],
        "topics": topics,
        "live_token": live_parts.token(request.viewer, *topics.split()),
    }
    return render(request, "cloud/mine.html", context)


@require_safe
@allow(Role.SPOC)
def mine_parts(request: Request) -> HttpResponse:
    """The same, when something changed."""
    towns = list(Organisation.objects.filter(pk__in=request.viewer.own).order_by("name"))
    return live_parts.answer(request, [_mine(request, towns)])


def _mine(request: Request, towns: list[Organisation]) -> live_parts.Part:
    from django.template.loader import render_to_string

    now = moment.now()
    rows = Tenant.objects.visible_to(request.viewer).filter(organisation__in=towns).exclude(kind=Tenant.Kind.DRILL)
    alive = list(rows.alive().prefetch_related("seen", "steps"))
    ready = Preparation.objects.visible_to(request.viewer).filter(organisation__in=towns)
    prepared = {one.organisation_id: one for one in ready}
    lines = [
        {
            "town": town,
            "tenants": [_shown(one, now) for one in alive if one.organisation_id == town.pk],
            "preparation": prepared.get(town.pk),
            "form": RequestForm(asks_consent=False, initial={"services": _names(prepared.get(town.pk))}, auto_id=f"{town.pk.hex}_%s"),
        }
        for town in towns
    ]  # fmt: skip
    context = {"lines": lines, "looks": LOOKS, "health": HEALTH, "health_looks": HEALTH_LOOKS, "next": NEXT_OWN, "now": now,
               "over": list(rows.filter(state__in=["refused", "destroyed"])[:5])}  # fmt: skip
    return live_parts.part("mine", render_to_string("cloud/mine_part.html", context, request))


def _names(row: Preparation | None) -> list[str]:
    return list(catalog.chosen((row.services if row else ()) or ["all"]))


def _shown(tenant: Tenant, now: Any) -> dict[str, Any]:
    """A tenant as its own town reads it: progress, what works and where."""
    deeds = picture.deeds(tenant.steps.all(), language(), now)
    return {
        "tenant": tenant,
        "deed": deeds[0] if deeds else None,
        "services": picture.service_lines(tenant, language(), configuration.entrance()),
        "troubles": list(picture.troubles(tenant, now)),
    }


def _ask(request: Request, towns: list[Organisation]) -> HttpResponse:
    wanted = chosen([request.POST.get("organisation", "")])
    town = next((one for one in towns if one.pk in wanted), None)
    if town is None:
        raise Http404
    form = RequestForm(request.POST, asks_consent=False)
    given = {"services": form.cleaned_data["services"]} if form.is_valid() else {}
    attempt(
        request,
        lambda: actions.request_tenant(organisation=town, by=request.actor, user=officer_of(request), **given),
        _("We have it. An officer calls a second contact of yours back before anything starts."),
    )
    return HttpResponseRedirect(reverse("cloud_mine"))
