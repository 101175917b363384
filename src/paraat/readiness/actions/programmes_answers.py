"""What a constituent answers to the offer of a programme: sign up, has its own equivalent, not now; and withdrawing later."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.programmes_money import change, free_money, held, hold, move_up
from paraat.readiness.actions.programmes_steps import note_step
from paraat.readiness.actions.standing import refresh
from paraat.readiness.models import Participation, Programme, ProgrammeAnswer, Standing, Step
from paraat.readiness.programmes import rules_of
from paraat.readiness.rules import cofunding, rungs
from paraat.registry.models import Organisation

State = Participation.State
IN_IT = frozenset({State.GOING, State.WAITING, State.DONE})


@action
def sign_up(
    *,
    programme: Programme,
    organisation: Organisation,
    by: Actor,
    price: Decimal | None = None,
    on: date | None = None,
    turn: int = 1,
    exercise: bool = False,
) -> Participation:
    """Sign a constituent up. It goes at once when there is money for it and nobody waits before it; else it joins the waiting list.

    The rung `signed-up` is recorded either way. `price` is that of an offer, if there is one; `turn` 2 is an extra one, for who has carried out the
    first. Raises Conflict when it takes part already or the programme is closed, Invalid for a day, price or turn that cannot be.
    """
    row, now = hold(programme.pk), moment.now()
    _demand_open(row, organisation, turn, moment.day(now))
    rules = rules_of(row)
    needs = Decimal(0) if exercise else cofunding.to_set_aside(rules, price, turn)
    taking = _taking(row, organisation, turn, exercise, now)
    if taking.state in IN_IT:
        raise Conflict("It takes part already", programme=row.key)
    _note_sign_up(taking, on or moment.day(now), by, now)
    Participation.objects.filter(pk=taking.pk).update(
        needs=needs, price=price, maturity=_maturity(organisation), equivalent="", equivalent_until=None
    )
    _answer(taking, State.GOING, by, now)
    _place(row, taking, needs, by, now)
    detail = {"programme": row.key, "turn": turn, "state": taking.state, "needs": str(needs)}
    record("participation.signed_up", by=by, on=taking, organisation=organisation.pk, detail=detail)
    return taking


def _place(programme: Programme, taking: Participation, needs: Decimal, by: Actor, now: datetime) -> None:
    """Onto the ladder, or to the end of the waiting list, from which it moves up at once when there is room."""
    if not needs:
        change(taking, State.GOING, now)
        return
    change(taking, State.WAITING, now)
    move_up(programme, by=by, quiet=taking.pk)
    taking.refresh_from_db()


def _demand_open(programme: Programme, organisation: Organisation, turn: int, today: date) -> None:
    if programme.closed_at is not None:
        raise Conflict("This programme is closed")
    if not Organisation.objects.constituents().as_of(today).filter(pk=organisation.pk).exists():
        raise Invalid("Only a constituent that exists today can sign up", field="organisation")
    if turn not in {1, 2}:
        raise Invalid("There is a first turn and an extra one", field="turn")
    rules_of(programme).share_of(turn)
    if turn == 2 and not _has_carried_out(programme, organisation):
        raise Conflict("An extra turn comes after the first one is carried out")


def _has_carried_out(programme: Programme, organisation: Organisation) -> bool:
    done = [name for name in rungs.RUNGS if rungs.PLACE[name] >= rungs.PLACE[rungs.CARRIED_OUT]]
    steps = Step.objects.filter(
        name__in=done, undone_at=None, participation__turn=1, participation__programme=programme
    )
    return steps.filter(participation__organisation=organisation).exists()


def _note_sign_up(taking: Participation, day: date, by: Actor, now: datetime) -> None:
    """A rung that stands (of a history, or of an earlier time) stays as it is."""
    if not Step.objects.filter(participation=taking, name=Step.Name.SIGNED_UP, undone_at=None).exists():
        note_step(taking, Step.Name.SIGNED_UP, day, by=by, now=now)


def _maturity(organisation: Organisation) -> Decimal | None:
    """The score of its basics as it is at this moment, for the selection by maturity: what was answered a minute ago counts."""
    refresh([organisation.pk])
    found: Decimal | None = (
        Standing.objects.filter(organisation=organisation).values_list("basics_score", flat=True).first()
    )
    return found


# Answers that are no participation ------------------------------------------------------------------------------------------------
@action
def claim_equivalent(
    *,
    programme: Programme,
    organisation: Organisation,
    which: str,
    by: Actor,
    until: date | None = None,
    because: str = "",
    exercise: bool = False,
) -> Participation:
    """It has its own equivalent: `which`, and until when it counts. Raises Invalid without saying which or for a day that is past; Conflict when
    it takes part."""
    row, now = hold(programme.pk), moment.now()
    if not which.strip():
        raise Invalid("Say which", field="which")
    if until is not None and until < moment.day(now):
        raise Invalid("This day is past", field="until")
    taking = _outside(row, organisation, exercise, now)
    Participation.objects.filter(pk=taking.pk).update(equivalent=which.strip()[:300], equivalent_until=until)
    change(taking, State.EQUIVALENT, now, because)
    _answer(taking, State.EQUIVALENT, by, now, because=because, equivalent=which, until=until)
    detail = {"programme": row.key, "which": which[:300], "until": until}
    record("participation.equivalent", by=by, on=taking, organisation=organisation.pk, detail=detail)
    taking.refresh_from_db()
    return taking


@action
def decline(
    *, programme: Programme, organisation: Organisation, because: str, by: Actor, exercise: bool = False
) -> Participation:
    """Not now, because. Raises Invalid without a reason, Conflict when it takes part."""
    row, now = hold(programme.pk), moment.now()
    if not because.strip():
        raise Invalid("Say why", field="because")
    taking = _outside(row, organisation, exercise, now)
    change(taking, State.DECLINED, now, because.strip())
    _answer(taking, State.DECLINED, by, now, because=because)
    detail = {"programme": row.key, "because": because[:500]}
    record("participation.declined", by=by, on=taking, organisation=organisation.pk, detail=detail)
    return taking


@action
def withdraw(*, participation: Participation, because: str, by: Actor) -> Participation:
    """It takes part no longer; what was set aside comes free and who waits moves up. The rungs that it reached stay recorded.

    Raises Conflict when it does not take part or was paid, Invalid without a reason.
    """
    row, now = held(participation), moment.now()
    if not because.strip():
        raise Invalid("Say why", field="because")
    if row.state not in {State.GOING, State.WAITING}:
        raise Conflict("It does not take part")
    free_money(row, because, now)
    change(row, State.ENDED, now, because.strip())
    _answer(row, State.ENDED, by, now, because=because)
    detail = {"programme": row.programme.key, "because": because[:500]}
    record("participation.withdrew", by=by, on=row, organisation=row.organisation_id, detail=detail)
    move_up(row.programme, by=by)
    return row


def _outside(programme: Programme, organisation: Organisation, exercise: bool, now: datetime) -> Participation:
    if not Organisation.objects.constituents().filter(pk=organisation.pk).exists():
        raise Invalid("Only a constituent can answer", field="organisation")
    taking = _taking(programme, organisation, 1, exercise, now)
    if taking.state in IN_IT:
        raise Conflict("It takes part already: withdraw first", programme=programme.key)
    return taking


def _taking(
    programme: Programme, organisation: Organisation, turn: int, exercise: bool, now: datetime
) -> Participation:
    found, _new = Participation.objects.get_or_create(
        programme=programme,
        organisation=organisation,
        turn=turn,
        exercise=exercise,
        defaults={"state": State.SILENT, "state_at": now},
    )
    taking: Participation = found
    return taking


def _answer(
    taking: Participation,
    kind: str,
    by: Actor,
    now: datetime,
    because: str = "",
    equivalent: str = "",
    until: date | None = None,
) -> None:
    ProgrammeAnswer.objects.create(
        participation=taking,
        kind=kind,
        at=now,
        by=by.label[:200],
        because=because.strip()[:500],
        equivalent=equivalent.strip()[:300],
        until=until,
    )
