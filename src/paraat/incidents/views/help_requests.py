"""Requests for help: a SPOC asks, the list shows what waits longest, an officer answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Case as When_
from django.db.models import DateTimeField, ExpressionWrapper, F, Value, When
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.accounts.models import Membership
from paraat.alerts.views.acting import WATCHES, WORKS, act, found, officer_of
from paraat.incidents.actions.help_requests import answer_help, ask_help, withdraw_help
from paraat.incidents.models import Case, HelpRequest
from paraat.incidents.views.portal_reports import WhoseForm
from paraat.incidents.views.reports import LATER
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table
from paraat.registry.models import Organisation

TURN = When_(
    When(
        state=HelpRequest.State.OPEN, then=ExpressionWrapper(F("due_at") - Value(LATER), output_field=DateTimeField())
    ),
    default=F("due_at"),
)
"""What waits comes first, the soonest due before the others."""


class AskForm(forms.Form):
    """What a constituent needs."""

    text = forms.CharField(
        label=gettext_lazy("What do you need?"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    reachable_at = forms.CharField(label=gettext_lazy("Where can we reach you now?"), required=False, max_length=254)
    case = forms.ChoiceField(label=gettext_lazy("Is it about a case?"), required=False)

    def __init__(self, cases: list[Case], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [("", gettext_lazy("No"))] + [(str(one.pk), f"{one.number} {one.title}") for one in cases]
        self.fields["case"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class AnswerForm(forms.Form):
    """What the team answers."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The constituent reads this in the portal; the clock stops."),
    )


@require_safe
@allow(*WATCHES, Role.SPOC)
def listing(request: Request) -> HttpResponseBase:
    """Those that wait, the most urgent first; a SPOC sees its own."""
    table = Table(
        request,
        HelpRequest.objects.visible_to(request.viewer).annotate(turn=TURN).select_related("organisation", "case"),
        name="help-requests",
        columns=[
            Column(
                "organisation",
                gettext_lazy("Organisation"),
                sort="organisation__name",
                value=lambda row: row.organisation.name,
            ),
            Column("state", gettext_lazy("State"), sort="turn", value=lambda row: row.get_state_display()),
            Column("text", gettext_lazy("What is needed")),
            Column("asked_at", gettext_lazy("Asked"), sort="asked_at"),
            Column("due_at", gettext_lazy("Answer by"), sort="due_at"),
            Column("answered_at", gettext_lazy("Answered"), sort="answered_at"),
        ],
        search=["organisation__name", "text", "asked_by"],
        filters=[Filter("state", gettext_lazy("State"), HelpRequest.State.choices)],
        order="state",
        empty=gettext_lazy("Nobody has asked for help."),
    )
    return table.answer("incidents/help_requests.html", {"now": moment.now(), "asks": request.viewer.has(Role.SPOC)})


@require_safe
@allow(*WATCHES, Role.SPOC)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One request, its clock and its answer."""
    return _page(request, _of(request, pk))


@require_POST
@allow(*WORKS)
def answer(request: Request, pk: UUID) -> HttpResponse:
    """Answer it."""
    row, form = _of(request, pk), AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form=form, status=400)
    words = form.cleaned_data["answer"]
    return act(
        request,
        lambda: answer_help(request=row, answer=words, by=request.actor),
        _("Answered."),
        back=f"/help-requests/{pk}/",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Role.SPOC)
def ask(request: Request) -> HttpResponse:
    """Ask for help for one of my organisations."""
    mine = list(Organisation.objects.filter(pk__in=request.viewer.own).order_by("name"))
    cases = list(Case.objects.visible_to(request.viewer).open().filter(organisation__in=request.viewer.own)[:20])
    posted = request.POST if request.method == "POST" else None
    form = AskForm(cases, posted)
    whose = WhoseForm(mine, posted) if len(mine) > 1 else None
    if posted and form.is_valid() and (whose is None or whose.is_valid()):
        key = whose.cleaned_data["organisation"] if whose else str(mine[0].pk)
        town = next(town for town in mine if str(town.pk) == key)
        case = next((case for case in cases if str(case.pk) == form.cleaned_data["case"]), None)
        row = attempt(request, lambda: _ask(request, form, town, case), _("We have it. An answer follows."))
        if row is not None:
            return HttpResponseRedirect(reverse("help_request", args=[row.pk]))
    context = {"form": form, "whose": whose}
    return render(request, "incidents/help_ask.html", context, status=400 if form.errors else 200)


@require_POST
@allow(Role.SPOC)
def withdraw(request: Request, pk: UUID) -> HttpResponse:
    """I need it no longer."""
    row = found(HelpRequest.objects.visible_to(request.viewer).filter(organisation__in=request.viewer.own), pk)
    return act(
        request, lambda: withdraw_help(request=row, by=request.actor), _("Withdrawn."), back=f"/help-requests/{pk}/"
    )


def _ask(request: Request, form: AskForm, town: Organisation, case: Case | None) -> HelpRequest:
    user = officer_of(request)
    held = Membership.objects.in_force().filter(user=user, organisation=town).exclude(contact=None)
    first = held.select_related("contact").first()
    return ask_help(
        organisation=town,
        text=form.cleaned_data["text"],
        by=request.actor,
        asked_by=user.name,
        reachable_at=form.cleaned_data["reachable_at"],
        contact=first.contact if first else None,
        case=case,
    )


def _of(request: Request, pk: UUID) -> HelpRequest:
    rows = HelpRequest.objects.visible_to(request.viewer).select_related("organisation", "case")
    row: HelpRequest = found(rows, pk)
    return row


def _page(request: Request, row: HelpRequest, *, form: forms.Form | None = None, status: int = 200) -> HttpResponse:
    waits = row.state == HelpRequest.State.OPEN
    context = {
        "row": row,
        "form": form or AnswerForm(),
        "answers": waits and request.viewer.has(*WORKS),
        "withdraws": waits and row.organisation_id in request.viewer.own and request.viewer.has(Role.SPOC),
        "late": waits and row.due_at <= moment.now(),
    }
    return render(request, "incidents/help_request.html", context, status=status)
