"""Contacts, as the team keeps them: nominate, call, invite, channels in order, absence, end, erase."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from paraat.kernel.marking import TEAM, Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.registry import actions
from paraat.registry.forms import AbsenceForm, ChannelForm, ContactForm, NominationForm
from paraat.registry.models import Contact, ContactChannel
from paraat.registry.rules.onboarding import is_stale
from paraat.registry.views.editing import complain
from paraat.registry.views.organisations import EDITORS, one, stage_of
from paraat.registry.words import STAGES

OWNERS = tuple(sorted({*TEAM, Role.SPOC}))
"""Who may say that a contact is away: the team, and SPOCs for their own organisation."""


@allow(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def nominate(request: Request, pk: UUID) -> HttpResponseBase:
    """Put a contact on file, as the head of administration named it."""
    organisation = one(request, pk, moment.today())
    form = NominationForm(request.POST or None, initial={"nominated_by": "", "night": Contact.Night.SEVERE})
    if request.method == "POST" and form.is_valid():
        made = attempt(
            request,
            lambda: actions.nominate_contact(
                organisation=organisation, channels=form.channels(), by=request.actor, **form.values()
            ),
            _("On file. Call once, ask the code word, then invite."),
        )
        if made is not None:
            return redirect("contact", pk, made.pk)
    context = {"form": form, "organisation": organisation}
    return render(request, "registry/nominate.html", context, status=422 if form.errors else 200)


@allow(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: Request, pk: UUID, contact: UUID) -> HttpResponseBase:
    """One contact, with its channels and where it stands."""
    found, now = _contact(request, pk, contact), moment.now()
    form = ContactForm(request.POST) if request.method == "POST" else ContactForm.of(found)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"languages": form.cleaned_data["languages"] or found.organisation.languages}
        attempt(request, lambda: actions.change_contact(contact=found, by=request.actor, **values), _("Saved."))
        return redirect("contact", pk, contact)
    context = {
        "contact": found,
        "organisation": found.organisation,
        "channels": list(found.channels.all()),
        "stage": STAGES[stage_of(found)],
        "stale": is_stale(found.confirmed_at, now),
        "form": form,
        "channel_form": ChannelForm(),
        "absence_form": AbsenceForm(found, initial={"since": now}),
        "now": now,
    }
    return render(request, "registry/contact.html", context, status=422 if form.errors else 200)


@allow(*EDITORS)
@require_POST
def act(request: Request, pk: UUID, contact: UUID, deed: str) -> HttpResponseBase:
    """call, invite, confirm, end or erase."""
    found, today = _contact(request, pk, contact), moment.today()
    deeds: dict[str, tuple[Callable[[], Any], Any]] = {
        "call": (
            lambda: actions.record_call(contact=found, by=request.actor),
            _("Noted: called, code word asked by both."),
        ),
        "invite": (lambda: actions.invite_contact(contact=found, by=request.actor), _("The link is on its way.")),
        "confirm": (lambda: actions.confirm_contact(contact=found, by=request.actor, through="call"), _("Confirmed.")),
        "end": (lambda: actions.end_contact(contact=found, on=today, by=request.actor), _("It no longer answers.")),
        "erase": (lambda: actions.erase_contact(contact=found, by=request.actor), _("Erased.")),
    }
    if deed not in deeds:
        raise Http404
    attempt(request, *deeds[deed])
    return redirect("organisation", pk) if deed == "erase" else redirect("contact", pk, contact)


@allow(*EDITORS)
@require_POST
def add_channel(request: Request, pk: UUID, contact: UUID) -> HttpResponseBase:
    """One more way to reach a contact."""
    found, form = _contact(request, pk, contact), ChannelForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: actions.add_channel(contact=found, by=request.actor, **form.cleaned_data),
            _("The channel is on file."),
        )
    else:
        complain(request, form)
    return redirect("contact", pk, contact)


@allow(*EDITORS)
@require_POST
def channel(request: Request, pk: UUID, contact: UUID, channel: UUID, deed: str) -> HttpResponseBase:
    """up, remove, confirm (after a call-back) or refuse."""
    found = _contact(request, pk, contact)
    way: ContactChannel = get_object_or_404(found.channels, pk=channel)
    deeds: dict[str, Callable[[], Any]] = {
        "up": lambda: actions.order_channels(contact=found, order=_moved_up(found, way), by=request.actor),
        "remove": lambda: actions.remove_channel(channel=way, by=request.actor),
        "confirm": lambda: actions.confirm_channel_change(channel=way, by=request.actor, through="call-back"),
        "refuse": lambda: actions.refuse_channel_change(channel=way, by=request.actor),
    }
    if deed not in deeds:
        raise Http404
    attempt(request, deeds[deed], _("Done."))
    return redirect("contact", pk, contact)


@allow(*OWNERS)
@require_POST
def absence(request: Request, pk: UUID, contact: UUID) -> HttpResponseBase:
    """Set an absence, or end it (`back`)."""
    found = _contact(request, pk, contact)
    if not request.viewer.is_team and pk not in request.viewer.own:
        raise Http404
    if "back" in request.POST:
        attempt(request, lambda: actions.end_absence(contact=found, by=request.actor), _("Back again."))
        return redirect("organisation", pk)
    form = AbsenceForm(found, request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: actions.set_absence(contact=found, by=request.actor, **form.cleaned_data),
            _("Noted. Alerts go to who replaces."),
        )
    else:
        complain(request, form)
    return redirect("organisation", pk)


def _contact(request: Request, pk: UUID, contact: UUID) -> Contact:
    seen = Contact.objects.visible_to(request.viewer).answering().select_related("organisation", "replaced_by")
    found: Contact = get_object_or_404(seen, pk=contact, organisation=pk)
    return found


def _moved_up(contact: Contact, channel: ContactChannel) -> list[UUID]:
    order = [one.pk for one in contact.channels.all()]
    place = order.index(channel.pk)
    if place:
        order[place - 1], order[place] = order[place], order[place - 1]
    return order
