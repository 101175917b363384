"""Programmes: the list, one programme with its ladder, budgets, waiting list and call-ups, and what is changed about it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paraat.kernel.errors import Invalid, ParaatError
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt, words_for
from paraat.platform.tables import Column, Filter, Table
from paraat.readiness import figures
from paraat.readiness.actions import programmes as actions
from paraat.readiness.actions.programmes_money import waiting
from paraat.readiness.models import Budget, Commitment, Participation, Programme, Step
from paraat.readiness.programme_forms import BudgetForm, ForWhomForm, ProgrammeForm, programme_initial
from paraat.readiness.programmes import LOOKS, STATES, STEPS, rules_in_words, rules_of, title
from paraat.registry.models import Organisation

SHOWN = 20
"""Of the waiting list on the page; the list has them all."""


@require_safe
@allow(*WATCHES)
def listing(request: Request) -> HttpResponseBase:
    """All programmes, with who takes part and this year's money."""
    real = Q(participations__exercise=False)
    year = moment.today().year
    states = {state: Count("participations", real & Q(participations__state=state)) for state in STATES}
    budgets = Prefetch("budgets", Budget.objects.filter(year=year), to_attr="now")
    table = Table(
        request,
        Programme.objects.annotate(**{f"n_{state}": count for state, count in states.items()}).prefetch_related(budgets),
        name="programmes",
        columns=[
            Column("title", _("Programme"), sort="key", value=title),
            Column("taking", _("Take part"), value=lambda row: row.n_going + row.n_done, number=True),
            Column("waiting", _("Waiting list"), value=lambda row: row.n_waiting, sort="n_waiting", number=True),
            Column("equivalent", _("Own equivalent"), value=lambda row: row.n_equivalent, sort="n_equivalent", number=True),
            Column("budget", _("Budget of the year"), value=lambda row: _money(row, "amount"), number=True),
            Column("committed", _("Committed"), value=lambda row: _money(row, "committed"), number=True),
            Column("paid", _("Paid"), value=lambda row: _money(row, "paid"), number=True),
            Column("closed_at", _("Closed"), sort="closed_at"),
        ],
        search=["key", "title"],
        filters=[Filter("open", _("Open"), [("yes", _("open")), ("no", _("closed"))], apply=_is_open)],
        order="title",
        empty=_("No programme yet."),
        hint=_("Open one, or import a history: its programmes are made with it."),
    )  # fmt: skip
    return table.answer("readiness/programmes/list.html", {"edits": _edits(request), "name": title, "year": year})


def _money(row: Any, name: str) -> float | None:
    return float(getattr(row.now[0], name)) if row.now else None


def _is_open(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(closed_at__isnull=value == "yes")


def _edits(request: Request) -> bool:
    return request.viewer.has(Role.COORDINATOR)


def programme_of(key: str) -> Programme:
    """The programme, or 404."""
    found: Programme | None = Programme.objects.filter(key=key).first()
    if found is None:
        raise Http404
    return found


# One programme --------------------------------------------------------------------------------------------------------------------
@require_safe
@allow(*WATCHES)
def one(request: Request, key: str) -> HttpResponse:
    """The ladder with its counts, the answers, the money, the waiting list and the call-ups."""
    programme = programme_of(key)
    rows = Participation.objects.visible_to(request.viewer).real().filter(programme=programme)
    steps = Step.objects.filter(participation__in=rows, undone_at=None).values_list("name")
    reached = dict(steps.annotate(n=Count("pk")).order_by())
    states = dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
    queue = waiting(programme)
    seen = figures.picture()
    context = {
        "programme": programme,
        "name": title(programme),
        "rules": rules_in_words(rules_of(programme)),
        "pays": rules_of(programme).pays,
        "ladder": [(name, word, reached.get(name, 0)) for name, word in STEPS.items()],
        "states": [(state, word, states.get(state, 0), LOOKS[state]) for state, word in STATES.items()],
        "answers": {part: len(ids) for part, ids in figures.answers_of(seen, key).items()},
        "denominator": len(seen.people),
        "day": seen.day,
        "budgets": [_bar(budget) for budget in programme.budgets.order_by("-year")],
        "queue": list(enumerate(queue[:SHOWN], start=1)),
        "more_waiting": max(len(queue) - SHOWN, 0),
        "call_ups": list(programme.callups.select_related("alert")[:SHOWN]),
        "works": request.viewer.has(*TEAM),
        "edits": _edits(request),
        "budget_form": BudgetForm(initial={"year": seen.day.year}, auto_id="budget_%s"),
        "answer_form": ForWhomForm(towns=_towns(), auto_id="answer_%s") if request.viewer.has(*TEAM) else None,
        "now": moment.now(),
    }
    return render(request, "readiness/programmes/one.html", context)


def _towns() -> list[tuple[Any, str]]:
    rows = Organisation.objects.real().constituents().as_of(moment.today()).order_by("name")
    return [(pk, f"{name} ({nis})" if nis else name) for pk, name, nis in rows.values_list("pk", "name", "nis")]


def _bar(budget: Budget) -> dict[str, Any]:
    free = budget.amount - budget.committed
    parts = [("known", budget.paid), ("waiting", budget.committed - budget.paid), ("calm", free)]
    return {"budget": budget, "free": free, "parts": parts}


@require_safe
@allow(*WATCHES)
def participations(request: Request, key: str) -> HttpResponseBase:
    """Who is in a programme, and how."""
    programme = programme_of(key)
    money = Prefetch("commitments", Commitment.objects.exclude(state="released"), to_attr="live")
    rows = Participation.objects.visible_to(request.viewer).filter(programme=programme)
    table = Table(
        request,
        rows.select_related("organisation").prefetch_related(money),
        name=f"programme-{key}",
        columns=[
            Column("name", _("Name"), sort="organisation__name", value=lambda row: row.organisation.name),
            Column("nis", _("NIS code"), sort="organisation__nis", value=lambda row: row.organisation.nis),
            Column("turn", _("Turn"), sort="turn", number=True),
            Column("state", _("State"), sort="state", value=lambda row: row.get_state_display()),
            Column("step", _("Furthest step"), value=lambda row: STEPS.get(row.step, "")),
            Column("amount", _("Committed, euro"), value=lambda row: _live(row, "amount"), number=True),
            Column("paid", _("Paid, euro"), value=lambda row: _live(row, "amount") if _live_state(row) == "paid" else None, number=True),
            Column("state_at", _("Since"), sort="state_at"),
            Column("why", _("Equivalent or reason"), value=lambda row: row.equivalent or row.because),
            Column("exercise", _("Exercise")),
        ],
        search=["organisation__name", "organisation__nis", "equivalent", "because"],
        filters=[
            Filter("state", _("State"), Participation.State.choices),
            Filter("reached", _("Reached the step"), Step.Name.choices, apply=_has_reached),
            Filter("step", _("Furthest step"), Step.Name.choices),
            Filter("exercise", _("World"), [("no", _("Reality")), ("yes", _("Exercise"))], apply=_in_world),
        ],
        order="name",
        empty=_("Nobody is in it yet."),
        hint=_("Call up those that do not take part, or record an answer on the page of the programme."),
    )  # fmt: skip
    context = {
        "programme": programme,
        "name": title(programme),
        "looks": LOOKS,
        "steps": STEPS,
        "live": _live,
        "live_state": _live_state,
    }
    return table.answer("readiness/programmes/participations.html", context)


def _live(row: Any, name: str) -> float | None:
    return float(getattr(row.live[0], name)) if row.live else None


def _live_state(row: Any) -> str:
    return str(row.live[0].state) if row.live else ""


def _has_reached(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(steps__name=value, steps__undone_at=None)


def _in_world(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(exercise=value == "yes")


# What is changed ------------------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@allow(Role.COORDINATOR)
def edit(request: Request, key: str = "") -> HttpResponse:
    """Open a programme, or change one."""
    programme = programme_of(key) if key else None
    initial = programme_initial(programme) if programme else None
    form = ProgrammeForm(request.POST or None, programme=programme, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = _saved(request, form, programme)
        if done is not None:
            return HttpResponseRedirect(reverse("programme", args=[done.key]))
    context = {"form": form, "programme": programme, "name": title(programme) if programme else ""}
    return render(request, "readiness/programmes/edit.html", context, status=400 if form.errors else 200)


def _saved(request: Request, form: ProgrammeForm, programme: Programme | None) -> Programme | None:
    """The programme, or what is wrong beside its field."""
    given = form.values()
    try:
        if programme is None:
            return actions.open_programme(by=request.actor, **given)
        return actions.revise_programme(programme=programme, by=request.actor, **given)
    except ParaatError as error:
        field = str(error.context.get("field", "")) if isinstance(error, Invalid) else ""
        form.add_error(field if field in form.fields else None, words_for(error))
        return None


@require_POST
@allow(Role.COORDINATOR)
def budget(request: Request, key: str) -> HttpResponse:
    """Set what a year may commit."""
    programme, form = programme_of(key), BudgetForm(request.POST)

    def deed() -> Budget:
        if not form.is_valid():
            raise Invalid("This is no amount in euro", field="amount")
        return actions.set_budget(programme=programme, by=request.actor, **form.cleaned_data)

    attempt(request, deed, _now("The budget is set."))
    return HttpResponseRedirect(f"{reverse('programme', args=[key])}#money")


@require_POST
@allow(Role.COORDINATOR)
def close(request: Request, key: str) -> HttpResponse:
    """No sign-ups any more."""
    programme = programme_of(key)
    attempt(request, lambda: actions.close_programme(programme=programme, by=request.actor), _now("It is closed."))
    return HttpResponseRedirect(reverse("programme", args=[key]))
