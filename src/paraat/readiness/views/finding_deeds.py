"""What is done with findings: written, changed, shown by files, told, answered, tested again; and the patterns that become lessons."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.accounts.models import User
from paraat.alerts.views.acting import WATCHES, WORKS, act
from paraat.kernel.marking import Role
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.readiness import finding_patterns
from paraat.readiness.actions import findings as actions
from paraat.readiness.finding_forms import EvidenceForm, FindingForm
from paraat.readiness.views import engagements, findings
from paraat.readiness.views import finding_buttons as buttons
from paraat.readiness.views.findings import finding_of

WRITES = (*WORKS, Role.TESTER, Role.ASSESSOR)
"""Who may write one; of which engagement, audit or report, the source says."""


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Role.TESTER)
def new(request: Request, pk: UUID) -> HttpResponse:
    """A tester writes a finding of his engagement."""
    row = engagements.engagement_of(request, pk)
    form = FindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        author = cast("User", request.user)
        made = attempt(
            request,
            lambda: actions.draft_finding(engagement=row, author=author, by=request.actor, **form.cleaned_data),
            _("Saved. Nobody but the testers reads it yet."),
        )
        if made is not None:
            return HttpResponseRedirect(reverse("finding", args=[made.pk]))
    context = {"form": form, "engagement": row}
    return render(request, "readiness/findings/edit.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WRITES)
def edit(request: Request, pk: UUID) -> HttpResponse:
    """Change a draft."""
    row = finding_of(request, pk)
    if buttons.WRITER not in buttons.parts_of(request, row):
        raise PermissionDenied
    form = FindingForm(request.POST or None, initial={name: getattr(row, name) for name in FindingForm.base_fields})
    if request.method == "POST" and form.is_valid():
        deed = attempt(
            request, lambda: actions.change_finding(finding=row, by=request.actor, **form.cleaned_data), _("Saved.")
        )
        if deed is not None:
            return HttpResponseRedirect(reverse("finding", args=[pk]))
    context = {"form": form, "finding": row, "engagement": None}
    return render(request, "readiness/findings/edit.html", context, status=400 if form.errors else 200)


@require_POST
@allow(*WRITES, Role.SPOC)
def evidence(request: Request, pk: UUID) -> HttpResponse:
    """Add a file."""
    row = finding_of(request, pk)
    if not buttons.adds(row, buttons.parts_of(request, row)):
        raise PermissionDenied
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return findings.page(request, row, {"evidence": form})
    file = form.cleaned_data["file"]
    attempt(
        request,
        lambda: actions.add_finding_evidence(finding=row, name=file.name, stream=file, by=request.actor),
        _("Kept, under its digest."),
    )
    return HttpResponseRedirect(reverse("finding", args=[pk]))


@require_POST
@allow(*WRITES, Role.SPOC)
def deed(request: Request, pk: UUID, verb: str) -> HttpResponse:
    """One of the buttons: disclose, seen, fixed, accept, retest."""
    row, chosen = finding_of(request, pk), buttons.VERBS.get(verb)
    if chosen is None:
        raise Http404
    if chosen.who.isdisjoint(buttons.parts_of(request, row)):
        raise PermissionDenied
    form = buttons.form_of(chosen, request.POST)
    if form is not None and not form.is_valid():
        return findings.page(request, row, {verb: form})
    back = reverse("finding", args=[pk])
    return act(request, lambda: chosen.do(row, request, form), str(chosen.done), back=back)


# Patterns -------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*WATCHES)
def patterns(request: Request) -> HttpResponse:
    """What at least five organisations have: no names, no numbers of findings."""
    rows = [(one, finding_patterns.kind(one.pattern)) for one in finding_patterns.current()]
    context = {"patterns": rows, "least": finding_patterns.LEAST, "team": request.viewer.is_team}
    return render(request, "readiness/findings/patterns.html", context)


@require_POST
@allow(*WORKS)
def lesson(request: Request, pattern: str) -> HttpResponse:
    """A pattern becomes the draft of a lesson."""
    made = attempt(
        request,
        lambda: finding_patterns.as_lesson(pattern, by=request.actor),
        _("Drafted. Read it before it is released."),
    )
    return HttpResponseRedirect(reverse("lesson", args=[made.pk]) if made is not None else reverse("finding_patterns"))
