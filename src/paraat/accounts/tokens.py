"""Who calls the API: the bearer of a token, with the rights of its owner and no more than the token's scopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from paraat.accounts import loading
from paraat.accounts.actions import note_token_use
from paraat.accounts.actions.tokens import digest
from paraat.accounts.middleware import viewer_of
from paraat.accounts.models import User
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.marking import Viewer
from paraat.platform import moment

NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Bearer:
    """The owner of a valid token: as viewer, as actor, his language, and what the token may be used for."""

    user: User
    viewer: Viewer
    actor: Actor
    scopes: frozenset[str]


def bearer(token: str) -> Bearer | None:
    """Who bears this token; None when it is unknown, ended, or its owner's account is closed. One query."""
    user = loading.by_token(digest(token))
    if user is None:
        return None
    _note_use(user.token, user.used)
    actor = Actor(ActorKind.TOKEN, user.token, f"{user} ({user.token_name})"[:200])
    return Bearer(user, viewer_of(user), actor, frozenset(user.scopes))


def _note_use(token: UUID, used: datetime | None) -> None:
    now = moment.now()
    if used is None or now - used > NOTED_EVERY:
        note_token_use(token=token, at=now)
