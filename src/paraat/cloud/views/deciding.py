"""What an officer decides about a tenant: the buttons that its state allows, each with what it asks, and the deeds behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from paraat.alerts.views.acting import act
from paraat.cloud.actions import queue as queueing
from paraat.cloud.actions import tenants as actions
from paraat.cloud.models import Tenant
from paraat.cloud.rules import life
from paraat.cloud.tenant_forms import ApproveForm, CallBackForm, DestroyForm, ExtendForm, PriorityForm, ReasonForm
from paraat.cloud.views.reading import WORKS, found, tenant_of
from paraat.kernel.actor import Actor
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.registry.models import Contact, ContactChannel

Given = Mapping[str, Any]
Make = Callable[[Tenant, datetime, Any], forms.Form]
Do = Callable[[Tenant, Actor, Given], Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """One button: what it says, what it warns of, what it asks, what it does, and what is said afterwards."""

    name: str
    label: Any
    text: Any
    done: Any
    do: Do
    form: Make | None = None
    kind: str = "plain"  # look of the button: "" is the next step, danger cannot be taken back
    rule: str = ""  # its name in `rules.life`; the same by default


@dataclass(frozen=True, slots=True)
class Button:
    """A verb on a page, with its form as it stands there."""

    verb: Verb
    form: forms.Form | None
    kind: str


def _verbs() -> Iterator[Verb]:
    yield Verb(
        "call_back",
        _("A second contact was called back"),
        _("Call somebody else than who asked, on a number on file, never on a number from the request."),
        _("Noted: the call-back."),
        lambda tenant, by, given: _call_back(tenant, by, given),
        lambda tenant, _now, data: _contacts(tenant, data),
    )
    yield Verb(
        "approve",
        _("Approve"),
        _("It gets the programme's budget and days."),
        _("Approved."),
        lambda tenant, by, given: actions.approve_tenant(tenant=tenant, by=by, **given),
        lambda _tenant, _now, data: ApproveForm(data),
    )
    yield Verb(
        "start",
        _("Start"),
        _("The services start now; real clients try each of them."),
        _("It starts. Follow it here, step by step."),
        lambda tenant, by, _given: actions.start_tenant(tenant=tenant, by=by),
    )
    yield Verb(
        "hand_over",
        _("Hand over"),
        _("The victim has the sheet with addresses and one-time codes in hand, and somebody could sign in."),
        _("Handed over."),
        lambda tenant, by, _given: actions.hand_over(tenant=tenant, by=by),
    )
    yield Verb(
        "verify",
        _("Try again whether everything works"),
        _("Real clients try every service."),
        _("It is tried."),
        lambda tenant, by, _given: actions.verify_tenant(tenant=tenant, by=by),
    )
    yield Verb(
        "extend",
        _("Extend"),
        _("It stays until a later day."),
        _("Extended."),
        lambda tenant, by, given: actions.extend_tenant(tenant=tenant, by=by, **given),
        lambda tenant, now, data: ExtendForm(tenant, now, data),
    )
    yield Verb(
        "priority",
        _("Change its place in the queue"),
        _("The lowest number starts first."),
        _("Its place is changed."),
        lambda tenant, by, given: queueing.set_priority(tenant=tenant, by=by, **given),
        lambda tenant, _now, data: PriorityForm(data, initial={"priority": tenant.priority}),
        rule="room",
    )
    yield Verb(
        "refuse",
        _("Refuse"),
        _("Whoever asked reads the reason."),
        _("Refused."),
        lambda tenant, by, given: actions.refuse_tenant(tenant=tenant, by=by, **given),
        lambda _tenant, _now, data: ReasonForm(data),
    )
    yield Verb(
        "stop",
        _("Wind down"),
        _("Nothing runs any more; everything is kept, and it can be started again."),
        _("It is being wound down."),
        lambda tenant, by, given: actions.stop_tenant(tenant=tenant, by=by, **given),
        lambda _tenant, _now, data: ReasonForm(data),
    )
    yield Verb(
        "destroy",
        _("Destroy"),
        _("Everything of it is removed, then looked for until nothing is found. This cannot be taken back."),
        _("It is being destroyed."),
        lambda tenant, by, given: _destroy(tenant, by, given),
        lambda tenant, _now, data: DestroyForm(tenant, data),
        kind="danger",
    )


VERBS = {one.name: one for one in _verbs()}
NEXT = ("call_back", "approve", "start", "hand_over")
"""The steps that lead on, in their order; the first that is possible is the large button."""


def possible(tenant: Tenant, now: datetime, wrong: Mapping[str, forms.Form]) -> list[Button]:
    """The buttons of a tenant as it is; `wrong`: forms that came back."""
    found, first = [], next((name for name in NEXT if life.may(name, tenant.state) and _sensible(name, tenant)), "")
    for verb in VERBS.values():
        if not life.may(verb.rule or verb.name, tenant.state) or not _sensible(verb.name, tenant):
            continue
        form = wrong.get(verb.name) or (verb.form(tenant, now, None) if verb.form else None)
        found.append(Button(verb, form, "" if verb.name == first else verb.kind))
    return found


def _sensible(name: str, tenant: Tenant) -> bool:
    """Whether a verb that is possible helps anybody now."""
    if name == "call_back":
        return tenant.called_back_at is None and life.needs_call_back(tenant.kind, exercise=tenant.exercise)
    return True


@require_POST
@allow(*WORKS)
def decide(request: Request, pk: UUID, verb: str) -> HttpResponse:
    """Do one of the verbs, or show what was filled in wrongly."""
    from paraat.cloud.views import tenants  # the page shows these forms

    tenant, chosen = tenant_of(request, pk), VERBS.get(verb)
    if chosen is None:
        raise Http404
    form = chosen.form(tenant, moment.now(), request.POST) if chosen.form else None
    if form is not None and not form.is_valid():
        return tenants.page(request, tenant, {verb: form})
    given = form.cleaned_data if form else {}
    back = reverse("tenant", args=[pk])
    return act(request, lambda: chosen.do(tenant, request.actor, given), str(chosen.done), back=back)


def _call_back(tenant: Tenant, by: Actor, given: Given) -> Tenant:
    contact = found(Contact.objects.filter(organisation=tenant.organisation_id), UUID(given["contact"]))
    return actions.call_back(tenant=tenant, contact=contact, by=by)


def _destroy(tenant: Tenant, by: Actor, given: Given) -> Tenant:
    return actions.destroy_tenant(tenant=tenant, by=by, because=given["because"], keep_backups=given["keep_backups"])


def _contacts(tenant: Tenant, data: Any) -> CallBackForm:
    """Everybody on file but who asked, with the number to call."""
    rows = Contact.objects.as_of(moment.today()).filter(organisation=tenant.organisation_id, erased_at=None)
    others = (
        rows.exclude(pk=tenant.requested_contact_id).order_by("role", "name") if tenant.requested_contact_id else rows
    )
    voices = ContactChannel.objects.filter(contact__in=others, kind__in=["voice", "sms"]).order_by("-kind", "position")
    numbers: dict[UUID, str] = {}
    for contact, address in voices.values_list("contact", "address"):
        numbers.setdefault(contact, address)
    return CallBackForm([(one, numbers[one.pk]) for one in others if one.pk in numbers], data)
