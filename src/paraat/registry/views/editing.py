"""What the team changes on the page of an organisation: assets, suppliers, its end, its code word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.registry import actions
from paraat.registry.forms import AssetForm, ClosingForm, SupplyForm
from paraat.registry.models import Asset, Contact, Organisation, Supply
from paraat.registry.views.organisations import EDITORS, one


def _organisation(request: Request, pk: UUID) -> Organisation:
    return one(request, pk, moment.today())


def complain(request: Request, form: Any) -> None:
    """Say what is wrong with a form whose page is another one."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(errors)}")


@allow(*EDITORS)
@require_POST
def add_asset(request: Request, pk: UUID) -> HttpResponseBase:
    """Put an asset on file."""
    organisation, form = _organisation(request, pk), AssetForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: actions.add_asset(organisation=organisation, by=request.actor, **form.cleaned_data),
            _("The asset is on file."),
        )
    else:
        complain(request, form)
    return redirect("organisation", pk)


@allow(*EDITORS)
@require_POST
def asset(request: Request, pk: UUID, asset: UUID, deed: str) -> HttpResponseBase:
    """verify, share, unshare or close an asset."""
    found: Asset = get_object_or_404(Asset.objects.visible_to(request.viewer), pk=asset, organisation=pk)
    today = moment.today()
    deeds: dict[str, Callable[[], Any]] = {
        "verify": lambda: actions.verify_asset(asset=found, by=request.actor),
        "share": lambda: actions.mark_shared(asset=found, shared=True, by=request.actor),
        "unshare": lambda: actions.mark_shared(asset=found, shared=False, by=request.actor),
        "close": lambda: actions.close_asset(asset=found, on=today, by=request.actor),
    }
    return _do(request, pk, deeds, deed)


@allow(*EDITORS)
@require_POST
def add_supply(request: Request, pk: UUID) -> HttpResponseBase:
    """Note a supplier."""
    organisation, form = _organisation(request, pk), SupplyForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: actions.add_supply(customer=organisation, by=request.actor, **form.cleaned_data),
            _("The supplier is on file."),
        )
    else:
        complain(request, form)
    return redirect("organisation", pk)


@allow(*EDITORS)
@require_POST
def supply(request: Request, pk: UUID, supply: UUID, deed: str) -> HttpResponseBase:
    """consent to, withdraw from or end a supply."""
    found: Supply = get_object_or_404(Supply.objects.visible_to(request.viewer), pk=supply, customer=pk)
    today = moment.today()
    deeds: dict[str, Callable[[], Any]] = {
        "consent": lambda: actions.set_consent(supply=found, consent=True, by=request.actor),
        "withdraw": lambda: actions.set_consent(supply=found, consent=False, by=request.actor),
        "end": lambda: actions.end_supply(supply=found, on=today, by=request.actor),
    }
    return _do(request, pk, deeds, deed)


@allow(*EDITORS)
@require_POST
def close(request: Request, pk: UUID) -> HttpResponseBase:
    """The organisation no longer exists from a day on."""
    organisation, form = _organisation(request, pk), ClosingForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["on"]
        attempt(
            request,
            lambda: actions.close_organisation(organisation=organisation, on=day, by=request.actor),
            _("It is closed; its history stays."),
        )
    else:
        complain(request, form)
    return redirect("organisation", pk)


@allow(*EDITORS)
@require_POST
def code_word(request: Request, pk: UUID) -> HttpResponseBase:
    """Make a new code word; the paper card in use is void."""
    organisation = _organisation(request, pk)
    attempt(
        request,
        lambda: actions.rotate_code_word(organisation=organisation, by=request.actor),
        _("There is a new code word. Print the card and hand it over on paper."),
    )
    return redirect("organisation", pk)


@allow(*EDITORS)
@require_POST
def card(request: Request, pk: UUID) -> HttpResponseBase:
    """The paper card with the code word, to print; by POST, since the journal notes who read it."""
    organisation = _organisation(request, pk)
    if not organisation.code_word:
        actions.rotate_code_word(organisation=organisation, by=request.actor)
    word = actions.read_code_word(organisation=organisation, by=request.actor)
    context = {"organisation": organisation, "word": word, "contacts": _on_card(organisation), "now": moment.now()}
    return render(request, "registry/card.html", context)


def _on_card(organisation: Organisation) -> Any:
    """Who is called: on paper, so that it can be read when nothing else works."""
    rows = Contact.objects.answering().filter(organisation=organisation, valid_until=None)
    return rows.prefetch_related("channels").order_by("role", "name")


def _do(request: Request, pk: UUID, deeds: dict[str, Callable[[], Any]], deed: str) -> HttpResponseBase:
    if deed not in deeds:
        raise Http404
    attempt(request, deeds[deed], _("Done."))
    return redirect("organisation", pk)
