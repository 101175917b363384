"""Who comes: an invited organisation registers, waits for a seat, or declines; whoever waits moves up when a seat comes free."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from paraat.alerts.actions.acknowledging import acknowledge_notices
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness import session_words
from paraat.readiness.actions.session_telling import tell
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Attendance, Session
from paraat.readiness.rules import sessions as rules

State = Attendance.State
MOST = 50
"""Seats that one organisation may ask for: more is a slip of the finger."""


@action
def answer_invitation(
    *, attendance: Attendance, by: Actor, comes: bool, seats: int = 1, who: str = "", through: str = "portal"
) -> Attendance:
    """Register or decline; whoever finds no seat waits. Answering is also having seen the invitation, so its ladder stops.

    Raises Conflict when the session has begun or is off, or somebody who has seats asks for more than there are; Invalid for no seat at all.
    """
    if not 1 <= seats <= MOST:
        raise Invalid("Say how many seats, from 1 to 50", field="seats")
    session = Session.objects.select_for_update(of=("self",)).select_related("alert").get(pk=attendance.session_id)
    now = moment.now()
    if session.state != Session.State.INVITED or session.starts_at <= now:
        raise Conflict("This session takes no answers any more")
    row = Attendance.objects.get(pk=attendance.pk)
    values: dict[str, Any] = {"answered_at": now, "who": who.strip()[:200]}
    values |= _seated(session, row, seats, now) if comes else {"state": State.DECLINED, "waiting_since": None}
    Attendance.objects.filter(pk=row.pk).update(**values)
    attendance.refresh_from_db()
    detail = {"session": session.number, "state": attendance.state, "seats": attendance.seats}
    record("session.answered", by=by, on=attendance, organisation=attendance.organisation_id, detail=detail)
    move_up(session)
    _acknowledge(session, attendance, by, through)
    touch([attendance.organisation_id])
    return attendance


def _seated(session: Session, row: Attendance, seats: int, now: Any) -> dict[str, Any]:
    taken = _taken(session, but=row)
    if rules.fits(seats, taken, session.seats):
        return {"state": State.COMING, "seats": seats, "waiting_since": None}
    if row.state == State.COMING:
        raise Conflict("There are not so many seats left; those that you have stay yours")
    return {"state": State.WAITING, "seats": seats, "waiting_since": row.waiting_since or now}


def _taken(session: Session, but: Attendance | None = None) -> int:
    rows = session.attendances.filter(state=State.COMING)
    rows = rows.exclude(pk=but.pk) if but else rows
    return int(rows.aggregate(sum=Sum("seats"))["sum"] or 0)


def move_up(session: Session) -> int:
    """Whoever waits and now fits has a seat, and hears it; how many. The caller holds the session's row."""
    waiting = (
        session.attendances.filter(state=State.WAITING).select_related("organisation").order_by("waiting_since", "pk")
    )
    rows = {row.pk: row for row in waiting}
    up = rules.moved_up([(key, row.seats) for key, row in rows.items()], _taken(session), session.seats)
    Attendance.objects.filter(pk__in=up, state=State.WAITING).update(state=State.COMING)
    for key in up:  # the key holds since when it waited: who waits again is told again
        since = rows[key].waiting_since
        tell(
            [rows[key]],
            f"{session.pk}:up:{since.isoformat() if since else ''}",
            lambda: session_words.moved_up(session),
        )
    return len(up)


def _acknowledge(session: Session, attendance: Attendance, by: Actor, through: str) -> None:
    if session.alert is not None:
        notices = session.alert.notices.filter(organisation=attendance.organisation_id).select_related(
            "alert", "organisation"
        )
        acknowledge_notices(notices=list(notices), by=by, through=through, name=attendance.who or by.label)
