"""External audits, as the team gives them out: who carries one out, until when, and what of the constituent's own answers the auditor sees."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from paraat.accounts.models import User
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.readiness.actions import audits as actions
from paraat.readiness.assessment_forms import AuditorForm
from paraat.readiness.views.assessments import STEERS, WORKS, assessment_of, may_share, page


@require_POST
@allow(*WORKS)
def assign(request: Request, pk: UUID) -> HttpResponse:
    """Name its auditor."""
    row, form = assessment_of(request, pk), AuditorForm(request.POST)
    if not form.is_valid():
        return page(request, row, auditor_form=form)
    auditor = User.objects.get(pk=form.cleaned_data["auditor"])
    attempt(request, lambda: actions.assign_auditor(assessment=row, auditor=auditor, by=request.actor), _("The auditor is named."))  # fmt: skip
    return _back(pk)


@require_POST
@allow(*WORKS)
def end(request: Request, pk: UUID) -> HttpResponse:
    """Take it from its auditor."""
    row = assessment_of(request, pk)
    attempt(request, lambda: actions.end_assignment(assessment=row, by=request.actor), _("The auditor sees nothing of it from now on."))  # fmt: skip
    return _back(pk)


@require_POST
@allow(*STEERS)
def share(request: Request, pk: UUID) -> HttpResponse:
    """Let the auditor see what the constituent and its provider answered, before his own is submitted."""
    row = assessment_of(request, pk)
    if not may_share(request, row):
        raise Http404
    attempt(request, lambda: actions.share_answers(assessment=row, by=request.actor), _("The auditor sees your answers from now on."))  # fmt: skip
    return _back(pk)


def _back(pk: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("assessment", args=[pk]))
