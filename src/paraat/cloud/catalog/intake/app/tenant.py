"""What the intake is told of the town hall it runs for: `settings.json` and two secrets, both files of the manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = ("nl", "fr", "de", "en")


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter as it was prepared. Its hours are the clerks' to change, and stand in the store."""

    key: str
    names: Mapping[str, str]
    letter: str  # before its numbers: A12
    staff: tuple[str, ...] = ()  # logins that work at it; nobody named: every account

    def name(self, language: str) -> str:
        """Its name for people."""
        return self.names.get(language) or next(iter(self.names.values()))


@dataclass(frozen=True, slots=True)
class Tenant:
    """One town hall's intake."""

    names: Mapping[str, str]
    languages: tuple[str, ...]
    phone: str
    counters: tuple[Counter, ...]
    forms: tuple[str, ...]  # offered at first; empty: all
    exercise: bool
    data: Path
    accounts: Path  # htpasswd, written by the service `accounts`
    key: str = field(repr=False)
    verifier: str = field(repr=False)
    room_mb: int = 1500  # of papers and answers together; beyond it papers are brought along on paper

    def name(self, language: str) -> str:
        """The organisation's name."""
        return self.names.get(language) or next(iter(self.names.values()))

    def counter(self, key: str) -> Counter:
        """The counter of this key; KeyError when there is none."""
        return {one.key: one for one in self.counters}[key]


def read(environment: Mapping[str, str] = os.environ) -> Tenant:
    """The tenant as the files of the manifest say. ValueError when the key is too short to keep anything secret."""
    settings = Path(environment.get("INTAKE_SETTINGS", "/etc/intake/settings.json"))
    hidden = Path(environment.get("INTAKE_SECRETS", "/etc/intake-secrets"))
    return made(
        json.loads(settings.read_text(encoding="utf-8")),
        data=Path(environment.get("INTAKE_DATA", "/data")),
        accounts=Path(environment.get("INTAKE_ACCOUNTS", "/accounts/htpasswd")),
        key=(hidden / "key").read_text(encoding="utf-8").strip(),
        verifier=(hidden / "verifier").read_text(encoding="utf-8").strip(),
    )


def made(settings: Mapping[str, Any], *, data: Path, accounts: Path, key: str, verifier: str) -> Tenant:
    """The tenant of these settings and secrets."""
    if len(key) < 16 or len(verifier) < 16:
        raise ValueError("the intake's secrets must have at least 16 characters")
    return Tenant(
        names=settings["names"],
        languages=tuple(one for one in settings["languages"] if one in LANGUAGES) or LANGUAGES,
        phone=settings.get("phone", ""),
        counters=tuple(
            Counter(one["key"], one["names"], one["letter"], tuple(one.get("staff", ())))
            for one in settings["counters"]
        ),
        forms=tuple(settings.get("forms", ())),
        exercise=bool(settings.get("exercise")),
        data=data,
        accounts=accounts,
        key=key,
        verifier=verifier,
    )
