"""Who was there: ticked one by one or read from a file, and who was missed is told once, with the material and the next date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paraat.formats.spreadsheet import Row
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness import session_words
from paraat.readiness.actions.session_telling import tell
from paraat.readiness.actions.sessions import ask
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Attendance, Session

YES = frozenset({"yes", "1", "x", "true", "ja", "oui", "y", "o", "j"})
NO = frozenset({"no", "0", "false", "nee", "non", "nein", "n", ""})


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of a file that could not be taken: its number as a person counts, why, and what it said."""

    row: int
    why: str
    said: str


@action
def note_came(*, attendance: Attendance, by: Actor, came: bool | None) -> Attendance:
    """Somebody of this organisation was there, or was not; None takes it back. Raises Conflict before the day of the session, or when it is off."""
    session = attendance.session
    _on_the_day(session)
    Attendance.objects.filter(pk=attendance.pk).update(came=came)
    attendance.refresh_from_db()
    detail = {"session": session.number, "came": came}
    record("session.attended", by=by, on=attendance, organisation=attendance.organisation_id, detail=detail)
    touch([attendance.organisation_id])
    return attendance


@action
def read_attendance(*, session: Session, rows: Sequence[Row], by: Actor) -> tuple[int, list[Fault]]:
    """Take over a list with the columns `nis` or `organisation`, and `came`. How many rows were taken, and every row that was not, with why."""
    _on_the_day(session)
    invited = list(session.attendances.select_related("organisation"))
    taken, faults = {}, []
    for row in rows:
        cells = {name.casefold(): cell for name, cell in row.cells.items()}
        found, why = _meant(invited, cells)
        said = cells.get("came", "").strip().casefold()
        if found is not None and said not in YES | NO:
            why = "came is neither yes nor no"
        if why or found is None:
            faults.append(Fault(row.number, row.fault or why, ", ".join(row.cells.values())[:200]))
        else:
            taken[found] = said in YES
    for came in (True, False):
        keys = [one.pk for one, was in taken.items() if was == came]
        Attendance.objects.filter(pk__in=keys).update(came=came)
    detail = {"number": session.number, "taken": len(taken), "faults": len(faults)}
    record("session.attendance_read", by=by, on=session, detail=detail)
    touch([one.organisation_id for one in taken])
    return len(taken), faults


def _meant(invited: Iterable[Attendance], cells: dict[str, str]) -> tuple[Attendance | None, str]:
    """The one invited organisation that a row speaks of; several bodies share a NIS code, so a name decides between them."""
    nis, name = cells.get("nis", "").strip(), cells.get("organisation", cells.get("name", "")).strip().casefold()
    if not nis and not name:
        return None, "neither a NIS code nor an organisation"
    rows = [one for one in invited if not nis or one.organisation.nis == nis]
    if name:
        rows = [
            one
            for one in rows
            if name in {one.organisation.name.casefold(), *map(str.casefold, one.organisation.names.values())}
        ]
    if len(rows) == 1:
        return rows[0], ""
    return None, "several were invited that this could be" if rows else "nobody of this name or code was invited"


def _on_the_day(session: Session) -> None:
    if session.state not in {Session.State.INVITED, Session.State.HELD}:
        raise Conflict("Nobody can attend this session")
    if moment.day(session.starts_at) > moment.today():
        raise Conflict("This session is still to come")


@action
def chase_absent(*, session: Session, by: Actor, again: Session | None = None, silent: bool = False) -> int:
    """Tell who registered and was not there (`silent`: also who never answered) where the material is and when it is given again. How many.

    Nobody is chased twice. They are invited to `again` at once. Raises Conflict before the session was held, or for a next one that takes nobody.
    """
    if session.state != Session.State.HELD:
        raise Conflict("First say that the session was held")
    if again is not None and (
        again.state != Session.State.INVITED
        or again.starts_at <= moment.now()
        or again.pk == session.pk
        or again.exercise != session.exercise
    ):
        raise Conflict("The next session must be one to which people are invited and that is still to come")
    states = [Attendance.State.COMING, Attendance.State.WAITING] + ([Attendance.State.INVITED] if silent else [])
    missed = session.attendances.filter(state__in=states, chased_at=None).exclude(came=True)
    rows = {row.pk: row for row in missed.select_related("organisation").select_for_update(of=("self",))}
    Attendance.objects.filter(pk__in=rows).update(chased_at=moment.now())
    tell(rows.values(), f"{session.pk}:missed", lambda: session_words.missed(session, again))
    if again is not None:
        ask(again, [row.organisation_id for row in rows.values()])
    detail = {"number": session.number, "absent": len(rows), "again": again.number if again else ""}
    record("session.chased", by=by, on=session, detail=detail)
    return len(rows)
