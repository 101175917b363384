"""A request of a citizen, as it is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .clerks import Clerk
from .refused import Refused
from .vault import Vault

STATUSES: Final = ("waiting", "called", "done", "no_show", "cancelled")
PAGE: Final = 50
_COLUMNS = (
    "id, reference, form, counter, language, status, visit, day, time, number,"
    " created_at, updated_at, called_at, called_by, handed, test, answers, note"
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of an upload without opening it."""

    id: str
    kind: str
    size: int
    field: str
    name: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One request, opened."""

    id: str
    reference: str
    form: str
    counter: str
    language: str
    status: str
    visit: str
    day: str | None
    time: str | None
    number: int | None
    created_at: str
    updated_at: str
    called_at: str | None
    called_by: str | None
    handed: str | None
    test: bool
    answers: Mapping[str, str]
    note: str

    @property
    def open(self) -> bool:
        """Whether its citizen may still cancel it."""
        return self.status == "waiting"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is filtered by."""

    text: str = ""
    form: str = ""
    status: str = ""
    counter: str = ""
    day: str = ""
    page: int = 1


def opened(row: sqlite3.Row, vault: Vault) -> Submission:
    """The request of a row."""
    raw: dict[str, Any] = dict(row)
    raw["answers"] = vault.unseal_json(row["answers"], f"answers:{row['id']}")
    raw["note"] = vault.unseal(row["note"], f"note:{row['id']}").decode() if row["note"] else ""
    raw["test"] = bool(row["test"])
    return Submission(**raw)


def by_id(connection: sqlite3.Connection, vault: Vault, identity: str) -> Submission | None:
    """The request of this id, a draft too; for who holds its token."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM submission WHERE id = ?", [identity]).fetchone()  # noqa: S608
    return opened(row, vault) if row else None


def by_code(connection: sqlite3.Connection, vault: Vault, reference: str, code: str) -> str | None:
    """The id of the request with this reference and code; None without saying which of the two is wrong."""
    row = connection.execute(
        "SELECT id FROM submission WHERE reference = ? AND status <> 'draft'", [reference.strip().upper()]
    ).fetchone()
    right = vault.same_code(row["id"] if row else "nobody", code)
    return str(row["id"]) if row and right else None


def for_clerk(connection: sqlite3.Connection, vault: Vault, clerk: Clerk, reference: str) -> Submission:
    """The request of this reference at one of his counters; Refused with 404 otherwise, whether it exists or not."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM submission WHERE reference = ? AND status <> 'draft' AND {_visible(clerk)}",  # noqa: S608
        [reference, clerk.test, *sorted(clerk.counters)],
    ).fetchone()
    if row is None:
        raise Refused("not_found", 404)
    return opened(row, vault)


def listed(connection: sqlite3.Connection, vault: Vault, clerk: Clerk, wanted: Wanted) -> tuple[list[Submission], bool]:
    """One page of what he may see, newest first, and whether there is more. Names are sealed: finding one opens each request in turn."""
    found: list[Submission] = []
    passed = (wanted.page - 1) * PAGE
    for one in every(connection, vault, clerk, wanted):
        if not _has(one, wanted.text):
            continue
        if passed:
            passed -= 1
        elif len(found) == PAGE:
            return found, True
        else:
            found.append(one)
    return found, False


def every(
    connection: sqlite3.Connection, vault: Vault, clerk: Clerk, wanted: Wanted | None = None
) -> Iterator[Submission]:
    """All that he may see, newest first, whatever the text of `wanted`."""
    wanted = wanted or Wanted()
    sql = f"SELECT {_COLUMNS} FROM submission WHERE status <> 'draft' AND {_visible(clerk)}"  # noqa: S608
    values: list[object] = [clerk.test, *sorted(clerk.counters)]
    for column, value in (("form", wanted.form), ("status", wanted.status), ("counter", wanted.counter)):
        if value:
            sql, values = f"{sql} AND {column} = ?", [*values, value]
    if wanted.day:
        sql, values = f"{sql} AND (day = ? OR substr(created_at, 1, 10) = ?)", [*values, wanted.day, wanted.day]
    for row in connection.execute(sql + " ORDER BY created_at DESC, id", values):
        yield opened(row, vault)


def queue(connection: sqlite3.Connection, clerk: Clerk, counter: str, day: str) -> list[sqlite3.Row]:
    """Today's people of a counter, without anything personal; nobody else's."""
    if counter not in clerk.counters:
        raise Refused("not_found", 404)
    return connection.execute(
        "SELECT id, reference, form, status, visit, time, number, called_at, called_by, language FROM submission"
        " WHERE counter = ? AND day = ? AND test = ? AND status IN ('waiting', 'called', 'no_show') ORDER BY number",
        [counter, day, clerk.test],
    ).fetchall()


def called(connection: sqlite3.Connection, day: str) -> list[sqlite3.Row]:
    """For the wall: counters and numbers that were called last, and how many wait."""
    return connection.execute(
        "SELECT counter, number, called_at FROM submission"
        " WHERE day = ? AND test = 0 AND status IN ('called', 'done') AND called_at IS NOT NULL ORDER BY called_at DESC LIMIT 8",
        [day],
    ).fetchall()


def papers(connection: sqlite3.Connection, vault: Vault, submission: str) -> list[Paper]:
    """The uploads of a request, not opened."""
    rows = connection.execute(
        "SELECT id, kind, size, title FROM paper WHERE submission = ? ORDER BY rowid", [submission]
    )
    found = []
    for row in rows:
        title = vault.unseal_json(row["title"], f"title:{row['id']}")
        found.append(Paper(row["id"], row["kind"], row["size"], title["field"], title["name"]))
    return found


def content(connection: sqlite3.Connection, vault: Vault, submission: str, paper: str) -> bytes:
    """An upload of this request, opened; Refused with 404 when it is another's."""
    row = connection.execute(
        "SELECT content FROM paper WHERE id = ? AND submission = ?", [paper, submission]
    ).fetchone()
    if row is None:
        raise Refused("not_found", 404)
    return vault.unseal(row["content"], f"content:{paper}")


def _visible(clerk: Clerk) -> str:
    return f"test = ? AND counter IN ({clerk.holes()})"


def _has(one: Submission, text: str) -> bool:
    words = text.casefold().split()
    where = " ".join((one.reference, one.note, *one.answers.values())).casefold()
    return all(word in where for word in words)
