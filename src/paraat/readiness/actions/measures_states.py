"""What happens to a measure: begun, said to be done, verified by another person, dropped with a reason, opened again, undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from paraat.accounts.models import ApiToken, Membership
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.measures import change_of, plan_measure
from paraat.readiness.actions.measures_reminders import replan
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Measure, MeasureChange
from paraat.readiness.rules import measures as rules

SAID = ("done_at", "done_by", "done_by_id", "verified_at", "verified_by", "ended_because")
"""What a state says besides itself; kept with every change, so that it can be undone."""
NOBODY: dict[str, Any] = {
    "done_at": None,
    "done_by": "",
    "done_by_id": None,
    "verified_at": None,
    "verified_by": "",
    "ended_because": "",
}

NAMES = {
    "begin": "begun",
    "done": "done",
    "verify": "verified",
    "refuse": "refused",
    "drop": "dropped",
    "reopen": "reopened",
}
"""Per deed how history and journal call it."""
QUIET = ("planned", "changed", "muted", "unmuted", "evidence", "supplier")
"""What leaves the state as it is."""


@action
def begin_measure(*, measure: Measure, by: Actor) -> Measure:
    """Somebody is at it. Conflict unless it was planned."""
    return _move(measure, "begin", by)


@action
def finish_measure(*, measure: Measure, by: Actor, because: str = "") -> Measure:
    """Say that it is done, in `because` how; another person verifies it. Conflict unless it is open."""
    return _move(measure, "done", by, because, done_at=moment.now(), done_by=by.label[:200], done_by_id=by.id)


@action
def verify_measure(*, measure: Measure, by: Actor, because: str = "") -> Measure:
    """Say that one has seen that it is done. What comes back is planned at once.

    NotAllowed for who said that it is done, by whatever account, token or contact; Invalid where there is neither a proof nor a word on how
    it was seen; Conflict unless it is said to be done.
    """
    row: Measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if rules.same_person(person(row.done_by_id), person(by.id), row.done_by, by.label):
        raise NotAllowed("Another person than who said that it is done verifies it", measure=row.number)
    if not because.strip() and not row.evidence.exists():
        raise Invalid("Add a proof first, or write how you saw that it is done", field="because")
    done = _move(measure, "verify", by, because, verified_at=moment.now(), verified_by=by.label[:200])
    if done.every:
        _come_back(done, by)
    return done


@action
def refuse_measure(*, measure: Measure, by: Actor, because: str) -> Measure:
    """Who looked did not see it: it is open again, with the reason. Conflict unless it is said to be done; NotAllowed as `verify_measure`."""
    if rules.same_person(person(measure.done_by_id), person(by.id), measure.done_by, by.label):
        raise NotAllowed("Another person than who said that it is done verifies it", measure=measure.number)
    return _move(measure, "refuse", by, _reason(because), **NOBODY)


@action
def drop_measure(*, measure: Measure, by: Actor, because: str) -> Measure:
    """It will not be done, with the reason. Conflict when it has ended already."""
    why = _reason(because)
    return _move(measure, "drop", by, why, ended_because=why[:500])


@action
def reopen_measure(*, measure: Measure, by: Actor, because: str) -> Measure:
    """It is to be done after all, or again, with the reason. Conflict while it is open, or when it has come back as another one already."""
    if Measure.objects.filter(follows=measure).exclude(state=Measure.State.DROPPED).exists():
        raise Conflict("This measure came back as another one; work on that one", measure=measure.number)
    return _move(measure, "reopen", by, _reason(because), **NOBODY)


@action
def undo_measure(*, measure: Measure, by: Actor) -> Measure:
    """Take back the last thing that happened to its state, by who did it. Conflict where that was somebody else, or nothing can be taken back."""
    last = undoable(measure)
    if last is None or not _did(last, by):
        raise Conflict("Only who did the last thing can undo it", measure=measure.number)
    if last.deed == "verified":
        _withdraw_next(measure, by)
    if MeasureChange.objects.filter(pk=last.pk, undone=False).update(undone=True) != 1:
        raise Conflict("Somebody else undid this first", measure=measure.number)
    return _turn(measure, last.state_is, last.state_was, "undone", by, last.deed, _kept(last.detail["before"]))


def undoable(measure: Measure) -> MeasureChange | None:
    """The last change of its state, where that can be undone."""
    moved = measure.changes.exclude(deed__in=QUIET)
    last: MeasureChange | None = moved.first()
    return (
        last
        if last is not None and last.deed in NAMES.values() and not last.undone and last.state_is == measure.state
        else None
    )


def may_undo(measure: Measure, by: Actor) -> bool:
    """Whether this actor did the last thing that happened to it."""
    last = undoable(measure)
    return last is not None and _did(last, by)


def person(one: UUID | None) -> frozenset[UUID]:
    """Every id by which the person acts that acts by this one: account, contacts on file, API tokens. Nothing where there is no id."""
    if one is None:
        return frozenset()
    users = {one, *ApiToken.objects.filter(pk=one).values_list("user", flat=True)}
    users |= set(Membership.objects.filter(contact=one).values_list("user", flat=True))
    contacts = Membership.objects.filter(user__in=users, contact__isnull=False).values_list("contact", flat=True)
    return frozenset(users | set(contacts))


# How a state changes --------------------------------------------------------------------------------------------------------------


def _move(measure: Measure, deed: str, by: Actor, because: str = "", **fields: Any) -> Measure:
    state = rules.follows(measure.state, deed)
    if state is None:
        raise Conflict("This cannot be done to the measure as it stands", measure=measure.number, state=measure.state)
    return _turn(measure, measure.state, state, NAMES[deed], by, because, fields)


def _turn(
    measure: Measure, was: str, state: str, deed: str, by: Actor, because: str, fields: dict[str, Any]
) -> Measure:
    before = {name: _text(getattr(measure, name)) for name in SAID}
    if Measure.objects.filter(pk=measure.pk, state=was).update(state=state, **fields) != 1:
        raise Conflict("Somebody else changed this measure meanwhile; nothing was written", measure=measure.number)
    measure.refresh_from_db()
    change_of(measure, deed, by, was=was, because=because, detail={"before": before}).save(force_insert=True)
    record(
        f"measure.{deed}",
        by=by,
        on=measure,
        organisation=measure.organisation_id,
        detail={"number": measure.number, "because": because[:500]},
    )
    replan(measure=measure)
    touch([measure.organisation_id])
    return measure


def _come_back(row: Measure, by: Actor) -> None:
    """Plan the next one; where it was planned before and its verification undone, that one is open again."""
    due = rules.next_due(row.due_on, row.every or 1, row.day, moment.today())
    before = Measure.objects.filter(follows=row).first()
    if before is not None:
        Measure.objects.filter(pk=before.pk).update(due_on=due, first_due_on=due)
        before.refresh_from_db()
        _move(before, "reopen", by, row.number, **NOBODY)
        return
    plan_measure(
        organisation=row.organisation, title=row.title, text=row.text, topic=row.topic, plain=row.plain, owner=row.owner,
        owner_name=row.owner_name, due_on=due, cost_yearly=row.cost_yearly, every=row.every, exercise=row.exercise, follows=row, by=by,
    )  # fmt: skip


def _withdraw_next(measure: Measure, by: Actor) -> None:
    following = Measure.objects.filter(follows=measure).first()
    if following is None or following.state == Measure.State.DROPPED:
        return
    if following.state != Measure.State.PLANNED or following.version or following.evidence.exists():
        raise Conflict("Somebody has begun with the next one already", measure=following.number)
    drop_measure(measure=following, by=by, because=measure.number)


def _did(change: MeasureChange, by: Actor) -> bool:
    return rules.same_person(person(change.by_id), person(by.id), change.by, by.label)


def _reason(because: str) -> str:
    if not because.strip():
        raise Invalid("Say why", field="because")
    return because.strip()


def _text(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else None if value is None else str(value)


def _kept(before: dict[str, str | None]) -> dict[str, Any]:
    """What was kept with a change, as the fields hold it."""
    found: dict[str, Any] = dict(before)
    for name in ("done_at", "verified_at"):
        found[name] = datetime.fromisoformat(found[name]) if found[name] else None
    found["done_by_id"] = UUID(found["done_by_id"]) if found["done_by_id"] else None
    return found
