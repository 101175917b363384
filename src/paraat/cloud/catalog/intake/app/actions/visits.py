"""Sending a request in with a moment for it, and cancelling it."""

from __future__ import annotations

import sqlite3
from datetime import date

from ..hours import FIRST_APPOINTMENT, parsed, written
from ..office import Office
from ..refused import Refused
from . import deed

CITIZEN = "citizen"


def book(office: Office, *, draft: str, day: str, time: str) -> None:
    """Send a draft in with an appointment. Refused with 409 when somebody else was first."""
    with office.store.writing() as connection:
        row = _draft(connection, draft)
        _allowed(office, connection, row, "appointment")
        plan = office.plan(connection, row["counter"])
        taken = _desks(connection, row["counter"], day, time, row["test"])
        if not row["test"] and not _is_free(office, connection, row["counter"], day, time):
            raise Refused("slot_taken", 409)
        desk = next((one for one in range(plan.desks) if one not in taken), None)
        if desk is None:
            raise Refused("slot_taken", 409)
        connection.execute(
            "INSERT INTO slot (counter, day, time, desk, test, submission) VALUES (?, ?, ?, ?, ?, ?)",
            [row["counter"], day, time, desk, row["test"], draft],
        )
        number = _number(connection, row, day, FIRST_APPOINTMENT)
        _send(connection, office, row, "appointment", day, time, number)


def take_number(office: Office, *, draft: str) -> None:
    """Send a draft in with a number for today. Refused when the counter hands out none now."""
    with office.store.writing() as connection:
        row = _draft(connection, draft)
        _allowed(office, connection, row, "ticket")
        if not row["test"] and not office.plan(connection, row["counter"]).open_at(office.now()):
            raise Refused("no_numbers", 409)
        _send(connection, office, row, "ticket", office.today(), None, _number(connection, row, office.today(), 1))


def ask_contact(office: Office, *, draft: str) -> None:
    """Send a draft in without a visit: it is answered by phone or mail."""
    with office.store.writing() as connection:
        row = _draft(connection, draft)
        _allowed(office, connection, row, "contact")
        _send(connection, office, row, "contact", None, None, None)


def call_off(office: Office, *, submission: str) -> None:
    """Take a request back: its moment is free for somebody else. Refused when it was called or ended already."""
    with office.store.writing() as connection:
        changed = connection.execute(
            "UPDATE submission SET status = 'cancelled', updated_at = ?, handed = NULL WHERE id = ? AND status = 'waiting'",
            [office.stamp(), submission],
        )
        if changed.rowcount != 1:
            raise Refused("not_open", 409)
        connection.execute("DELETE FROM slot WHERE submission = ?", [submission])
        row = connection.execute("SELECT reference, test FROM submission WHERE id = ?", [submission]).fetchone()
        deed.note(connection, office, "cancelled", by=CITIZEN, reference=row["reference"], test=row["test"])


def taken(connection: sqlite3.Connection, counter: str, *, test: bool = False) -> dict[tuple[str, str], int]:
    """How many desks have somebody, per day and time."""
    rows = connection.execute(
        "SELECT day, time, count(*) AS number FROM slot WHERE counter = ? AND test = ? GROUP BY day, time",
        [counter, test],
    )
    return {(row["day"], row["time"]): row["number"] for row in rows}


def _draft(connection: sqlite3.Connection, draft: str) -> sqlite3.Row:
    row = connection.execute(
        "SELECT id, reference, form, counter, test, answers FROM submission WHERE id = ? AND status = 'draft'", [draft]
    ).fetchone()
    if row is None:
        raise Refused("draft_gone", 410)
    return row  # type: ignore[no-any-return]


def _allowed(office: Office, connection: sqlite3.Connection, row: sqlite3.Row, visit: str) -> None:
    form, _, offered = office.offers(connection)[row["form"]]
    if not offered and not row["test"]:
        raise Refused("not_offered", 410)
    answers = office.vault.unseal_json(row["answers"], f"answers:{row['id']}")
    if visit not in form.visits or form.read(answers)[1]:
        raise Refused("incomplete", 409)


def _is_free(office: Office, connection: sqlite3.Connection, counter: str, day: str, time: str) -> bool:
    free = office.plan(connection, counter).free(office.now(), taken(connection, counter))
    try:
        return parsed(time) in free.get(date.fromisoformat(day), ()) and time == written(parsed(time))
    except ValueError:
        return False


def _desks(connection: sqlite3.Connection, counter: str, day: str, time: str, test: int) -> set[int]:
    rows = connection.execute(
        "SELECT desk FROM slot WHERE counter = ? AND day = ? AND time = ? AND test = ?", [counter, day, time, test]
    )
    return {row["desk"] for row in rows}


def _number(connection: sqlite3.Connection, row: sqlite3.Row, day: str, first: int) -> int:
    last = connection.execute(
        "SELECT max(number) FROM submission WHERE counter = ? AND day = ? AND test = ? AND number >= ? AND (number < ? OR ? > 1)",
        [row["counter"], day, row["test"], first, FIRST_APPOINTMENT, first],
    ).fetchone()[0]
    return max(first, (last or 0) + 1)


def _send(
    connection: sqlite3.Connection,
    office: Office,
    row: sqlite3.Row,
    visit: str,
    day: str | None,
    time: str | None,
    number: int | None,
) -> None:
    connection.execute(
        "UPDATE submission SET status = 'waiting', visit = ?, day = ?, time = ?, number = ?, updated_at = ? WHERE id = ?",
        [visit, day, time, number, office.stamp(), row["id"]],
    )
    deed.note(connection, office, "filed", by=CITIZEN, reference=row["reference"], test=row["test"])
