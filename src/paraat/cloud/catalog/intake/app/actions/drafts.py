"""What a citizen has filled in and not yet sent: kept sealed for two hours, seen by nobody but who holds its token."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import timedelta

from ..hours import ZONE
from ..office import Office
from ..papers import LARGEST, MOST, Paper, safe_name
from ..refused import Refused

LASTS = timedelta(hours=2)
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


def keep(
    office: Office,
    *,
    form: str,
    language: str,
    answers: Mapping[str, str],
    papers: Sequence[Paper],
    draft: str | None = None,
    drop: Sequence[str] = (),
    test: bool = False,
) -> str:
    """Keep answers and papers together or not at all; returns the draft's id. Refused when there are too many papers or no room."""
    with office.store.writing() as connection:
        _sweep(connection, office)
        _room(office, papers)
        identity = _identity(connection, draft, form)
        sealed = office.vault.seal_json(dict(answers), f"answers:{identity or (new := secrets.token_hex(16))}")
        if identity:
            connection.execute(
                "UPDATE submission SET answers = ?, language = ?, updated_at = ? WHERE id = ?",
                [sealed, language, office.stamp(), identity],
            )
        else:
            identity = new
            counter = office.offers(connection)[form][1].key
            connection.execute(
                "INSERT INTO submission (id, reference, form, counter, language, status, created_at, updated_at, test, answers)"
                " VALUES (?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?)",
                [
                    identity,
                    _reference(connection),
                    form,
                    counter,
                    language,
                    office.stamp(),
                    office.stamp(),
                    test,
                    sealed,
                ],
            )
        _papers(connection, office, identity, papers, drop)
    return identity


def _identity(connection: sqlite3.Connection, draft: str | None, form: str) -> str | None:
    """The draft's id while it is one, of this form."""
    row = connection.execute(
        "SELECT id FROM submission WHERE id = ? AND form = ? AND status = 'draft'", [draft or "", form]
    ).fetchone()
    return str(row["id"]) if row else None


def _papers(
    connection: sqlite3.Connection, office: Office, identity: str, papers: Sequence[Paper], drop: Sequence[str]
) -> None:
    connection.executemany("DELETE FROM paper WHERE id = ? AND submission = ?", [(one, identity) for one in drop])
    for one in papers:
        key = secrets.token_hex(16)
        title = {"field": one.field, "name": safe_name(one.name)}
        connection.execute(
            "INSERT INTO paper (id, submission, kind, size, title, content) VALUES (?, ?, ?, ?, ?, ?)",
            [
                key,
                identity,
                one.kind,
                len(one.content),
                office.vault.seal_json(title, f"title:{key}"),
                office.vault.seal(one.content, f"content:{key}"),
            ],
        )
    number = connection.execute("SELECT count(*) FROM paper WHERE submission = ?", [identity]).fetchone()[0]
    if number > MOST:
        raise Refused("papers_too_many", 422, most=MOST)


def _room(office: Office, papers: Sequence[Paper]) -> None:
    """Refused when the volume would fill: what is booked already must stay workable."""
    coming = sum(len(one.content) for one in papers)
    if papers and office.store.size() + coming + LARGEST > office.tenant.room_mb * 1024 * 1024:
        raise Refused("no_room", 507)


def _sweep(connection: sqlite3.Connection, office: Office) -> None:
    """Drafts that nobody sent, and what a verification left behind, are not kept."""
    before = (office.now() - LASTS).astimezone(ZONE).isoformat(timespec="seconds")
    connection.execute("DELETE FROM submission WHERE status = 'draft' AND datetime(updated_at) < datetime(?)", [before])
    connection.execute("DELETE FROM submission WHERE test = 1 AND datetime(updated_at) < datetime(?)", [before])


def _reference(connection: sqlite3.Connection) -> str:
    """A reference that is easy to read out and not yet given."""
    while True:
        text = "".join(secrets.choice(_LETTERS) for _ in range(6))
        reference = f"{text[:3]}-{text[3:]}"
        if not connection.execute("SELECT 1 FROM submission WHERE reference = ?", [reference]).fetchone():
            return reference
