"""The money of programmes: committed, released, paid, and the waiting list that moves up. Never above the budget.

Whoever changes money or a place holds the programme's row until the transaction ends: two sign-ups at once follow each other, and only one takes
the last euro. The check constraints of `Budget` say the same once more, whatever the code does.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F

from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.programmes_steps import note_step
from paraat.readiness.actions.programmes_telling import tell_moved_up
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Budget, Commitment, Participation, Programme, Step
from paraat.readiness.programmes import rules_of
from paraat.readiness.rules import cofunding
from paraat.registry.models import Organisation

State = Participation.State


def hold(programme: UUID) -> Programme:
    """The programme, held until the transaction ends."""
    found: Programme = Programme.objects.select_for_update(no_key=True).get(pk=programme)
    return found


def held(participation: Participation) -> Participation:
    """The participation as it is now, with its programme held."""
    programme = hold(participation.programme_id)
    row: Participation = Participation.objects.select_related("organisation").get(pk=participation.pk)
    row.programme = programme
    return row


def change(participation: Participation, state: str, now: datetime, because: str = "") -> None:
    """Write another state; the caller holds the programme."""
    waits = now if state == State.WAITING else None
    Participation.objects.filter(pk=participation.pk).update(
        state=state, state_at=now, because=because[:500], waiting_since=waits
    )
    participation.refresh_from_db(fields=["state", "state_at", "because", "waiting_since"])
    touch([participation.organisation_id])


# Commitments ----------------------------------------------------------------------------------------------------------------------
@action
def commit_price(*, participation: Participation, price: Decimal, by: Actor) -> Commitment:
    """Commit our part of the actual price, in place of what was set aside. What comes free moves others up.

    Raises Conflict when it does not take part, when it is paid, or when the year's budget has not enough; Invalid for no amount.
    """
    row, now = held(participation), moment.now()
    if row.state != State.GOING:
        raise Conflict("Only who takes part can have money committed")
    reckoned = cofunding.reckon(rules_of(row.programme), price, row.turn)
    commitment = _live(row)
    if commitment is not None and commitment.state == Commitment.State.PAID:
        raise Conflict("This has been paid")
    if row.exercise:
        raise Conflict("An exercise has no money")
    budget = _budget(commitment.budget_id) if commitment else _budget_of(row.programme, moment.day(now).year)
    if budget is None:
        raise Conflict("There is no budget for this year")
    more = reckoned.amount - (commitment.amount if commitment else Decimal(0))
    _take(budget, more)
    values = {"price": reckoned.price, "amount": reckoned.amount, "reckoned": reckoned.as_data()}
    if commitment is None:
        commitment = Commitment.objects.create(participation=row, budget=budget, at=now, **values)
    else:
        Commitment.objects.filter(pk=commitment.pk).update(**values)
        commitment.refresh_from_db()
    detail = {"programme": row.programme.key, "year": budget.year, **reckoned.as_data()}
    record("participation.committed", by=by, on=row, organisation=row.organisation_id, detail=detail)
    if more < 0:
        move_up(row.programme, by=by)
    return commitment


@action
def release_money(*, participation: Participation, because: str, by: Actor) -> Commitment:
    """Give back what is promised and not paid; who waits moves up. Raises Conflict when nothing is promised, Invalid without a reason."""
    row = held(participation)
    if not because.strip():
        raise Invalid("Say why", field="because")
    commitment = free_money(row, because, moment.now())
    if commitment is None:
        raise Conflict("Nothing is promised here")
    detail = {"programme": row.programme.key, "amount": str(commitment.amount), "because": because[:500]}
    record("participation.released", by=by, on=row, organisation=row.organisation_id, detail=detail)
    move_up(row.programme, by=by)
    return commitment


def free_money(participation: Participation, because: str, now: datetime) -> Commitment | None:
    """Release what is promised, if anything is; the caller holds the programme, records it and moves others up."""
    commitment = _live(participation)
    if commitment is None or commitment.state != Commitment.State.PROMISED:
        return None
    _take(_budget(commitment.budget_id), -commitment.amount)
    Commitment.objects.filter(pk=commitment.pk).update(
        state=Commitment.State.RELEASED, released_at=now, because=because.strip()[:500]
    )
    commitment.refresh_from_db()
    return commitment


@action
def pay(
    *, participation: Participation, by: Actor, on: date | None = None, amount: Decimal | None = None
) -> Commitment:
    """Pay what is committed, or less; the rest comes free. The rung `paid` is recorded with it.

    Raises Conflict when nothing is committed or when it would be more than that, Invalid for no amount or day.
    """
    row, now = held(participation), moment.now()
    day, commitment = on or moment.day(now), _live(row)
    if commitment is None or commitment.state != Commitment.State.PROMISED:
        raise Conflict("Nothing is committed that could be paid")
    paid = commitment.amount if amount is None else cofunding.euro(amount)
    if paid > commitment.amount:
        raise Conflict("More than what is committed cannot be paid", committed=str(commitment.amount))
    budget = _budget(commitment.budget_id)
    rest = commitment.amount - paid
    Budget.objects.filter(pk=budget.pk).update(committed=F("committed") - rest, paid=F("paid") + paid)
    note_step(row, Step.Name.PAID, day, by=by, now=now)
    kept = commitment.reckoned | {"promised": str(commitment.amount)}
    Commitment.objects.filter(pk=commitment.pk).update(
        state=Commitment.State.PAID, amount=paid, paid_on=day, reckoned=kept
    )
    change(row, State.DONE, now)
    commitment.refresh_from_db()
    detail = {"programme": row.programme.key, "amount": str(paid), "on": day, "rest": str(rest), "year": budget.year}
    record("participation.paid", by=by, on=row, organisation=row.organisation_id, detail=detail)
    if rest:
        move_up(row.programme, by=by)
    return commitment


def take_back(participation: Participation) -> None:
    """A payment was recorded by mistake: the money is committed again, not paid. The caller holds the programme and records it."""
    commitment = _live(participation)
    if commitment is None or commitment.state != Commitment.State.PAID:
        return
    Budget.objects.filter(pk=commitment.budget_id).update(paid=F("paid") - commitment.amount)
    Commitment.objects.filter(pk=commitment.pk).update(state=Commitment.State.PROMISED, paid_on=None)


def _live(participation: Participation) -> Commitment | None:
    found: Commitment | None = participation.commitments.exclude(state=Commitment.State.RELEASED).first()
    return found


def _budget(pk: UUID) -> Budget:
    found: Budget = Budget.objects.select_for_update().get(pk=pk)
    return found


def _budget_of(programme: Programme, year: int) -> Budget | None:
    found: Budget | None = Budget.objects.select_for_update().filter(programme=programme, year=year).first()
    return found


def _take(budget: Budget, more: Decimal) -> None:
    """Commit `more` of a budget (below zero: give back). Raises Conflict when there is not enough."""
    room = Budget.objects.filter(pk=budget.pk, amount__gte=F("committed") + more)
    if room.update(committed=F("committed") + more) != 1:
        free = budget.amount - budget.committed
        raise Conflict("The budget of this year has not enough left", year=budget.year, free=str(free), needs=str(more))


# The waiting list -----------------------------------------------------------------------------------------------------------------
def waiting(programme: Programme) -> list[Participation]:
    """Who waits, first one first, by the rule of the programme. Who does not exist any more keeps its row, gets no money and holds up nobody."""
    existing = Organisation.objects.as_of(moment.today()).values("pk")
    held = Participation.objects.filter(
        programme=programme, state=State.WAITING, exercise=False, organisation__in=existing
    )
    rows = {one.pk: one for one in held.select_related("organisation")}
    listed = [
        cofunding.Waiting(one.pk, one.waiting_since or one.state_at, one.needs or Decimal(0), one.maturity)
        for one in rows.values()
    ]
    return [rows[one.id] for one in cofunding.in_order(listed, rules_of(programme).selection)]


def move_up(programme: Programme, *, by: Actor, quiet: UUID | None = None) -> list[Participation]:
    """Give the year's free money to who waits, in order; who moved up. The caller holds the programme; `quiet` is who signs up just now."""
    now = moment.now()
    budget = _budget_of(programme, moment.day(now).year)
    if budget is None:
        return []
    rows = {one.pk: one for one in waiting(programme)}
    listed = [cofunding.Waiting(one.pk, now, one.needs or Decimal(0)) for one in rows.values()]
    moved = [rows[one.id] for one in cofunding.moving_up(listed, budget.amount - budget.committed)]
    for one in moved:
        _give(one, budget, now)
        if one.pk != quiet:
            detail = {"programme": programme.key, "amount": str(one.needs), "year": budget.year}
            record("participation.moved_up", by=by, on=one, organisation=one.organisation_id, detail=detail)
            tell_moved_up(programme, one, now)
    return moved


@action
def move_up_everywhere(*, by: Actor = SYSTEM) -> int:
    """Give the year's free money to whoever waits in any programme, as a new year brings it; how many moved up."""
    rows = Participation.objects.filter(state=State.WAITING, exercise=False)
    return sum(
        len(move_up(hold(key), by=by))
        for key in rows.order_by("programme").values_list("programme", flat=True).distinct()
    )


def _give(participation: Participation, budget: Budget, now: datetime) -> None:
    needs = participation.needs or Decimal(0)
    _take(budget, needs)
    rules = rules_of(budget.programme)
    reckoned = {"set_aside": str(needs)}
    if participation.price is not None:
        reckoned = cofunding.reckon(rules, participation.price, participation.turn).as_data()
    Commitment.objects.create(
        participation=participation, budget=budget, price=participation.price, amount=needs, reckoned=reckoned, at=now
    )
    change(participation, State.GOING, now)
