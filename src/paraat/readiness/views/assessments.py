"""The list of assessments, one of them, and what is decided about it: opened, submitted, reopened, closed, due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import F
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts.views.acting import found
from paraat.kernel.marking import WATCHES, Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.jinja import in_language
from paraat.platform.pages import attempt
from paraat.platform.tables import WORLD, Column, Filter, Table
from paraat.readiness import assessing, scoring_words
from paraat.readiness import assessment_words as words
from paraat.readiness.actions import assessments as actions
from paraat.readiness.assessment_forms import AuditorForm, BecauseForm, DueForm
from paraat.readiness.models import Assessment, Framework
from paraat.readiness.rules import assessments as rules

READS = (*WATCHES, Role.SPOC, Role.PROVIDER, Role.ASSESSOR)
"""Who opens these pages; `visible_to` decides which assessments."""
ANSWERS = (Role.SPOC, Role.PROVIDER, Role.ASSESSOR)
"""Who may have one to answer."""
STEERS = (Role.DUTY_OFFICER, Role.COORDINATOR, Role.SPOC)
"""Who reopens one or moves its due day: the team any, a SPOC its own self-assessment."""
WORKS = (Role.DUTY_OFFICER, Role.COORDINATOR)


# The list -------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def listing(request: Request) -> HttpResponseBase:
    """Every assessment that the reader may know of."""
    table = Table(
        request,
        assessing.seen(request.viewer),
        name="assessments",
        columns=list(_columns(request)),
        search=["number", "organisation__name", "author__name"],
        filters=[
            Filter("kind", _("Kind"), Assessment.Kind.choices),
            Filter("state", _("State"), Assessment.State.choices),
            Filter("framework", _("Framework"), _frameworks(), lookup="edition__framework__key"),
            Filter("late", _("Due"), [("yes", _("overdue"))], apply=_late),
            Filter(
                "unclear",
                _("Could not be judged"),
                [("yes", _("some")), ("no", _("none"))],
                apply=partial(_unclear, request),
            ),
            WORLD,
        ],
        order="-opened_at",
        empty=_("No assessment was begun yet."),
        hint=_("Begin one: it holds every question of the list, and saves while you answer."),
    )
    context = {"words": words, "today": moment.today(), "begins": begins(request), "together": together(request)}
    return table.answer("readiness/assessments/list.html", context)


def _columns(request: Request) -> Iterator[Column]:
    yield Column("number", _("Number"), sort="number")
    yield Column("organisation", _("Organisation"), sort="organisation__name", value=lambda row: row.organisation.name)
    yield Column("edition", _("Framework"), value=words.titled, sort="edition__framework__key")
    yield Column("kind", _("Kind"), sort="kind", value=lambda row: row.get_kind_display())
    yield Column("state", _("State"), sort="state", value=lambda row: row.get_state_display())
    yield Column("answered", _("Answered"), sort="answered", value=lambda row: f"{row.answered}/{row.asked}")
    yield Column(
        "unclear",
        _("Could not be judged"),
        value=lambda row: _read(request, row, row.untestable + row.errors),
        number=True,
    )
    yield Column("score", _("Score"), value=lambda row: score(request, row), number=True)
    yield Column("due_on", _("Due on"), sort="due_on")
    if request.GET.get("format"):
        yield Column("author", _("Written by"), value=lambda row: row.author.name if row.author else "")
        yield Column(
            "untestable", _("Could not be tested"), value=lambda row: _read(request, row, row.untestable), number=True
        )
        yield Column("errors", _("The test failed"), value=lambda row: _read(request, row, row.errors), number=True)
        yield Column("opened_at", _("Opened"))
        yield Column("submitted_at", _("Submitted"))
        yield Column("exercise", _("Exercise"))


def score(request: Request, row: Assessment) -> str:
    """The frozen score, where the reader may read the answers."""
    total = row.result.get("total")
    return "" if total is None else str(_read(request, row, total))


def _read(request: Request, row: Assessment, figure: Any) -> Any:
    """A figure that says something of the answers, for who may read them; else nothing."""
    return figure if rules.reads_answers(request.viewer, assessing.whose(row)) else ""


def _frameworks() -> list[tuple[str, str]]:
    return [(one.key, in_language(one.title) or one.key) for one in Framework.objects.only("key", "title")]


def _late(rows: Any, value: str) -> Any:  # noqa: ARG001  # there is one choice
    return rows.filter(state=Assessment.State.OPEN, due_on__lt=moment.today())


def _unclear(request: Request, rows: Any, value: str) -> Any:
    """Which audits could not judge something is not told of one that goes on, but to the house and its auditor."""
    if not request.viewer.has(*WATCHES, Role.ASSESSOR):
        rows = rows.exclude(kind=rules.EXTERNAL, state=Assessment.State.OPEN)
    rows = rows.annotate(unclear=F("untestable") + F("errors"))
    return rows.filter(unclear__gt=0) if value == "yes" else rows.filter(unclear=0)


def begins(request: Request) -> bool:
    """Whether the reader may begin one."""
    return request.viewer.has(*WORKS, Role.SPOC, Role.PROVIDER)


def together(request: Request) -> list[Assessment]:
    """For a provider: one of each set that it answers for its customers together."""
    if not request.viewer.has(Role.PROVIDER):
        return []
    rows = assessing.seen(request.viewer).filter(kind=rules.PROVIDER, state="open", author__in=request.viewer.own)
    return list(rows.order_by("author_id", "edition_id", "-opened_at").distinct("author_id", "edition_id"))


# One of them ----------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """How far it is, page by page, its result, and what may be done with it."""
    return page(request, assessment_of(request, pk))


def assessment_of(request: Request, pk: UUID) -> Assessment:
    """The assessment, or 404: what one may not know of does not exist."""
    row: Assessment = found(assessing.seen(request.viewer), pk)
    return row


def page(request: Request, row: Assessment, **wrong: forms.Form) -> HttpResponse:
    """The page; `wrong`: a form that was filled in wrongly."""
    viewer, whose = request.viewer, assessing.whose(row)
    reads = rules.reads_answers(viewer, whose)
    parts = assessing.parts(row) if reads else []
    counts = {status: sum(part.counts.get(status, 0) for part in parts) for status in words.COUNTED}
    context = {
        "row": row,
        "words": words,
        "scoring": scoring_words,
        "parts": parts,
        "counts": counts,
        "reads": reads,
        "answers": assessing.answers_it(viewer, row),
        "submits": assessing.answers_it(viewer, row),
        "steers": rules.steers(viewer, whose),
        "works": viewer.has(*WORKS),
        "shares": may_share(request, row),
        "auditing": rules.is_auditor(viewer, whose),
        "before": assessing.before(viewer, row) if reads else None,
        "today": moment.today(),
        "due_form": DueForm(initial={"due_on": row.due_on}),
        "because_form": BecauseForm(auto_id="because_%s"),
        "close_form": BecauseForm(auto_id="close_%s"),
        "auditor_form": AuditorForm() if row.kind == rules.EXTERNAL and viewer.has(*WORKS) else None,
    }
    return render(request, "readiness/assessments/one.html", context | wrong, status=400 if wrong else 200)


def may_share(request: Request, row: Assessment) -> bool:
    """Whether the reader may let the auditor see the constituent's own answers: the constituent itself, or the team."""
    own = request.viewer.has(Role.SPOC) and row.organisation_id in request.viewer.own
    going = row.state == Assessment.State.OPEN and row.shared_at is None
    return row.kind == rules.EXTERNAL and going and (own or request.viewer.has(*WORKS))


# What is decided ------------------------------------------------------------------------------------------------------------------


def _decided(
    request: Request, pk: UUID, may: Callable[[Assessment], bool], deed: Callable[[Assessment], Any], said: Any
) -> HttpResponse:
    """Do it where the reader may, else 404; then back to the page."""
    row = assessment_of(request, pk)
    if not may(row):
        raise Http404
    attempt(request, lambda: deed(row), said)
    return HttpResponseRedirect(reverse("assessment", args=[pk]))


@require_POST
@allow(*ANSWERS)
def submit(request: Request, pk: UUID) -> HttpResponse:
    """Freeze the result."""
    return _decided(
        request,
        pk,
        lambda row: rules.answers(request.viewer, assessing.whose(row)),
        lambda row: actions.submit_assessment(assessment=row, by=request.actor),
        _("It is submitted; the result is frozen."),
    )


@require_POST
@allow(*STEERS)
def reopen(request: Request, pk: UUID) -> HttpResponse:
    """Open it again, with a reason."""
    because = request.POST.get("because", "")
    return _decided(
        request,
        pk,
        lambda row: rules.steers(request.viewer, assessing.whose(row)),
        lambda row: actions.reopen_assessment(assessment=row, by=request.actor, because=because),
        _("It is open again; what was frozen is kept."),
    )


@require_POST
@allow(*WORKS)
def close(request: Request, pk: UUID) -> HttpResponse:
    """Close it for good."""
    because = request.POST.get("because", "")
    return _decided(
        request,
        pk,
        lambda _row: True,
        lambda row: actions.close_assessment(assessment=row, by=request.actor, because=because),
        _("It is closed."),
    )


@require_POST
@allow(*STEERS)
def due(request: Request, pk: UUID) -> HttpResponse:
    """Another due day."""
    form = DueForm(request.POST)
    row = assessment_of(request, pk)
    if not rules.steers(request.viewer, assessing.whose(row)):
        raise Http404
    if not form.is_valid():
        return page(request, row, due_form=form)
    day = form.cleaned_data["due_on"]
    attempt(request, lambda: actions.set_due(assessment=row, due_on=day, by=request.actor), _("The due day is set."))
    return HttpResponseRedirect(reverse("assessment", args=[pk]))
