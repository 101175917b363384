"""Statutory clocks on screen: everything that is due, one clock, and what the organisation (or an officer for it) decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts.views.acting import WATCHES, WORKS, found
from paraat.incidents import regimes
from paraat.incidents.actions.clocks import confirm_recipient, decide_clock, record_fact, start_clock
from paraat.incidents.clock_forms import DutyForm, FactForm, NoDutyForm, RecipientForm, StartForm
from paraat.incidents.clocks import due_lines, regime_of, step_title, words
from paraat.incidents.models import Case, Clock, ClockStep, OrganisationRegime
from paraat.incidents.rules import clocks as rules
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.platform.tables import Column, Filter, Table

SEES = (*WATCHES, Role.SPOC)
ACTS = (*WORKS, Role.SPOC)
"""A SPOC decides for its own organisation, an officer on its behalf: `said_by` says who there did."""
AHEAD = 24 * 40
"""Hours: a SPOC sees what is due within these on its own page, a month's report included."""


@require_safe
@allow(*SEES)
def listing(request: Request) -> HttpResponseBase:
    """Every step of every clock, what is open by its moment, worst first."""
    now = moment.now()
    table = Table(
        request,
        ClockStep.objects.shown_to(request.viewer).select_related("clock__case", "organisation"),
        name="deadlines",
        columns=[
            Column("due", gettext_lazy("Due"), value=lambda row: row.due_at, sort="due_at"),
            Column("step", gettext_lazy("Step"), value=step_title),
            Column("organisation", gettext_lazy("Organisation"), sort="organisation__name", value=lambda row: row.organisation.name),
            Column("case", gettext_lazy("Case"), sort="clock__case__number", value=_number),
            Column("recipient", gettext_lazy("To"), value=lambda row: row.recipient or row.clock.recipient),
            Column("state", gettext_lazy("State"), value=lambda row: look(row, now)[1]),
        ],
        search=["organisation__name", "clock__case__number", "clock__regime", "article"],
        filters=[
            Filter("which", gettext_lazy("Which"), WHICH, apply=_which),
            Filter("regime", gettext_lazy("Regime"), [(key, key) for key in sorted(regimes.all_versions())], lookup="clock__regime"),
            Filter("world", gettext_lazy("World"), WORLDS, apply=lambda rows, value: rows.filter(exercise=value == "exercise")),
        ],
        order="due",
        empty=gettext_lazy("No statutory deadline runs."),
        hint=gettext_lazy("A clock is proposed when a case is opened for an organisation that is under its regime."),
    )  # fmt: skip
    if "which" not in table.chosen and not request.GET.get("which") and "q" not in table.chosen:
        table.rows = table.rows.open()  # type: ignore[attr-defined]  # what is over is a filter away
    return table.answer("incidents/clocks.html", {"now": now, "look": look, "title_of": step_title})


WHICH = [
    ("open", gettext_lazy("Open")),
    ("overdue", gettext_lazy("Overdue")),
    ("undecided", gettext_lazy("The organisation has not decided")),
    ("submitted", gettext_lazy("Submitted")),
]
WORLDS = [("real", gettext_lazy("Reality")), ("exercise", gettext_lazy("Exercise"))]


def _which(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "submitted":
        return rows.filter(submitted_at__isnull=False)
    rows = rows.open()  # type: ignore[attr-defined]
    if value == "overdue":
        return rows.filter(due_at__lt=moment.now())
    return rows.filter(clock__state=Clock.State.PROPOSED) if value == "undecided" else rows


def _number(step: Any) -> str:
    return step.clock.case.number if step.clock.case else ""


def look(step: Any, now: Any) -> tuple[str, str]:
    """How a step stands: the colour of `ui.state`, and its words."""
    if step.submitted_at:
        late = step.due_at and step.submitted_at > step.due_at
        return ("waiting", _("Submitted late")) if late else ("known", _("Submitted"))
    if step.waived_at:
        return "none", _("Not needed")
    if step.clock.state == Clock.State.NO_DUTY:
        return "none", _("No duty")
    if step.due_at and step.due_at < now:
        return "silent", _("Overdue")
    if step.clock.state == Clock.State.PROPOSED:
        return "waiting", _("To be decided")
    return ("waiting", _("Runs")) if step.due_at else ("calm", _("Waits for a fact"))


# One clock -------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*SEES)
def one(request: Request, pk: UUID) -> HttpResponse:
    """One clock: facts, steps, recipient, and what can be decided now."""
    clock = clock_of(request, pk)
    regime, now = regime_of(clock), moment.now()
    facts = list(clock.facts.order_by("recorded_at"))
    known = [fact.name for fact in facts]
    steps = list(clock.steps.select_related("clock").order_by("position"))
    may = acts(request.viewer, clock)
    fact_form = FactForm(regime, known)
    context = {
        "clock": clock,
        "regime": regime,
        "title": words(regime.title),
        "facts": [(words(regime.facts[fact.name]), fact) for fact in facts],
        "steps": [(step, *look(step, now), _later(step), _note(step)) for step in steps],
        "title_of": step_title,
        "acts": may,
        "now": now,
        "duty": DutyForm(trigger_known=regime.trigger in known),
        "no_duty": NoDutyForm(),
        "recipient": RecipientForm(initial={"recipient": clock.recipient}),
        "fact": fact_form if fact_form.fields["name"].choices else None,  # type: ignore[attr-defined]
    }
    return render(request, "incidents/clock.html", context)


def _later(step: ClockStep) -> Any:
    """What Regulation 1182/71 may allow: shown beside, never counted on."""
    law = regime_of(step.clock).step(step.key)
    if law is None or law.duration is None or step.starts_at is None or step.submitted_at:
        return None
    return rules.perhaps_later(step.starts_at, law.duration)


def _note(step: ClockStep) -> str:
    law = regime_of(step.clock).step(step.key)
    return words(law.note) if law and law.note else ""


def clock_of(request: Request, pk: UUID, *, to_act: bool = False) -> Clock:
    """A clock that one may see, or act upon; else 404."""
    rows = Clock.objects.shown_to(request.viewer).select_related("case", "organisation")
    if to_act and not request.viewer.is_team:
        rows = rows.filter(organisation__in=request.viewer.own)
    clock: Clock = found(rows, pk)
    return clock


def acts(viewer: Viewer, clock: Clock) -> bool:
    """Whether this viewer decides and submits: the team on its behalf, the organisation's own SPOC."""
    return viewer.is_team or (viewer.has(Role.SPOC) and clock.organisation_id in viewer.own)


@require_POST
@allow(*ACTS)
def decide(request: Request, pk: UUID) -> HttpResponse:
    """The duty exists."""
    clock = clock_of(request, pk, to_act=True)
    known = clock.facts.filter(name=regime_of(clock).trigger).exists()
    deed = lambda said: decide_clock(clock=clock, exists=True, by=request.actor, **said)  # noqa: E731
    return _posted(request, clock, DutyForm(request.POST, trigger_known=known), deed, _("The clock runs."))


@require_POST
@allow(*ACTS)
def no_duty(request: Request, pk: UUID) -> HttpResponse:
    """There is no duty."""
    clock = clock_of(request, pk, to_act=True)
    deed = lambda said: decide_clock(clock=clock, exists=False, by=request.actor, **said)  # noqa: E731
    return _posted(request, clock, NoDutyForm(request.POST), deed, _("No duty. The reason is kept."))


@require_POST
@allow(*ACTS)
def recipient(request: Request, pk: UUID) -> HttpResponse:
    """Confirm to whom it goes."""
    clock = clock_of(request, pk, to_act=True)
    deed = lambda said: confirm_recipient(clock=clock, by=request.actor, **said)  # noqa: E731
    return _posted(request, clock, RecipientForm(request.POST), deed, _("The recipient is confirmed."))


@require_POST
@allow(*ACTS)
def fact(request: Request, pk: UUID) -> HttpResponse:
    """Record a fact."""
    clock = clock_of(request, pk, to_act=True)
    form = FactForm(regime_of(clock), [], request.POST)
    deed = lambda said: record_fact(clock=clock, by=request.actor, **said)  # noqa: E731
    return _posted(request, clock, form, deed, _("Recorded. It never moves."))


def _posted(
    request: Request, clock: Clock, form: forms.Form, deed: Callable[[dict[str, Any]], Any], said: str
) -> HttpResponse:
    """Do what a valid form says; what is wrong with it is told on the clock's page."""
    if form.is_valid():
        attempt(request, lambda: deed(form.cleaned_data), said)
    else:
        tell_wrong(request, form)
    return HttpResponseRedirect(reverse("clock", args=[clock.pk]))


def tell_wrong(request: Request, form: forms.Form) -> None:
    """Say on the next page what was wrong with a form."""
    from django.contrib import messages

    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(str(error) for error in errors)}")


# On other pages --------------------------------------------------------------------------------------------------------------------


def case_panel(viewer: Viewer, case: Case) -> str | None:
    """The clocks of a case, with the next moments; and that nothing is on file about its victim's regimes."""
    if not viewer.has(*SEES):
        return None
    now = moment.now()
    clocks = list(Clock.objects.shown_to(viewer).filter(case=case).order_by("proposed_at", "pk"))
    steps: dict[UUID, list[Any]] = {clock.pk: [] for clock in clocks}
    for step in ClockStep.objects.filter(clock__in=clocks).select_related("clock").order_by("position"):
        steps[step.clock_id].append((step, step_title(step), *look(step, now)))
    hint = viewer.is_team and not OrganisationRegime.objects.filter(organisation=case.organisation_id).exists()
    context = {
        "case": case,
        "now": now,
        "rows": [(clock, words(regime_of(clock).title), steps[clock.pk]) for clock in clocks],
        "hint": hint,
        "works": viewer.is_team,
        "start": StartForm([clock.regime for clock in clocks], auto_id="clock_%s"),
    }
    return SafeString(render_to_string("incidents/_clocks.html", context))


def portal_panel(viewer: Viewer) -> str | None:
    """What the organisations of a SPOC have to decide or submit, on their own page."""
    own = Viewer(viewer.user, frozenset({Role.SPOC}), viewer.own) if viewer.has(Role.SPOC) else None
    lines = due_lines(own, within_hours=AHEAD) if own and own.own else []
    if not lines:
        return None
    return SafeString(render_to_string("incidents/_deadlines.html", {"lines": lines, "now": moment.now()}))


@require_POST
@allow(*WORKS)
def start(request: Request, pk: UUID) -> HttpResponse:
    """Propose one more clock for a case."""
    case: Case = found(Case.objects.visible_to(request.viewer), pk)
    form = StartForm([], request.POST)
    if form.is_valid():
        key = form.cleaned_data["regime"]
        attempt(request, lambda: start_clock(case=case, regime=key, by=request.actor), _("The clock is proposed."))
    else:
        tell_wrong(request, form)
    return HttpResponseRedirect(f"{reverse('case', args=[case.pk])}#clocks")
