"""What a clerk does at the counter."""

from __future__ import annotations

from collections.abc import Mapping

from ..clerks import Clerk
from ..hours import Waiting, next_of
from ..office import Office
from ..refused import Refused
from ..submission import for_clerk, queue
from . import deed

MOVES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "call": (("waiting", "no_show", "called"), "called"),
    "done": (("waiting", "called", "no_show"), "done"),
    "no_show": (("waiting", "called"), "no_show"),
    "back": (("done", "no_show", "called"), "waiting"),
    "withdraw": (("waiting", "called", "no_show"), "cancelled"),
}
"""Verb -> from which statuses, to which."""
LONGEST_NOTE = 4000


def call_next(office: Office, *, clerk: Clerk, counter: str) -> str | None:
    """Call whose turn it is; their reference, or None when nobody waits. Two clerks never call the same person."""
    with office.store.writing() as connection:
        rows = queue(connection, clerk, counter, office.today())
        waiting = [Waiting(row["id"], row["number"], row["time"]) for row in rows if row["status"] == "waiting"]
        turn = next_of(waiting, office.now())
        if turn is None:
            return None
        connection.execute(
            "UPDATE submission SET status = 'called', called_at = ?, called_by = ?, updated_at = ?, handed = NULL"
            " WHERE id = ? AND status = 'waiting'",
            [office.stamp(), clerk.login, office.stamp(), turn.identity],
        )
        reference = str(next(row["reference"] for row in rows if row["id"] == turn.identity))
        deed.note(connection, office, "called", by=clerk.login, reference=reference, test=clerk.test)
    return reference


def move(office: Office, *, clerk: Clerk, reference: str, verb: str) -> None:
    """Call one person (again), or say that they are helped, did not come, wait again or withdrew. Refused when its status changed meanwhile."""
    if verb not in MOVES:
        raise Refused("not_found", 404)
    before, after = MOVES[verb]
    with office.store.writing() as connection:
        found = for_clerk(connection, office.vault, clerk, reference)
        if found.status not in before:
            raise Refused("status_changed", 409)
        connection.execute(
            "UPDATE submission SET status = ?, updated_at = ?, handed = NULL WHERE id = ?",
            [after, office.stamp(), found.id],
        )
        if after == "called":
            connection.execute(
                "UPDATE submission SET called_at = ?, called_by = ? WHERE id = ?",
                [office.stamp(), clerk.login, found.id],
            )
        if after == "cancelled":
            connection.execute("DELETE FROM slot WHERE submission = ?", [found.id])
        deed.note(connection, office, verb, by=clerk.login, reference=reference, test=clerk.test)


def annotate(office: Office, *, clerk: Clerk, reference: str, note: str) -> None:
    """Write the internal note of a request anew."""
    if len(note) > LONGEST_NOTE:
        raise Refused("field_too_long", 422)
    with office.store.writing() as connection:
        found = for_clerk(connection, office.vault, clerk, reference)
        sealed = office.vault.seal(note.strip().encode(), f"note:{found.id}")
        connection.execute(
            "UPDATE submission SET note = ?, updated_at = ?, handed = NULL WHERE id = ?",
            [sealed, office.stamp(), found.id],
        )
        deed.note(connection, office, "noted", by=clerk.login, reference=reference, test=clerk.test)
