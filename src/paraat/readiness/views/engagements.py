"""Engagements: the list, one with everything that happened, its papers and its report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from paraat.alerts.views.acting import WATCHES, WORKS, found
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform import parts as live_parts
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import WORLD, Column, Filter, Table
from paraat.readiness import downloads, engagement_forms, engagement_papers
from paraat.readiness.actions.engagements import change_terms, plan_engagement
from paraat.readiness.engagement_forms import PlanForm, TermsForm, rows_for
from paraat.readiness.hacking_words import LOOKS, METHODS, NEXT, REASONS
from paraat.readiness.models import Authorisation, Engagement, Finding, TargetCheck
from paraat.readiness.views import engagement_buttons as buttons

READS = (*WATCHES, Role.SPOC, Role.TESTER)
"""Who opens pages of engagements; `visible_to` decides which."""
SHOWN_QUESTIONS = 10
NOTHING_WRONG: Mapping[str, forms.Form] = MappingProxyType({})


def topic(engagement: UUID) -> str:
    """The live topic of one engagement."""
    return f"engagement.{engagement}"


def engagement_of(request: Request, pk: UUID) -> Engagement:
    """The engagement, or 404: what one may not see does not exist."""
    row: Engagement = found(rows_for(request.viewer), pk)
    return row


# The list -------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponseBase:
    """Every engagement that the reader may see."""
    told = ~Q(findings__state=Finding.State.DRAFT)
    if request.viewer.has(Role.AUDITOR) and not request.viewer.is_team:  # who reads them later counts them later
        told &= Q(findings__audit_at__lte=Now())
    rows = rows_for(request.viewer).annotate(told=Count("findings", filter=told, distinct=True))
    table = Table(
        request,
        rows,
        name="engagements",
        columns=list(_columns()),
        search=["number", "title", "organisation__name"],
        filters=[Filter("state", _("State"), Engagement.State.choices), WORLD],
        order="-created_at",
        empty=_("No engagement is planned yet."),
        hint=_("An officer plans one; the constituent signs before anything is tested."),
    )
    return table.answer("readiness/engagements/list.html", {"looks": LOOKS, "plans": request.viewer.is_team})


def _columns() -> Iterator[Column]:
    yield Column("number", _("Number"), sort="number")
    yield Column("organisation", _("Constituent"), sort="organisation__name", value=lambda row: row.organisation.name)
    yield Column("title", _("Title"), sort="title")
    yield Column("state", _("State"), sort="state", value=lambda row: row.get_state_display())
    yield Column("starts_on", _("First day"), sort="starts_on")
    yield Column("ends_on", _("Last day"), sort="ends_on")
    yield Column("told", _("Findings told"), number=True)
    yield Column("created_at", _("Planned"), sort="created_at")


# One ------------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One engagement, live: a stop shows on every page that is open."""
    return page(request, engagement_of(request, pk))


@require_safe
@allow(*READS)
def parts(request: Request, pk: UUID) -> HttpResponse:
    """The parts of its page that changed."""
    row = engagement_of(request, pk)
    return live_parts.answer(request, _parts(request, row), title=row.number)


def page(request: Request, row: Engagement, wrong: Mapping[str, forms.Form] = NOTHING_WRONG) -> HttpResponse:
    """The page; `wrong`: forms that were filled in wrongly."""
    context = _context(request, row, wrong) | {
        "parts": _parts(request, row, wrong),
        "live_token": live_parts.token(request.viewer, topic(row.pk)),
        "topics": topic(row.pk),
    }
    return render(request, "readiness/engagements/one.html", context, status=400 if wrong else 200)


def _parts(request: Request, row: Engagement, wrong: Mapping[str, forms.Form] = NOTHING_WRONG) -> list[live_parts.Part]:
    """What changes under the eyes of whoever has it open: the state, what may be done, and who stopped."""
    context = {
        "engagement": row,
        "looks": LOOKS,
        "next": NEXT[row.state],
        "buttons": buttons.possible(request, row, wrong),
        "testers": _testers(row),
        "team": request.viewer.is_team,
        "is_tester": _is_tester(request, row),
    }
    return [
        live_parts.part(name, render_to_string(f"readiness/engagements/{name}.html", context, request))
        for name in ("alarm", "head", "stopped")
    ]


def _context(request: Request, row: Engagement, wrong: Mapping[str, forms.Form]) -> dict[str, Any]:
    team, changes = request.viewer.is_team, row.state in buttons.CHANGEABLE
    return {
        "engagement": row,
        "team": team,
        "own": _is_own(request, row),
        "methods": METHODS,
        "inside": [one for one in row.scope.select_related("provider") if not one.excluded],
        "excluded": [one for one in row.scope.all() if one.excluded],
        "lacks": engagement_papers.lacking(row) if team else [],
        "papers": [_paper(one, wrong) for one in row.authorisations.select_related("organisation")[:20]],
        "scope_form": (wrong.get("scope") or engagement_forms.ScopeForm(row)) if team and changes else None,
        "tester_form": (wrong.get("tester") or engagement_forms.TesterForm(auto_id="id_tester_%s")) if team and row.closed_at is None else None,
        "testers": _testers(row),
        "target_form": wrong.get("target") or engagement_forms.TargetForm(auto_id="id_ask_%s"),
        "questions": row.checks.all()[:SHOWN_QUESTIONS],
        "reasons": REASONS,
        "findings": _findings(request, row),
        "writes": _is_tester(request, row) and row.state in {"going", "stopped", "reporting"},
        "reports": row.state in {"reporting", "closed"},
    }  # fmt: skip


def _paper(paper: Authorisation, wrong: Mapping[str, forms.Form]) -> dict[str, Any]:
    """A paper with the forms that stand below it."""
    own = f"id_{paper.pk.hex[-6:]}_%s"
    return {
        "paper": paper,
        "signed": wrong.get(f"signed {paper.pk}")
        or engagement_forms.SignedForm(initial={"signed_on": moment.today()}, auto_id=own),
        "check": wrong.get(f"check {paper.pk}") or engagement_forms.CheckForm(auto_id=own),
        "because": engagement_forms.BecauseForm(auto_id=own),
    }


def _findings(request: Request, row: Engagement) -> list[Any]:
    from paraat.readiness.views.findings import shown

    return shown(Finding.objects.filter(engagement=row), request.viewer)


def _testers(row: Engagement) -> list[Any]:
    return list(row.testers.filter(until=None).select_related("user").order_by("user__name"))


def _is_tester(request: Request, row: Engagement) -> bool:
    return request.viewer.has(Role.TESTER) and row.testers.filter(user=request.viewer.user, until=None).exists()


def _is_own(request: Request, row: Engagement) -> bool:
    return request.viewer.has(Role.SPOC) and row.organisation_id in request.viewer.own


# Planning -------------------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def new(request: Request) -> HttpResponse:
    """Plan one."""
    form = PlanForm(request.POST or None, initial={"allowed": ["reading", "scanning", "web"]})
    if request.method == "POST" and form.is_valid():
        made = attempt(request, lambda: plan_engagement(by=request.actor, **form.cleaned_data), _("Planned."))
        if made is not None:
            return HttpResponseRedirect(reverse("engagement", args=[made.pk]))
    return render(request, "readiness/engagements/new.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow(*WORKS)
def terms(request: Request, pk: UUID) -> HttpResponse:
    """Change what is agreed; whatever was signed ends with it."""
    row = engagement_of(request, pk)
    form = TermsForm(request.POST or None, initial=engagement_forms.terms_initial(row))
    if request.method == "POST" and form.is_valid():
        deed = attempt(
            request, lambda: change_terms(engagement=row, by=request.actor, **form.cleaned_data), _("Saved.")
        )
        if deed is not None:
            return HttpResponseRedirect(reverse("engagement", args=[pk]))
    signed = row.authorisations.open().exists()
    context = {"form": form, "engagement": row, "signed": signed}
    return render(request, "readiness/engagements/terms.html", context, status=400 if form.errors else 200)


# Questions ------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def questions(request: Request, pk: UUID) -> HttpResponseBase:
    """Every question that was asked before a target was touched, with its answer."""
    row = engagement_of(request, pk)
    table = Table(
        request,
        TargetCheck.objects.filter(engagement=row),
        name=f"{row.number}-targets",
        columns=[
            Column("at", _("When"), sort="at"),
            Column("target", _("Target"), sort="target"),
            Column("allowed", _("Allowed"), sort="allowed"),
            Column("reason", _("Reason"), value=lambda one: str(REASONS.get(one.reason, one.reason))),
            Column("method", _("Method"), value=lambda one: str(METHODS.get(one.method, one.method))),
            Column("by", _("Asked by"), sort="by"),
        ],
        search=["target", "by"],
        filters=[Filter("allowed", _("Allowed"), [("True", _("yes")), ("False", _("no"))])],
        order="-at",
        empty=_("Nobody has asked about a target yet."),
    )
    return table.answer(
        "readiness/engagements/questions.html", {"engagement": row, "reasons": REASONS, "methods": METHODS}
    )


# Papers ---------------------------------------------------------------------------------------------------------------------------


def paper_of(request: Request, pk: UUID, paper: UUID) -> Authorisation:
    """A paper of an engagement that the reader may see; testers see what is agreed on its page, not who signed."""
    row: Authorisation = found(
        Authorisation.objects.select_related("engagement__organisation", "organisation").filter(
            engagement=engagement_of(request, pk)
        ),
        paper,
    )
    return row


@require_safe
@allow(*WATCHES, Role.SPOC)
def paper(request: Request, pk: UUID, paper: UUID) -> HttpResponse:
    """The authorisation to sign, as PDF/UA, in the administrative language of who signs."""
    row = paper_of(request, pk, paper)
    return _pdf(engagement_papers.authorisation(row), f"{row.engagement.number}-{row.version}")


@require_safe
@allow(*WATCHES, Role.SPOC)
def signed(request: Request, pk: UUID, paper: UUID) -> HttpResponseBase:
    """The paper as it came back, to save."""
    row = paper_of(request, pk, paper)
    if not row.signed_file:
        raise Http404
    return downloads.saved(row.signed_file, row.signed_name)


@require_safe
@allow(*READS)
def report(request: Request, pk: UUID, form: str) -> HttpResponse:
    """The report, with the findings that the reader may read: PDF/UA or JSON."""
    row = engagement_of(request, pk)
    if form == "pdf":
        return _pdf(engagement_papers.report(row, request.viewer), f"{row.number}-report")
    if form != "json":
        raise Http404
    answer = HttpResponse(engagement_papers.report_json(row, request.viewer), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{row.number}-report.json"'
    return answer


def _pdf(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
