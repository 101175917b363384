"""What the contact of a town sees, on a phone, at night: the page behind a signed link (no account needed), and the portal.

A link is a key to one delivery. Its page says no more than an unencrypted mail may: above TLP:AMBER only that a message waits and where to sign
in. Opening it acknowledges nothing, since mail scanners open links too; a button does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts import actions, links, rendering
from paraat.alerts.forms import SiteForm
from paraat.alerts.models import Delivery, Notice
from paraat.alerts.rules import content
from paraat.alerts.rules.content import Content
from paraat.alerts.views.acting import found
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Role
from paraat.platform import configuration, crypto, moment
from paraat.platform.guard import Request, allow, public
from paraat.platform.pages import words_for
from paraat.platform.ratelimit import limits_links

MEASURE_HOURS = 6
"""How long a measure holds when the SPOC names no other moment; the form proposes it."""


class NameForm(forms.Form):
    """Who acknowledges. Only a named person does."""

    name = forms.CharField(label=gettext_lazy("Your name or function"), max_length=200)


class MeasureForm(forms.Form):
    """What the town did, and until when it holds."""

    text = forms.CharField(
        label=gettext_lazy("What did you do?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    until = forms.DateTimeField(
        label=gettext_lazy("Until when does it hold?"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


# Behind a signed link -------------------------------------------------------------------------------------------------------------


def behind_link(view: Callable[[Request, Delivery, str], HttpResponse]) -> Callable[..., HttpResponse]:
    """Read the token; say in plain words when it is not, or no longer, good. The contact of the link acts, in the language of its message."""

    @limits_links
    @wraps(view)
    def run(request: Request, token: str) -> HttpResponse:
        try:
            delivery = links.delivery_of(token, now=moment.now())
        except crypto.ExpiredLink:
            return _dead_link(request, expired=True)
        except crypto.BadLink:
            return _dead_link(request, expired=False)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(delivery.language)
            request.LANGUAGE_CODE = delivery.language
        if delivery.contact is not None:
            request.actor = Actor(ActorKind.CONTACT, delivery.contact_id, delivery.contact.name)
        return view(request, delivery, token)

    return run


@public
@require_safe
@behind_link
def signed(request: Request, delivery: Delivery, token: str) -> HttpResponse:
    """The page behind the link."""
    return _signed_page(request, delivery, token)


@public
@require_POST
@behind_link
def signed_acknowledge(request: Request, delivery: Delivery, token: str) -> HttpResponse:
    """The button: a named person has seen it."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _signed_page(request, delivery, token, name_form=form)
    name = form.cleaned_data["name"]
    actions.acknowledge_delivery(delivery=delivery, by=request.actor, through="link", name=name)
    messages.success(request, _("Thank you. We know that you have seen this."))
    return HttpResponseRedirect(reverse("notice_link", args=[token]))


@public
@require_POST
@behind_link
def signed_measure(request: Request, delivery: Delivery, token: str) -> HttpResponse:
    """What was done, for every notice of the message."""
    form = MeasureForm(request.POST)
    if not form.is_valid():
        return _signed_page(request, delivery, token, measure_form=form)
    return _done(request, reverse("notice_link", args=[token]), _of(delivery), _measure(request, form))


@public
@require_POST
@behind_link
def signed_site(request: Request, delivery: Delivery, token: str) -> HttpResponse:
    """How the site does, for every notice of the message."""
    form = SiteForm(request.POST)
    if not form.is_valid():
        return _signed_page(request, delivery, token, site_form=form)
    return _done(request, reverse("notice_link", args=[token]), _of(delivery), _site(request, form))


def _signed_page(request: Request, delivery: Delivery, token: str, **given: forms.Form) -> HttpResponse:
    notices = _of(delivery)
    if request.method == "GET":
        for notice in notices:
            actions.open_notice(notice=notice)
    told = max((notice.tlp for notice in notices), default=0)
    full = content.content("mail", told, has_key=False) is Content.FULL
    context = {
        "full": full,
        "token": token,
        "patience": rendering.patience(delivery) if _open(notices) else "",
        "addresses": {
            "acknowledge": reverse("notice_link_acknowledge", args=[token]),
            "measure": reverse("notice_link_measure", args=[token]),
            "site": reverse("notice_link_site", args=[token]),
        },
    }
    asked = delivery.contact.name if delivery.contact else ""
    return _page(request, "alerts/spoc/signed.html", notices, asked, context | given)


def _dead_link(request: Request, *, expired: bool) -> HttpResponse:
    context = {"expired": expired, "phone": configuration.TEAM_PHONE.get()}
    return render(request, "alerts/spoc/dead_link.html", context, status=410 if expired else 404)


def _of(delivery: Delivery) -> list[Notice]:
    rows = delivery.notices.select_related("organisation", "alert").exclude(state=Notice.State.PREPARED)
    return list(rows.order_by("organisation__name"))


# The portal -----------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(Role.SPOC)
def portal(request: Request) -> HttpResponse:
    """What concerns my organisations: what waits for me first, then what was."""
    rows = _mine(request).select_related("organisation", "alert").order_by("-sent_at")
    context = {
        "waiting": list(rows.open()),
        "earlier": list(rows.exclude(state=Notice.State.OPEN)[:30]),
        "phone": configuration.TEAM_PHONE.get(),
        "organisations": sorted(request.viewer.own),
        "now": moment.now(),
    }
    return render(request, "alerts/spoc/portal.html", context)


@require_safe
@allow(Role.SPOC)
def mine(request: Request, pk: UUID) -> HttpResponse:
    """One notice of mine."""
    return _portal_page(request, _notice(request, pk))


@require_POST
@allow(Role.SPOC)
def acknowledge(request: Request, pk: UUID) -> HttpResponse:
    """I have seen it."""
    notice, form = _notice(request, pk), NameForm(request.POST)
    if not form.is_valid():
        return _portal_page(request, notice, name_form=form)
    actions.acknowledge_notices(notices=[notice], by=request.actor, through="portal", name=form.cleaned_data["name"])
    messages.success(request, _("Thank you. We know that you have seen this."))
    return HttpResponseRedirect(reverse("portal_notice", args=[pk]))


@require_POST
@allow(Role.SPOC)
def measure(request: Request, pk: UUID) -> HttpResponse:
    """What I did."""
    notice, form = _notice(request, pk), MeasureForm(request.POST)
    if not form.is_valid():
        return _portal_page(request, notice, measure_form=form)
    return _done(request, reverse("portal_notice", args=[pk]), [notice], _measure(request, form))


@require_POST
@allow(Role.SPOC)
def site(request: Request, pk: UUID) -> HttpResponse:
    """How my site does."""
    notice, form = _notice(request, pk), SiteForm(request.POST)
    if not form.is_valid():
        return _portal_page(request, notice, site_form=form)
    return _done(request, reverse("portal_notice", args=[pk]), [notice], _site(request, form))


def _mine(request: Request) -> Any:
    rows = Notice.objects.visible_to(request.viewer).filter(organisation__in=request.viewer.own)
    return rows.exclude(state=Notice.State.PREPARED)


def _notice(request: Request, pk: UUID) -> Notice:
    notice: Notice = found(_mine(request).select_related("organisation", "alert"), pk)
    return notice


def _portal_page(request: Request, notice: Notice, **given: forms.Form) -> HttpResponse:
    actions.open_notice(notice=notice)
    addresses = {name: reverse(f"portal_{name}", args=[notice.pk]) for name in ("acknowledge", "measure", "site")}
    name = request.user.name if request.user.is_authenticated else ""
    return _page(
        request, "alerts/spoc/one.html", [notice], name, {"full": True, "patience": "", "addresses": addresses} | given
    )


# Both -----------------------------------------------------------------------------------------------------------------------------


def _page(
    request: Request, template: str, notices: Sequence[Notice], name: str, context: dict[str, Any]
) -> HttpResponse:
    now = moment.now()
    language = (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    shown = {
        "views": [rendering.view(notice, language) for notice in notices] if context["full"] else [],
        "notices": notices,
        "open": _open(notices),
        "phone": configuration.TEAM_PHONE.get(),
        "name_form": NameForm(initial={"name": name}),
        "measure_form": MeasureForm(initial={"until": now + timedelta(hours=MEASURE_HOURS)}),
        "site_form": SiteForm(initial={"since": now}),
        "now": now,
    }
    wrong = any(isinstance(value, forms.Form) and value.is_bound for value in context.values())
    return render(request, template, shown | context, status=400 if wrong else 200)


def _open(notices: Sequence[Notice]) -> list[Notice]:
    return [notice for notice in notices if notice.state == Notice.State.OPEN]


def _measure(request: Request, form: MeasureForm) -> Callable[[Notice], Notice]:
    text, until = form.cleaned_data["text"], form.cleaned_data["until"]
    return lambda notice: actions.report_mitigation(notice=notice, by=request.actor, text=text, until=until)


def _site(request: Request, form: SiteForm) -> Callable[[Notice], Notice]:
    state, since = form.cleaned_data["state"], form.cleaned_data["since"]
    return lambda notice: actions.report_site(notice=notice, by=request.actor, state=state, since=since)


def _done(request: Request, back: str, notices: Sequence[Notice], deed: Callable[[Notice], Notice]) -> HttpResponse:
    try:
        for notice in notices:
            deed(notice)
        messages.success(request, _("Thank you. The team sees it now."))
    except (Conflict, Invalid) as error:
        messages.error(request, words_for(error))
    return HttpResponseRedirect(back)
