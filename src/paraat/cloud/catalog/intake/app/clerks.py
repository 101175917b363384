"""Who works here: the accounts of the tenant's htpasswd (bcrypt), read anew when it changes, and the verifier with its secret."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import bcrypt

from .tenant import Tenant
from .vault import Vault

VERIFIER = "verifier"
HOURS = 10
"""A clerk signs in once a working day."""
_NOBODY = b"$2b$10$CwTycUXWue0Thq9StjUM0uJ8m3CP7LsbVQfWv1l0k7k6o0ZlW4F6e"
"""Compared with when there is no such login, so that an answer takes as long."""


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who is signed in, and which counters' requests he may see."""

    login: str
    counters: frozenset[str]
    test: bool = False  # the verifier: sees what verification filed and nothing else

    def holes(self) -> str:
        """The placeholders of his counters in SQL."""
        return ",".join("?" * len(self.counters))


class Desk:
    """Signs clerks in."""

    def __init__(self, tenant: Tenant, vault: Vault) -> None:
        self._tenant, self._vault = tenant, vault
        self._read: tuple[tuple[int, int], dict[str, bytes]] = ((0, 0), {})

    def sign_in(self, login: str, password: str) -> str | None:
        """The token of a session; None when login and password do not belong together."""
        login = login.strip().lower()
        if login == VERIFIER:
            right = hmac.compare_digest(password.encode(), self._tenant.verifier.encode())
        else:
            right = _matches(password, self._accounts().get(login)) and login in self._accounts()
        return self._vault.token({"login": login, "mark": self._mark(login)}) if right else None

    def clerk(self, token: str) -> Clerk | None:
        """Whose session it is; None when it is over, or his password was changed since."""
        found = self._vault.opened(token, seconds=HOURS * 3600)
        if not isinstance(found, dict) or "mark" not in found:
            return None
        login = str(found["login"])
        if login != VERIFIER and login not in self._accounts():
            return None
        if not hmac.compare_digest(str(found["mark"]), self._mark(login)):
            return None
        return Clerk(login, frozenset(self.counters(login)), test=login == VERIFIER)

    def counters(self, login: str) -> Iterable[str]:
        """The counters that he works at: those that name him, and those that name nobody who has an account."""
        known = self._accounts()
        for one in self._tenant.counters:
            staff = [name for name in one.staff if name in known]
            if login == VERIFIER or not staff or login in staff:
                yield one.key

    def _mark(self, login: str) -> str:
        """Changes with his password."""
        kept = self._tenant.verifier.encode() if login == VERIFIER else self._accounts().get(login, b"")
        return self._vault.mark(kept.decode(), f"session {login}")

    def _accounts(self) -> dict[str, bytes]:
        """Login to bcrypt hash, as the file says now."""
        path: Path = self._tenant.accounts
        try:
            stat = path.stat()
            version = (stat.st_mtime_ns, stat.st_ino)
            if version != self._read[0]:
                lines = path.read_text(encoding="utf-8").splitlines()
                pairs = (line.strip().partition(":") for line in lines if not line.startswith("#"))
                self._read = (
                    version,
                    {login.lower(): kept.encode() for login, _, kept in pairs if kept.startswith("$2")},
                )
        except FileNotFoundError:
            return {}  # nobody chose a password yet
        return self._read[1]


def _matches(password: str, kept: bytes | None) -> bool:
    """Whether bcrypt says so. Its 72 bytes are all that it looks at, and newer versions refuse more."""
    try:
        return bcrypt.checkpw(password.encode()[:72], (kept or _NOBODY).replace(b"$2y$", b"$2b$", 1))
    except ValueError:
        return False
