"""How a session becomes an account: allauth's way to check a password, with the rights of the user in the same query."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from paraat.accounts import loading
from paraat.accounts.models import User


class RightsBackend(AuthenticationBackend):
    """Loads the user of a session together with memberships and clients: one query per request."""

    def get_user(self, user_id: Any) -> User | None:
        """The account with this id that may sign in, or None."""
        return loading.by_id(user_id)
