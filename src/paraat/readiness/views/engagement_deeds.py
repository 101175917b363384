"""What is done on the page of an engagement: every deed is a post, and comes back to the page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from paraat.alerts.views.acting import WORKS, act, found
from paraat.kernel.marking import Role
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.readiness.actions import authorisations, scopes, testers
from paraat.readiness.actions.target_checks import ask_target
from paraat.readiness.engagement_forms import BecauseForm, CheckForm, ScopeForm, SignedForm, TargetForm, TesterForm
from paraat.readiness.hacking_words import REASONS
from paraat.readiness.views import engagement_buttons as buttons
from paraat.readiness.views import engagements
from paraat.readiness.views.engagements import engagement_of, paper_of

ACTS = (*WORKS, Role.SPOC, Role.TESTER)
"""Who may act on an engagement; which deed, its button says."""


def _back(pk: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("engagement", args=[pk]))


@require_POST
@allow(*ACTS)
def deed(request: Request, pk: UUID, verb: str) -> HttpResponse:
    """One of the buttons: stop, confirm, yes, resume, papers, begin, report, close."""
    row, chosen = engagement_of(request, pk), buttons.VERBS.get(verb)
    if chosen is None:
        raise Http404
    if chosen.who.isdisjoint(buttons.parts_of(request, row)):
        raise PermissionDenied
    form = buttons.form_of(request, chosen, request.POST)
    if form is not None and not form.is_valid():
        return engagements.page(request, row, {verb: form})
    given = form.cleaned_data if form else {}
    back = reverse("engagement", args=[pk])
    return act(request, lambda: chosen.do(row, request, given), str(chosen.done), back=back)


@require_POST
@allow(*WORKS)
def scope(request: Request, pk: UUID) -> HttpResponse:
    """Put a line in the scope."""
    row = engagement_of(request, pk)
    form = ScopeForm(row, request.POST)
    if not form.is_valid():
        return engagements.page(request, row, {"scope": form})
    attempt(
        request,
        lambda: scopes.put_in_scope(engagement=row, by=request.actor, **form.said()),
        _("Put in. It must be signed anew."),
    )
    return _back(pk)


@require_POST
@allow(*WORKS)
def scope_out(request: Request, pk: UUID, line: UUID) -> HttpResponse:
    """Take a line out of the scope."""
    row = engagement_of(request, pk)
    chosen = found(row.scope.select_related("engagement"), line)
    attempt(
        request,
        lambda: scopes.take_out_of_scope(line=chosen, by=request.actor),
        _("Taken out. It must be signed anew."),
    )
    return _back(pk)


@require_POST
@allow(*WORKS, Role.SPOC)
def bring(request: Request, pk: UUID, paper: UUID) -> HttpResponse:
    """The signed paper comes back."""
    row = paper_of(request, pk, paper)
    if not buttons.parts_of(request, row.engagement):  # who only reads it in another role
        raise PermissionDenied
    form = SignedForm(request.POST, request.FILES)
    if not form.is_valid():
        return engagements.page(request, row.engagement, {f"signed {paper}": form})
    given = form.cleaned_data
    file = given.pop("file")
    attempt(
        request,
        lambda: authorisations.bring_back(authorisation=row, name=file.name, stream=file, by=request.actor, **given),
        _("Kept. Somebody else of the team compares it with the scope."),
    )
    return _back(pk)


@require_POST
@allow(*WORKS)
def check(request: Request, pk: UUID, paper: UUID) -> HttpResponse:
    """Paper and scope were compared."""
    row = paper_of(request, pk, paper)
    form = CheckForm(request.POST)
    if not form.is_valid():
        return engagements.page(request, row.engagement, {f"check {paper}": form})
    control = form.cleaned_data["control"]
    attempt(
        request,
        lambda: authorisations.check_paper(authorisation=row, control=control, by=request.actor),
        _("In force."),
    )
    return _back(pk)


@require_POST
@allow(*WORKS)
def refuse(request: Request, pk: UUID, paper: UUID) -> HttpResponse:
    """The paper is not what was agreed."""
    row = paper_of(request, pk, paper)
    form = BecauseForm(request.POST)
    because = form.cleaned_data["because"] if form.is_valid() else ""
    attempt(
        request,
        lambda: authorisations.refuse_paper(authorisation=row, because=because, by=request.actor),
        _("Refused. Make a new one."),
    )
    return _back(pk)


@require_POST
@allow(*WORKS)
def invite(request: Request, pk: UUID) -> HttpResponse:
    """Invite a tester."""
    row = engagement_of(request, pk)
    form = TesterForm(request.POST, auto_id="id_tester_%s")
    if not form.is_valid():
        return engagements.page(request, row, {"tester": form})
    attempt(
        request, lambda: testers.invite_tester(engagement=row, by=request.actor, **form.cleaned_data), _("Invited.")
    )
    return _back(pk)


@require_POST
@allow(*WORKS)
def away(request: Request, pk: UUID, tester: UUID) -> HttpResponse:
    """A tester works on it no longer."""
    row = engagement_of(request, pk)
    chosen = found(row.testers.select_related("engagement", "user"), tester)
    attempt(request, lambda: testers.send_away(tester=chosen, by=request.actor), _("Works on it no longer."))
    return _back(pk)


@require_POST
@allow(*ACTS)
def ask(request: Request, pk: UUID) -> HttpResponse:
    """May this target be touched? The answer is shown and kept."""
    row = engagement_of(request, pk)
    if not buttons.parts_of(request, row):
        raise PermissionDenied
    form: forms.Form = TargetForm(request.POST, auto_id="id_ask_%s")
    if not form.is_valid():
        return engagements.page(request, row, {"target": form})
    answer: Any = attempt(request, lambda: ask_target(engagement=row, by=request.actor, **form.cleaned_data))
    if answer is not None:
        words = f"{answer.target}: {REASONS[answer.reason]}"
        if answer.allowed:
            messages.success(request, _now("YES. %(words)s") % {"words": words})
        else:
            messages.error(request, _now("NO. %(words)s") % {"words": words})
    return HttpResponseRedirect(reverse("engagement", args=[pk]) + "#ask")
