"""Handing everything over to the real systems, and removing it here afterwards."""

from __future__ import annotations

import secrets

from ..clerks import Clerk
from ..office import Office
from ..refused import Refused
from ..submission import every
from . import deed


def begin(office: Office, *, clerk: Clerk) -> str:
    """Note that he takes everything he may see; the id of the hand-over. What changes afterwards belongs to the next one."""
    identity = secrets.token_hex(8)
    with office.store.writing() as connection:
        ids = [one.id for one in every(connection, office.vault, clerk)]
        connection.execute(
            "INSERT INTO handover (id, at, login, requests, test) VALUES (?, ?, ?, ?, ?)",
            [identity, office.stamp(), clerk.login, len(ids), clerk.test],
        )
        connection.executemany("UPDATE submission SET handed = ? WHERE id = ?", [(identity, one) for one in ids])
        deed.note(connection, office, "handed_over", by=clerk.login, reference=identity, test=clerk.test)
    return identity


def remove(office: Office, *, clerk: Clerk, handover: str, number: int) -> int:
    """Delete what a hand-over held and nobody changed since; how many. Refused when `number`, typed by the clerk, is not how many it held."""
    with office.store.writing() as connection:
        row = connection.execute(
            "SELECT login, requests FROM handover WHERE id = ? AND test = ?", [handover, clerk.test]
        ).fetchone()
        if row is None or row["login"] != clerk.login:
            raise Refused("not_found", 404)
        if number != row["requests"]:
            raise Refused("number_wrong", 422)
        gone = connection.execute(
            f"DELETE FROM submission WHERE handed = ? AND test = ? AND counter IN ({clerk.holes()})",  # noqa: S608
            [handover, clerk.test, *sorted(clerk.counters)],
        ).rowcount
        deed.note(connection, office, "removed", by=clerk.login, reference=handover, test=clerk.test)
    _forget(office)
    return int(gone)


def remove_test(office: Office) -> int:
    """Delete what the verification filed; how many."""
    with office.store.writing() as connection:
        return int(connection.execute("DELETE FROM submission WHERE test = 1").rowcount)


def _forget(office: Office) -> None:
    """Nothing of what was deleted stays in the log of the file or in the copy beside it."""
    office.store.settle()
    office.store.dump_path.unlink(missing_ok=True)
