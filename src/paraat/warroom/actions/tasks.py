"""What the room asked somebody to do."""

from __future__ import annotations

from datetime import datetime

from paraat.accounts.models import User
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action
from paraat.registry.models import Organisation
from paraat.warroom.actions.changes import note, touch_open
from paraat.warroom.models import Decision, Room, RoomTask


@action
def add_task(
    *,
    room: Room,
    title: str,
    by: Actor,
    organisation: Organisation | None = None,
    owner: User | None = None,
    due_at: datetime | None = None,
    decision: Decision | None = None,
    tlp: Tlp | int | None = None,
) -> RoomTask:
    """Ask an organisation or a person to do something. Raises Invalid without a title, or when the decision it follows from is of another room."""
    if not title.strip():
        raise Invalid("Write what is to be done", field="title")
    if decision and decision.room_id != room.pk:
        raise Invalid("This decision is of another room", field="decision")
    task = RoomTask.objects.create(
        room=room,
        decision=decision,
        title=title.strip()[:300],
        organisation=organisation,
        owner=owner,
        due_at=due_at,
        made_at=moment.now(),
        made_by=by.label[:200],
        tlp=int(room.tlp if tlp is None else tlp),
        exercise=room.exercise,
    )
    note("room.task", by=by, on=task, room=room)
    touch_open(room)
    return task


@action
def finish_task(*, task: RoomTask, by: Actor, outcome: str = "") -> None:
    """It was done. Raises Conflict when it was done already."""
    open_one = RoomTask.objects.filter(pk=task.pk, done_at=None)
    if open_one.update(done_at=moment.now(), done_by=by.label[:200], outcome=outcome.strip()[:500]) != 1:
        raise Conflict("This was done already")
    note("room.task_done", by=by, on=task, room=task.room)
    touch_open(task.room)
    task.refresh_from_db()
