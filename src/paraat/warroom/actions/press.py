"""The press log: which medium called, what it asked, and which line it was told. No names of journalists."""

from __future__ import annotations

from datetime import datetime

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action
from paraat.warroom.actions.changes import note, touch_open
from paraat.warroom.models import PressCall, Room, Statement


@action
def log_call(
    *,
    room: Room,
    medium: str,
    asked: str,
    by: Actor,
    at: datetime | None = None,
    statement: Statement | None = None,
    told: str = "",
) -> PressCall:
    """Write down a call; `at` None: now. With `statement` or `told` it is answered at once.

    Raises Invalid without a medium or question, for a call from the future, and as `answer_call`.
    """
    now = moment.now()
    if not medium.strip():
        raise Invalid("Say which medium it was", field="medium")
    if not asked.strip():
        raise Invalid("Write what was asked", field="asked")
    if at is not None and at > now:
        raise Invalid("That moment is still to come", field="at")
    call = PressCall.objects.create(
        room=room,
        medium=medium.strip()[:200],
        asked=asked.strip(),
        at=at or now,
        taken_by=by.label[:200],
        tlp=room.tlp,
        exercise=room.exercise,
    )
    note("press.asked", by=by, on=call, room=room)
    if statement is not None or told.strip():
        answer_call(call=call, by=by, statement=statement, told=told)
    touch_open(room)
    return call


@action
def answer_call(*, call: PressCall, by: Actor, statement: Statement | None = None, told: str = "") -> PressCall:
    """Write down which statement was told, or what was said when it was none.

    Raises Invalid without either, Conflict when it was answered already or the statement may not be said (any more) in this room.
    """
    now = moment.now()
    if statement is None and not told.strip():
        raise Invalid("Say which line was told, or what was said", field="told")
    if statement is not None:
        standing = Statement.objects.standing(now).filter(pk=statement.pk, room=call.room_id, exercise=call.exercise)
        if not standing.exists():
            raise Conflict("This line may not be said now")
    open_one = PressCall.objects.filter(pk=call.pk, told_at=None)
    if open_one.update(statement=statement, told=told.strip(), told_at=now) != 1:
        raise Conflict("This question was answered already")
    note("press.told", by=by, on=call, room=call.room, statement=str(statement.pk) if statement else "")
    touch_open(call.room)
    call.refresh_from_db()
    return call
