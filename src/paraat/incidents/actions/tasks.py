"""Tasks of a case: added, given to somebody, done, dropped, taken up again; and their owners reminded, once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from paraat.accounts.models import User
from paraat.incidents.actions import task_reminders
from paraat.incidents.models import Case, CaseHelper, Task
from paraat.incidents.rules.tasks import in_circle, remind_at
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import facts, moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation

State = Task.State
BATCH = 200


def waiting_on() -> Exists:
    """Of a task: whether one that must be done before it is still open."""
    return Exists(Task.objects.filter(before=OuterRef("pk"), state=State.OPEN))


@action
def add_task(
    *,
    case: Case,
    title: str,
    by: Actor,
    text: str = "",
    due_at: datetime | None = None,
    owner: User | None = None,
    assigned_to: Organisation | None = None,
    after: Collection[UUID] = (),
    tlp: Tlp | int | None = None,
) -> Task:
    """Add a task by hand. Raises Invalid without words, for a task of another case before it, or for an organisation that does not help here."""
    if not title.strip():
        raise Invalid("Say what is to be done", field="title")
    _check_organisation(case, assigned_to)
    now = moment.now()
    task = Task.objects.create(
        case=case,
        title=title.strip()[:200],
        text=text.strip(),
        owner=owner,
        assigned_to=assigned_to,
        due_at=due_at,
        remind_at=remind_at(now, due_at),
        made_at=now,
        made_by=by.label,
        tlp=case.tlp if tlp is None else int(tlp),
        exercise=case.exercise,
    )
    _set_before(task, after)
    _note("case_task.added", task, by, title=task.title)
    return task


@action
def change_task(
    *,
    task: Task,
    by: Actor,
    owner: User | None,
    assigned_to: Organisation | None,
    due_at: datetime | None,
    after: Collection[UUID],
) -> Task:
    """Give an open task to somebody, set when it is due and what comes before it; another due moment is reminded of anew.

    Raises Conflict when it is not open, Invalid when tasks would wait for each other in a circle.
    """
    _check_organisation(task.case, assigned_to)
    changed: dict[str, Any] = {"owner": owner, "assigned_to": assigned_to, "due_at": due_at}
    if due_at != task.due_at:
        changed |= {"remind_at": remind_at(moment.now(), due_at), "reminded_at": None}
    if Task.objects.filter(pk=task.pk, state=State.OPEN).update(**changed) != 1:
        raise Conflict("This task is not open any more")
    _set_before(task, after)
    task.refresh_from_db()
    if due_at is None or task.reminded_at is None:
        facts.announce(facts.Settled(task_reminders.task_key(task)))
    _note("case_task.changed", task, by, owner=owner.pk if owner else None, due=due_at)
    return task


@action
def finish_task(*, task: Task, by: Actor, outcome: str = "") -> Task:
    """It is done. Raises Conflict when it was done or dropped already, or when a task before it is open."""
    before = list(Task.objects.filter(before=task.pk, state=State.OPEN).values_list("title", flat=True)[:3])
    if before:
        raise Conflict("Another task comes first", tasks="; ".join(before))
    return _end(task, State.DONE, outcome, by, "case_task.done")


@action
def drop_task(*, task: Task, by: Actor, reason: str) -> Task:
    """It is not needed here. Raises Invalid without a reason, Conflict when it is not open."""
    if not reason.strip():
        raise Invalid("Say why", field="reason")
    return _end(task, State.DROPPED, reason, by, "case_task.dropped")


@action
def reopen_task(*, task: Task, by: Actor, reason: str) -> Task:
    """It was not done after all. Raises Invalid without a reason, Conflict when it is open."""
    if not reason.strip():
        raise Invalid("Say why", field="reason")
    changed = {"state": State.OPEN, "done_at": None, "done_by": "", "outcome": ""}
    if Task.objects.filter(pk=task.pk).exclude(state=State.OPEN).update(**changed) != 1:
        raise Conflict("This task is open")
    task.refresh_from_db()
    _note("case_task.reopened", task, by, reason=reason)
    return task


@action
def remind_tasks(*, now: datetime | None = None) -> int:
    """Remind whoever has a task whose moment came; each once, late rather than never; how many.

    A task that waits for another is reminded of when its turn comes. Tasks of closed cases are let be.
    """
    at = now or moment.now()
    reminded = 0
    for task in _due(at)[:BATCH]:
        if Task.objects.filter(pk=task.pk, reminded_at=None, state=State.OPEN).update(reminded_at=at) != 1:
            continue
        task_reminders.remind_of_task(task)
        _note("case_task.reminded", task, SYSTEM)
        reminded += 1
    return reminded


def _due(at: datetime) -> QuerySet[Task]:
    due = Task.objects.filter(state=State.OPEN, reminded_at=None, remind_at__lte=at).exclude(waiting_on())
    alive = due.exclude(case__state__in=[Case.State.CLOSED, Case.State.MERGED])
    rows: QuerySet[Task] = alive.select_related("case").select_for_update(of=("self",), skip_locked=True)
    return rows.order_by("remind_at")


def _end(task: Task, state: str, outcome: str, by: Actor, verb: str) -> Task:
    changed = {"state": state, "done_at": moment.now(), "done_by": by.label, "outcome": outcome.strip()[:500]}
    if Task.objects.filter(pk=task.pk, state=State.OPEN).update(**changed) != 1:
        raise Conflict("This task is not open any more")
    task.refresh_from_db()
    facts.announce(facts.Settled(task_reminders.task_key(task)))
    _note(verb, task, by, outcome=outcome)
    return task


def _check_organisation(case: Case, organisation: Organisation | None) -> None:
    """Only the victim, and who helps with its consent, may be given something to do."""
    if organisation is None or organisation.pk == case.organisation_id:
        return
    if not CaseHelper.objects.in_force().filter(case=case, organisation=organisation).exists():
        raise Invalid("This organisation does not help in this case with the victim's consent", field="assigned_to")


def _set_before(task: Task, after: Collection[UUID]) -> None:
    Case.objects.select_for_update().only("pk").get(pk=task.case_id)  # two edges that close a circle follow each other
    before: Sequence[Task] = list(Task.objects.filter(pk__in=list(after), case=task.case_id))
    if len(before) != len(set(after)):
        raise Invalid("This task is of another case", field="after")
    link = Task.after.through
    edges: dict[UUID, set[UUID]] = {}
    for own, other in link.objects.filter(from_task__case=task.case_id).values_list("from_task", "to_task"):
        edges.setdefault(own, set()).add(other)
    edges[task.pk] = {one.pk for one in before}
    if in_circle(edges):
        raise Invalid("These tasks wait for each other in a circle", field="after")
    task.after.set(before)


def _note(verb: str, task: Task, by: Actor, **detail: object) -> None:
    record(verb, by=by, on=task, organisation=task.case.organisation_id, detail={"case": task.case.number, **detail})
