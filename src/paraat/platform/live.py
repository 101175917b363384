"""Live updates: what changed is told by PostgreSQL's NOTIFY in the transaction that changed it, so a rollback tells nothing.

Only ids travel; the page fetches what changed, with its own rights. A page gets a token that names its topics; the live process
(`live_app`) checks it without asking the database.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from paraat.kernel.errors import NotAllowed
from paraat.kernel.marking import Viewer
from paraat.platform import keys

CHANNEL = "paraat_live"
LIFETIME = 300
"""Seconds for which a token opens a stream."""
RENEWABLE = 12 * 3600
"""Seconds after its expiry in which the same account may exchange a token for a new one: a page left open for a shift."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a token says: the topics, whose it is (account and roles, as opaque text), and until when (Unix seconds)."""

    topics: tuple[str, ...]
    holder: str
    expires: int


def publish(topic: str, *, id: UUID | str | int = "") -> None:  # the contract's name
    """Tell everybody who watches `topic` that `id` changed, when and if the transaction commits; twice the same is told once."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{topic} {id}"])


def publish_many(changes: Iterable[tuple[str, UUID | str | int]]) -> None:
    """The same for many topics and ids in one query."""
    from django.db import connection

    payloads = list(dict.fromkeys(f"{topic} {changed}" for topic, changed in changes))
    if payloads:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_notify(%s, payload)) FROM unnest(%s::text[]) AS payload", [CHANNEL, payloads]
            )


def token(topics: Iterable[str], *, holder: str = "", now: float | None = None) -> str:
    """A token that opens a stream of these topics for five minutes; `holder` limits who may renew it."""
    return write(Ticket(tuple(sorted(set(topics))), holder, int(time.time() if now is None else now) + LIFETIME))


def holder(viewer: Viewer) -> str:
    """Account and roles as opaque text: a token cannot be renewed by somebody else, nor after a role was taken away."""
    said = " ".join([str(viewer.user), *sorted(viewer.roles), *sorted(map(str, viewer.own | viewer.clients))])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def write(ticket: Ticket) -> str:
    """The token of a ticket."""
    body = json.dumps([ticket.topics, ticket.holder, ticket.expires], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_tag(keys.session_keys()[0], body) + body).rstrip(b"=").decode()


def read(text: str) -> Ticket:
    """The ticket of a token that we made, expired or not; NotAllowed for anything else."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise NotAllowed("This live token is damaged") from error
    tag, body = raw[:16], raw[16:]
    if not any(hmac.compare_digest(tag, _tag(key, body)) for key in keys.session_keys()):
        raise NotAllowed("This live token is not ours")
    topics, holder, expires = json.loads(body)
    return Ticket(tuple(topics), holder, expires)


def renew(text: str, *, holder: str, now: float | None = None) -> str:
    """A fresh token for the same topics, for the same holder; NotAllowed when it is somebody else's or too old."""
    ticket = read(text)
    moment = time.time() if now is None else now
    if not hmac.compare_digest(ticket.holder, holder) or moment > ticket.expires + RENEWABLE:
        raise NotAllowed("This live token cannot be renewed: load the page again")
    return token(ticket.topics, holder=holder, now=moment)


def _tag(key: str, body: bytes) -> bytes:
    return hmac.digest(hashlib.sha256(b"paraat live\0" + key.encode()).digest(), body, "sha256")[:16]
