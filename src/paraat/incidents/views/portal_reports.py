"""A SPOC reports for its organisation: signed in, through the link of a message, and in one step from what we warned of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from paraat.accounts.models import Membership
from paraat.alerts.models import Delivery, Notice
from paraat.alerts.views.acting import found, officer_of
from paraat.alerts.views.spoc import behind_link
from paraat.incidents import playbooks
from paraat.incidents.actions.reports import take_report
from paraat.incidents.authorities import who_to_turn_to
from paraat.incidents.models import Report
from paraat.incidents.origins import Origin, of_finding, of_notice
from paraat.incidents.report_forms import FromForm, OwnForm
from paraat.incidents.views.reports import in_turn
from paraat.incidents.words import kind_word
from paraat.kernel.marking import Role
from paraat.observations.models import Finding
from paraat.platform import configuration
from paraat.platform.guard import Request, allow, public
from paraat.platform.pages import attempt
from paraat.platform.picking import chosen
from paraat.platform.tables import Column, Filter, Table
from paraat.registry.models import Contact, Organisation


class WhoseForm(forms.Form):
    """Which of one's organisations it is about."""

    organisation = forms.ChoiceField(label=gettext_lazy("Organisation"))

    def __init__(self, organisations: Sequence[Organisation], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(str(one.pk), one.name_in((get_language() or "nl")[:2])) for one in organisations]
        self.fields["organisation"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Role.SPOC)
def report(request: Request) -> HttpResponse:
    """Report for one of my organisations; `?notice=` or `?finding=` says what it comes from."""
    origin = _origin(request)
    mine = list(Organisation.objects.filter(pk__in=request.viewer.own).order_by("name"))
    posted = request.POST if request.method == "POST" else None
    form = FromForm(posted, initial={"text": origin.text}) if origin else OwnForm(posted)
    first = origin.organisation.pk if origin else next(iter(chosen([request.GET.get("organisation", "")])), None)
    whose = WhoseForm(mine, posted, initial={"organisation": str(first or "")})
    if len(mine) == 1 or origin:
        whose = None  # type: ignore[assignment]  # nothing to choose
    if posted and form.is_valid() and (whose is None or whose.is_valid()):
        town = origin.organisation if origin else mine[0] if whose is None else _chosen(mine, whose)
        made = attempt(request, lambda: _take(request, form, town, origin))
        if made is not None:
            return HttpResponseRedirect(reverse("portal_report", args=[made.pk]))
    context = {"form": form, "whose": whose, "origin": origin, "action": request.get_full_path()}
    return render(request, "incidents/portal_report_new.html", context, status=400 if form.errors else 200)


@require_safe
@allow(Role.SPOC)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One report of my organisation: its code, and what to do now."""
    return _answer(request, found(_mine(request).select_related("organisation"), pk), back="portal_reports")


@require_safe
@allow(Role.SPOC)
def listing(request: Request) -> HttpResponseBase:
    """What my organisations reported."""
    table = Table(
        request,
        in_turn(_mine(request)).select_related("organisation"),
        name="reports",
        columns=[
            Column("number", gettext_lazy("Number"), sort="number"),
            Column("code", gettext_lazy("Code")),
            Column("state", gettext_lazy("State"), sort="turn", value=lambda row: row.get_state_display()),
            Column("kind", gettext_lazy("What"), value=lambda row: kind_word(row.kind)),
            Column("received_at", gettext_lazy("Came in"), sort="received_at"),
        ],
        search=["number", "code__iexact", "text"],
        filters=[Filter("state", gettext_lazy("State"), Report.State.choices)],
        order="-state",
        empty=gettext_lazy("Your organisation has reported nothing."),
    )
    return table.answer("incidents/portal_reports.html", {"kinds": kind_word})


@public
@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def by_link(request: Request, delivery: Delivery, token: str) -> HttpResponse:
    """Report through the link of a message, without an account. Whoever reads the mailbox has the link: it is called back all the same."""
    notice = delivery.notices.select_related("organisation", "alert").exclude(state=Notice.State.PREPARED).first()
    if notice is None:
        raise Http404
    form = FromForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        origin = of_notice(notice)
        made = attempt(request, lambda: _take_by_link(request, form, delivery, origin))
        if made is not None:
            return _answer(request, made, back="")
    context = {"form": form, "whose": None, "origin": None, "action": reverse("notice_link_report", args=[token])}
    return render(request, "incidents/portal_report_new.html", context, status=400 if form.errors else 200)


def _answer(request: Request, made: Report, *, back: str) -> HttpResponse:
    language = (get_language() or "nl")[:2]
    town = made.organisation
    context = {
        "report": made,
        "back": back,
        "kind": kind_word(made.kind),
        "first_hour": playbooks.first_hour(made.kind, language),
        "authorities": who_to_turn_to(language, town.region if town else "", town.kind if town else ""),
        "phone": configuration.TEAM_PHONE.get(),
    }
    return render(request, "incidents/portal_report.html", context)


def _mine(request: Request) -> Any:
    return Report.objects.visible_to(request.viewer).filter(organisation__in=request.viewer.own)


def _origin(request: Request) -> Origin | None:
    """What the report comes from, when the viewer may see it and it is of an organisation of its own."""
    for name, rows, read in (
        ("notice", Notice.objects.visible_to(request.viewer).select_related("organisation", "alert"), of_notice),
        ("finding", Finding.objects.visible_to(request.viewer).select_related("organisation"), of_finding),
    ):
        for pk in chosen([request.GET.get(name, "")]):
            return read(found(rows.filter(organisation__in=request.viewer.own), pk))
    return None


def _chosen(mine: Sequence[Organisation], whose: WhoseForm) -> Organisation:
    return next(one for one in mine if str(one.pk) == whose.cleaned_data["organisation"])


def _take(request: Request, form: OwnForm, town: Organisation, origin: Origin | None) -> Report:
    user = officer_of(request)
    return take_report(
        by=request.actor,
        organisation=town,
        user=user,
        contact=_contact(user.pk, town.pk),
        reporter=user.name,
        reachable_at=form.cleaned_data["reachable_at"],
        language=(get_language() or "nl")[:2],
        signed_in=True,
        **form.said(),
        **(origin.says() if origin else {"through": Report.Through.PORTAL, "exercise": form.cleaned_data["exercise"]}),
    )


def _take_by_link(request: Request, form: FromForm, delivery: Delivery, origin: Origin) -> Report:
    return take_report(
        by=request.actor,
        organisation=origin.organisation,
        contact=delivery.contact,
        reporter=delivery.contact.name if delivery.contact else "",
        reachable_at=form.cleaned_data["reachable_at"],
        language=(get_language() or "nl")[:2],
        **form.said(),
        **origin.says(),
    )


def _contact(user: UUID, town: UUID) -> Contact | None:
    held = Membership.objects.in_force().filter(user=user, organisation=town).exclude(contact=None)
    first = held.select_related("contact").first()
    return first.contact if first else None
