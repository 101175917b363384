"""The built-in list of critical services, to start one's own from: data in `critical_services.toml`, in four languages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".toml")
OTHER = "other"
"""The kind of a service that the list does not have; an organisation may have many of these."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A service of the list. `hours` is a proposal of a maximum tolerable downtime, which nobody has to share."""

    key: str
    hours: int
    names: Mapping[str, str]
    cloud: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """What it is called in `language`; in English where the list has no other name."""
        return self.names.get(language) or self.names["en"]


@cache
def listed() -> Mapping[str, Listed]:
    """Every service of the list by its key, in the order of the file."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["service"]
    return {row["key"]: Listed(row["key"], row["hours"], row["names"], tuple(row.get("cloud", ()))) for row in rows}


def kinds(language: str) -> list[tuple[str, str]]:
    """Key and name of each, for a choice."""
    return [(one.key, one.name(language)) for one in listed().values()]
