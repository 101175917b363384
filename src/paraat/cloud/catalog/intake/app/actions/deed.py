"""The intake's own journal: who did what to which request. References and logins, never names or answers."""

from __future__ import annotations

import sqlite3

from ..office import Office


def note(
    connection: sqlite3.Connection, office: Office, verb: str, *, by: str, reference: str = "", test: bool = False
) -> None:
    """One line, in the transaction of the deed."""
    connection.execute(
        "INSERT INTO deed (at, login, verb, reference, test) VALUES (?, ?, ?, ?, ?)",
        [office.stamp(), by, verb, reference, test],
    )


def looked(office: Office, verb: str, *, by: str, reference: str, test: bool = False) -> None:
    """A line for what was read: who opened a citizen's request is asked later."""
    with office.store.writing() as connection:
        note(connection, office, verb, by=by, reference=reference, test=test)
