"""API tokens: shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from paraat.accounts.models import ApiToken, User
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.platform.api import Scope

PREFIX = "paraat_"
"""So that a token that leaked into a repository or a log is found by scanners."""


def digest(token: str) -> str:
    """What is kept of a token. It has 256 random bits, so a plain SHA-256 cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


@action
def issue_token(
    *, user: User, name: str, scopes: Collection[str], by: Actor, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown now and never again. Raises Invalid without a name, a scope, or a day in the future."""
    unknown = set(scopes) - set(Scope)
    if unknown or not scopes or not name.strip():
        raise Invalid("A token has a name and at least one known scope", unknown=sorted(unknown))
    now = moment.now()
    if expires_at is not None and expires_at <= now:
        raise Invalid("A token ends in the future")
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip()[:100],
        digest=digest(text),
        scopes=sorted(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    record("token.issue", by=by, on=token, detail={"name": token.name, "scopes": token.scopes, "until": expires_at})
    return token, text


@action
def revoke_token(*, token: ApiToken, by: Actor) -> None:
    """End a token now. Raises Conflict when it ended already."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=moment.now()) != 1:
        raise Conflict()
    record("token.revoke", by=by, on=token, detail={"name": token.name})


def note_token_use(*, token: UUID, at: datetime) -> None:
    """Remember roughly when a token was last used. No deed, so no journal entry."""
    ApiToken.objects.filter(pk=token).update(last_used_at=at)
