"""A contact's own page, behind a signed link, without an account: confirm, answer a test, be away, ask for another address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import NotFound
from paraat.platform import moment
from paraat.platform.crypto import BadLink, ExpiredLink
from paraat.platform.guard import Request, public
from paraat.platform.pages import attempt
from paraat.platform.ratelimit import limits_links
from paraat.registry import actions, links
from paraat.registry.actions.test_calls import open_test
from paraat.registry.forms import AbsenceForm, AddressForm
from paraat.registry.models import Contact
from paraat.registry.rules.onboarding import STALE_AFTER, is_stale
from paraat.registry.views.editing import complain


@public
@require_http_methods(["GET", "HEAD", "POST"])
@limits_links
def own_contact(request: Request, token: str) -> HttpResponseBase:
    """What is on file about me. Opening it does nothing: a mail scanner opens links too."""
    now = moment.now()
    try:
        contact = links.contact_of(token, now)
    except (BadLink, ExpiredLink, NotFound) as error:
        return _no_longer(request, error)
    with translation.override(_language(request, contact)):
        if request.method == "POST":
            _act(request, contact)
            return redirect("own_contact", token)
        return render(request, "registry/own.html", _context(contact, token, now))


def _context(contact: Contact, token: str, now: datetime) -> dict[str, Any]:
    return {
        "contact": contact,
        "organisation": contact.organisation,
        "channels": list(contact.channels.all()),
        "stale": is_stale(contact.confirmed_at, now),
        "days": STALE_AFTER.days,
        "test": open_test(contact),
        "absence_form": AbsenceForm(contact, initial={"since": now}),
        "address_form": AddressForm(),
        "token": token,
        "now": now,
    }


def _act(request: Request, contact: Contact) -> None:
    """Do what the pressed button names."""
    by = as_actor(contact)
    deeds: dict[str, Callable[[], Any]] = {
        "confirm": lambda: actions.confirm_contact(contact=contact, by=by),
        "test": lambda: _answer(contact, by),
        "back": lambda: actions.end_absence(contact=contact, by=by),
    }
    deed = request.POST.get("do", "")
    if deed in deeds:
        attempt(request, deeds[deed], _("Thank you. It is noted."))
    elif deed == "away":
        _away(request, contact, by)
    elif deed == "channel":
        _other_address(request, contact, by)


def _answer(contact: Contact, by: Actor) -> None:
    test = open_test(contact)
    if test is not None:
        actions.answer_test(test=test, by=by)


def _away(request: Request, contact: Contact, by: Actor) -> None:
    form = AbsenceForm(contact, request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: actions.set_absence(contact=contact, by=by, **form.cleaned_data),
            _("Noted. Alerts go to who replaces you."),
        )
    else:
        complain(request, form)


def _other_address(request: Request, contact: Contact, by: Actor) -> None:
    channel, form = get_object_or_404(contact.channels, pk=request.POST.get("channel")), AddressForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: actions.ask_channel_change(channel=channel, address=form.cleaned_data["address"], by=by),
            _("Asked. It counts once you confirm it through the old address, or when we have called you back."),
        )
    else:
        complain(request, form)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@limits_links
def own_channel(request: Request, token: str) -> HttpResponseBase:
    """Confirm a new address through the old one, or say that it was not you."""
    try:
        channel = links.channel_of(token, moment.now())
    except (BadLink, ExpiredLink, NotFound) as error:
        return _no_longer(request, error)
    contact = channel.contact
    with translation.override(_language(request, contact)):
        if request.method != "POST":
            return render(request, "registry/own_channel.html", {"channel": channel, "contact": contact, "done": ""})
        by, agreed = as_actor(contact), request.POST.get("do") == "confirm"
        deed = actions.confirm_channel_change if agreed else actions.refuse_channel_change
        options = {"through": "old channel"} if agreed else {}
        attempt(request, lambda: deed(channel=channel, by=by, **options))
        context = {"channel": channel, "contact": contact, "done": "confirmed" if agreed else "refused"}
        return render(request, "registry/own_channel.html", context)


def as_actor(contact: Contact) -> Actor:
    """Who acts through a signed link: the contact itself."""
    return Actor(ActorKind.CONTACT, contact.pk, contact.name)


def _language(request: Request, contact: Contact) -> str:
    """The language chosen on the page, else the contact's own."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return (contact.languages or contact.organisation.languages or ["nl"])[0]


def _no_longer(request: Request, error: Exception) -> HttpResponseBase:
    status = 410 if isinstance(error, ExpiredLink) else 404
    return render(request, "registry/no_longer.html", {"expired": status == 410}, status=status)
