"""What waits for a person of the team: it pages whoever is on call until somebody takes it."""

from __future__ import annotations

from datetime import datetime

from paraat.accounts import rules
from paraat.accounts.models import Membership, Shift, User, UserQuerySet, WaitingTask
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict
from paraat.kernel.ids import HOUSE
from paraat.kernel.marking import Tlp
from paraat.platform import live, moment
from paraat.platform.actions import action, record
from paraat.platform.facts import Waits


@action
def wait_for_person(*, what: Waits, tlp: Tlp = Tlp.AMBER_STRICT) -> WaitingTask | None:
    """Put it on the list; an urgent one pages at once. None when it waits there already."""
    now = moment.now()
    task = WaitingTask(
        kind=what.kind,
        key=what.key,
        summary=what.summary[:300],
        url=what.url,
        organisation_id=None if what.organisation == HOUSE else what.organisation,
        urgent=what.urgent,
        exercise=what.exercise,
        since=now,
        page_due_at=now if what.urgent else None,
        page_stage=what.stage,
        tlp=tlp,
    )
    WaitingTask.objects.bulk_create([task], ignore_conflicts=True)  # one open task per key: a constraint
    if not WaitingTask.objects.filter(pk=task.pk).exists():
        return None
    record(
        "task.wait", by=SYSTEM, on=task, organisation=task.organisation_id, detail={"kind": task.kind, "key": task.key}
    )
    live.publish("tasks", id=task.pk)
    return task


@action
def settle(*, key: str, by: Actor = SYSTEM) -> int:
    """What waited under `key` has been dealt with. Returns how many tasks that closes: one or none."""
    closed = 0
    for task in WaitingTask.objects.open().filter(key=key):
        if WaitingTask.objects.open().filter(pk=task.pk).update(done_at=moment.now(), page_due_at=None):
            record("task.settle", by=by, on=task, organisation=task.organisation_id)
            live.publish("tasks", id=task.pk)
            closed += 1
    return closed


@action
def take_task(*, task: WaitingTask, officer: User, by: Actor) -> None:
    """ "I have it": paging stops. Raises Conflict when somebody was first or it is done."""
    now = moment.now()
    free = WaitingTask.objects.open().filter(pk=task.pk, taken_by=None)
    if free.update(taken_by=officer, taken_at=now, page_due_at=None) != 1:
        raise Conflict("Somebody else has this already")
    record("task.take", by=by, on=task, organisation=task.organisation_id, detail={"officer": officer.pk})
    live.publish("tasks", id=task.pk)


@action
def hand_back_task(*, task: WaitingTask, by: Actor) -> None:
    """Whoever had it gives it back: paging starts again with the first on call. Raises Conflict when nobody has it."""
    due = moment.now() if task.urgent else None
    taken = WaitingTask.objects.open().filter(pk=task.pk, taken_by__isnull=False)
    if taken.update(taken_by=None, taken_at=None, page_stage=0, page_due_at=due) != 1:
        raise Conflict()
    record("task.hand_back", by=by, on=task, organisation=task.organisation_id)
    live.publish("tasks", id=task.pk)


@action
def close_task(*, task: WaitingTask, by: Actor, outcome: str) -> None:
    """Dealt with, and how. Raises Conflict when it was done already."""
    open_one = WaitingTask.objects.open().filter(pk=task.pk)
    if open_one.update(done_at=moment.now(), page_due_at=None, outcome=outcome[:300]) != 1:
        raise Conflict()
    record("task.close", by=by, on=task, organisation=task.organisation_id, detail={"outcome": outcome})
    live.publish("tasks", id=task.pk)


@action
def next_page(*, task: WaitingTask, now: datetime) -> list[User]:
    """Whom to page for this task now, and note that they are: the first on call, after ten minutes the second, then the coordinator.

    A position that nobody holds is passed over; with nobody on call at all everybody of the team is paged. An empty list: somebody took the
    task, or another worker was first.
    """
    shifts = Shift.objects.filter(starts_at__lte=now, ends_at__gt=now, user__is_active=True)
    on_call = rules.on_call(
        [rules.OnCall(one.user_id, one.position, one.starts_at, one.ends_at) for one in shifts], now
    )
    step = rules.page_step(task.page_stage, on_call)
    waiting = WaitingTask.objects.overdue(now).filter(pk=task.pk, page_stage=task.page_stage)
    if waiting.update(page_stage=step.stage, page_due_at=now + step.next_after) != 1:
        return []
    people = User.objects.active().filter(pk__in=step.users) if step.users else _team()
    paged = list(people.distinct().order_by("name"))
    record(
        "task.page",
        by=SYSTEM,
        on=task,
        organisation=task.organisation_id,
        detail={"stage": step.stage, "users": [user.pk for user in paged]},
    )
    return paged


def _team() -> UserQuerySet:
    team = Membership.objects.in_force().filter(role__in=rules.ON_CALL_ROLES)
    return User.objects.active().filter(pk__in=team.values("user"))
