"""What the host has, how many tenants still fit, what "ten municipalities tonight" would mean, and who waits."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from paraat.cloud import catalog, room
from paraat.cloud.models import Tenant
from paraat.cloud.rules import capacity as rules
from paraat.cloud.tenant_forms import ServicesField
from paraat.cloud.views.reading import WATCHES, works
from paraat.cloud.words import RESOURCES
from paraat.platform import moment
from paraat.platform.guard import Request, allow


class TonightForm(forms.Form):
    """How many at once, with which services."""

    number = forms.IntegerField(label=_("How many municipalities tonight?"), min_value=1, max_value=600)
    services = ServicesField(required=False, help_text=_("None ticked: all of them."))


@require_safe
@allow(*WATCHES)
def capacity(request: Request) -> HttpResponse:
    """Room on the engine. Every figure says whether it was measured or follows from the catalog's weights."""
    form = TonightForm(request.GET if "number" in request.GET else None, initial={"number": 10})
    number, names = 10, ["all"]
    if form.is_bound and form.is_valid():
        number, names = form.cleaned_data["number"], form.cleaned_data["services"] or ["all"]
    known = room.known_share()
    free, one = room.left(known), room.size_of(catalog.chosen(names), known)
    waiting = room.queue(known)
    admitted = {waits.id for waits in rules.admitted(free, waiting)} if free else set()
    context = {
        "form": form,
        "engine": room.engine(),
        "known": known,
        "one": one,
        "free": free,
        "fit": rules.how_many(free, one) if free else None,
        "forecast": rules.forecast(free, one, number) if free else None,
        "resources": RESOURCES,
        "queue": _queue(request, [waits.id for waits in waiting]),
        "admitted": admitted,
        "tenants": _using(request),
        "works": works(request),
        "now": moment.now(),
    }
    return render(request, "cloud/capacity.html", context)


def _queue(request: Request, ids: list[str]) -> list[Tenant]:
    rows = Tenant.objects.visible_to(request.viewer).filter(pk__in=ids).select_related("organisation")
    by_id = {str(one.pk): one for one in rows}
    return [by_id[pk] for pk in ids if pk in by_id]


def _using(request: Request) -> list[tuple[Tenant, rules.Size]]:
    """What each tenant takes now, the largest first."""
    had = room.measured()
    rows = Tenant.objects.visible_to(request.viewer).alive().filter(name__in=had).select_related("organisation")
    return sorted(((one, had[one.name]) for one in rows), key=lambda pair: -pair[1].memory_mb)
