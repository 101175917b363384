"""Researchers' reports as the team and, once passed on, the owner read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from paraat.accounts.models import User
from paraat.alerts.views.acting import WATCHES, WORKS, act, found
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import WORLD, Column, Filter, Table
from paraat.readiness.actions import disclosures as actions
from paraat.readiness.actions.findings import draft_finding
from paraat.readiness.disclosure_forms import AnswerForm, WhoseForm
from paraat.readiness.engagement_forms import BecauseForm
from paraat.readiness.finding_forms import FindingForm
from paraat.readiness.hacking_words import DISCLOSURE_LOOKS
from paraat.readiness.models import Disclosure, Finding
from paraat.readiness.views.findings import shown
from paraat.readiness.views.researchers import clocks_of

READS = (*WATCHES, Role.SPOC)
"""Who opens these pages; `visible_to` decides which: the owner what was passed on."""
NOTHING_WRONG: Mapping[str, forms.Form] = MappingProxyType({})
Deed = Callable[[Disclosure, Request, Mapping[str, Any]], Any]


def _refuse(row: Disclosure, request: Request, given: Mapping[str, Any]) -> Disclosure:
    return actions.end_disclosure(disclosure=row, refuse=True, by=request.actor, **given)


VERBS: dict[str, tuple[Any, type[forms.Form] | None, Deed]] = {
    "attribute": (_("Attributed."), WhoseForm, lambda row, request, given: actions.attribute_disclosure(disclosure=row, by=request.actor, **given)),
    "pass-on": (_("The owner is told."), None, lambda row, request, _given: actions.pass_on(disclosure=row, by=request.actor)),
    "answer": (_("Answered."), AnswerForm, lambda row, request, given: actions.answer_researcher(disclosure=row, by=request.actor, **given)),
    "close": (_("Closed."), BecauseForm, lambda row, request, given: actions.end_disclosure(disclosure=row, by=request.actor, **given)),
    "refuse": (_("Refused."), BecauseForm, _refuse),
}  # fmt: skip


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponseBase:
    """Every report that the reader may see."""
    table = Table(
        request,
        Disclosure.objects.visible_to(request.viewer).select_related("organisation"),
        name="disclosures",
        columns=list(_columns()),
        search=["number", "target", "organisation__name"],
        filters=[Filter("state", _("State"), Disclosure.State.choices), WORLD],
        order="-received_at",
        empty=_("No researcher has reported anything yet."),
        hint=_("Researchers report on a public page: /disclosure/"),
    )
    return table.answer("readiness/disclosures/list.html", {"looks": DISCLOSURE_LOOKS, "now": moment.now()})


def _columns() -> Iterator[Column]:
    yield Column("number", _("Number"), sort="number")
    yield Column(
        "organisation",
        _("Whose system"),
        sort="organisation__name",
        value=lambda row: row.organisation.name if row.organisation else "",
    )
    yield Column("target", _("Where"), sort="target")
    yield Column("state", _("State"), sort="state", value=lambda row: row.get_state_display())
    yield Column("received_at", _("Received"), sort="received_at")
    yield Column("full_due_at", _("Full report due"), sort="full_due_at")
    yield Column("full_at", _("Full report came"), sort="full_at")


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One report, with what was said."""
    return _page(request, _row(request, pk))


@require_POST
@allow(*WORKS)
def deed(request: Request, pk: UUID, verb: str) -> HttpResponse:
    """Attribute, pass on, answer, close, refuse."""
    row = _row(request, pk)
    if verb not in VERBS:
        raise Http404
    done, made, do = VERBS[verb]
    form = made(request.POST, auto_id=f"id_{verb}_%s") if made else None
    if form is not None and not form.is_valid():
        return _page(request, row, {verb: form})
    given = form.cleaned_data if form else {}
    return act(request, lambda: do(row, request, given), str(done), back=reverse("disclosure", args=[pk]))


@require_POST
@allow(*WORKS)
def finding(request: Request, pk: UUID) -> HttpResponse:
    """Write it down as a finding of the owner, so that it is fixed and tested again."""
    row = _row(request, pk)
    form = FindingForm(request.POST, auto_id="id_finding_%s")
    if not form.is_valid():
        return _page(request, row, {"finding": form})
    author = cast("User", request.user)
    made = attempt(
        request,
        lambda: draft_finding(disclosure=row, author=author, by=request.actor, **form.cleaned_data),
        _("Saved."),
    )
    return HttpResponseRedirect(
        reverse("finding", args=[made.pk]) if made is not None else reverse("disclosure", args=[pk])
    )


def _row(request: Request, pk: UUID) -> Disclosure:
    row: Disclosure = found(Disclosure.objects.visible_to(request.viewer).select_related("organisation"), pk)
    return row


def _page(request: Request, row: Disclosure, wrong: Mapping[str, forms.Form] = NOTHING_WRONG) -> HttpResponse:
    over = row.state in {Disclosure.State.CLOSED, Disclosure.State.REFUSED}
    kinds = {name: made for name, (_done, made, _do) in VERBS.items() if made}
    initial = {"title": "", "target": row.target, "what": row.text}
    context = {
        "row": row,
        "looks": DISCLOSURE_LOOKS,
        "clocks": clocks_of(row, moment.now()),
        "found_at": row.found_at,
        "said": row.messages.all(),
        "team": request.viewer.is_team and not over,
        "watches": request.viewer.has(*WATCHES),
        "forms": {name: wrong.get(name) or made(auto_id=f"id_{name}_%s") for name, made in kinds.items()},
        "finding_form": wrong.get("finding") or FindingForm(initial=initial, auto_id="id_finding_%s"),
        "findings": shown(Finding.objects.filter(disclosure=row), request.viewer),
    }
    return render(request, "readiness/disclosures/one.html", context, status=400 if wrong else 200)
