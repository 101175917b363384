"""One participation: its steps, money and papers; what the team records, and what a SPOC may do for its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_POST, require_safe

from paraat.alerts.views.acting import found
from paraat.kernel.errors import Invalid
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform import files, moment
from paraat.platform.guard import Request, allow
from paraat.platform.pages import attempt
from paraat.readiness.actions import programmes_answers, programmes_money, programmes_steps, programmes_undoing
from paraat.readiness.downloads import saved
from paraat.readiness.models import Participation, ProgrammePaper, Step
from paraat.readiness.programme_forms import BY_HAND, BecauseForm, PaperForm, PayForm, PriceForm, StepForm, because
from paraat.readiness.programmes import LOOKS, STEPS, rules_in_words, rules_of, title
from paraat.readiness.rules import rungs

READS = (*WATCHES, Role.SPOC)
WRITES = (*TEAM, Role.SPOC)


def participation_of(request: Request, pk: UUID) -> Participation:
    """The participation, or 404: what one may not see does not exist."""
    rows = Participation.objects.visible_to(request.viewer).select_related("organisation", "programme")
    row: Participation = found(rows, pk)
    return row


@require_safe
@allow(*READS)
def one(request: Request, pk: UUID) -> HttpResponse:
    """The page."""
    row, today = participation_of(request, pk), moment.today()
    steps = list(row.steps.all())
    standing = {step.name: step for step in steps if step.undone_at is None}
    commitment = row.commitments.exclude(state="released").select_related("budget").first()
    works = request.viewer.has(*TEAM)
    free = [name for name in BY_HAND if name not in standing and name != rungs.INVITED]
    following = rungs.following(row.step)
    context = {
        "row": row,
        "name": title(row.programme),
        "rules": rules_in_words(rules_of(row.programme)),
        "pays": rules_of(row.programme).pays,
        "ladder": [(name, word, standing.get(name)) for name, word in STEPS.items()],
        "undone": [step for step in steps if step.undone_at is not None],
        "words": STEPS,
        "commitment": commitment,
        "released": list(row.commitments.filter(state="released").select_related("budget")),
        "papers": list(row.papers.order_by("-added_at")),
        "answers": list(row.answers.order_by("-at")),
        "looks": LOOKS,
        "works": works,
        "writes": works or _is_own(request, row),
        "step_form": StepForm(names=free, today=today, auto_id="step_%s", initial={"name": following})
        if free
        else None,
        "price_form": PriceForm(auto_id="price_%s", initial={"price": row.price}),
        "pay_form": PayForm(auto_id="pay_%s", initial={"amount": commitment.amount, "on": today})
        if commitment
        else None,
        "paper_form": PaperForm(auto_id="paper_%s", initial={"kind": row.step}),
        "because": because,
        "now": moment.now(),
    }
    return render(request, "readiness/programmes/participation.html", context)


def _is_own(request: Request, row: Participation) -> bool:
    return request.viewer.has(Role.SPOC) and row.organisation_id in request.viewer.own


def _for_writing(request: Request, pk: UUID) -> Participation:
    """The participation for the team and its own SPOC; else 404: who reads it in another role does not write in it."""
    row = participation_of(request, pk)
    if not (request.viewer.has(*TEAM) or _is_own(request, row)):
        raise Http404
    return row


def _back(pk: UUID, part: str = "") -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('participation', args=[pk])}{'#' + part if part else ''}")


def checked(form: forms.Form) -> dict[str, Any]:
    """What a form holds; Invalid, naming its first wrong field."""
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise Invalid(str(errors[0]), field=name)
    return dict(form.cleaned_data)


# The team -------------------------------------------------------------------------------------------------------------------------
@require_POST
@allow(*TEAM)
def step(request: Request, pk: UUID) -> HttpResponse:
    """Record a rung."""
    row, form = participation_of(request, pk), StepForm(request.POST, names=BY_HAND, today=moment.today())
    attempt(
        request,
        lambda: programmes_steps.record_step(participation=row, by=request.actor, **checked(form)),
        _now("Recorded."),
    )
    return _back(pk, "ladder")


@require_POST
@allow(*TEAM)
def undo(request: Request, pk: UUID, step: UUID) -> HttpResponse:
    """Undo a rung that was recorded by mistake."""
    row = participation_of(request, pk)
    wrong: Step = found(row.steps.select_related("participation"), step)
    attempt(
        request,
        lambda: programmes_undoing.undo_step(step=wrong, by=request.actor, **checked(BecauseForm(request.POST))),
        _now("Undone. It stays in the history and counts nowhere."),
    )
    return _back(pk, "ladder")


@require_POST
@allow(*TEAM)
def money(request: Request, pk: UUID, deed: str) -> HttpResponse:
    """Commit the actual price, pay, or release."""
    row = participation_of(request, pk)
    if deed in _MONEY:
        act, form, said = _MONEY[deed]
        attempt(request, lambda: act(participation=row, by=request.actor, **checked(form(request.POST))), _now(said))
    return _back(pk, "money")


_MONEY: dict[str, tuple[Callable[..., Any], type[forms.Form], str]] = {
    "commit": (programmes_money.commit_price, PriceForm, "Committed."),
    "pay": (programmes_money.pay, PayForm, "Paid."),
    "release": (programmes_money.release_money, BecauseForm, "Released."),
}


# The team, and a SPOC for its own ---------------------------------------------------------------------------------------------------
@require_POST
@allow(*WRITES)
def withdraw(request: Request, pk: UUID) -> HttpResponse:
    """It takes part no longer."""
    row = _for_writing(request, pk)
    attempt(
        request,
        lambda: programmes_answers.withdraw(participation=row, by=request.actor, **checked(BecauseForm(request.POST))),
        _now("Withdrawn."),
    )
    return _back(pk)


@require_POST
@allow(*WRITES)
def paper(request: Request, pk: UUID) -> HttpResponse:
    """Keep a document of a step."""
    row = _for_writing(request, pk)

    def deed() -> ProgrammePaper:
        given = checked(PaperForm(request.POST, request.FILES))
        kept = files.store(given["file"])
        return programmes_steps.add_paper(
            participation=row, kind=given["kind"], name=given["file"].name, kept=kept, by=request.actor
        )

    attempt(request, deed, _now("The document is kept."))
    return _back(pk, "papers")


@require_safe
@allow(*READS)
def download(request: Request, pk: UUID, paper: UUID) -> HttpResponseBase:
    """A document, to save; never shown by the browser itself."""
    row = participation_of(request, pk)
    kept: ProgrammePaper = found(row.papers.all(), paper)
    return saved(kept.file, kept.name)
