"""Whom a victim turns to, as data with its sources: one TOML file per country. Read from files, so that it works with the database down."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Authority:
    """One of them. `regions` (NIS codes) and `kinds` (of organisations) limit whom it is for; empty: everybody; with "!" in front: all but those."""

    key: str
    name: dict[str, str]
    what: dict[str, str]
    phone: str
    mail: str
    web: str
    regions: tuple[str, ...]
    kinds: tuple[str, ...]
    source: str
    as_of: date

    def is_for(self, region: str, kind: str) -> bool:
        """Whether an organisation of this region and kind turns to it."""
        return _allows(self.regions, region) and _allows(self.kinds, kind)

    def ways(self) -> list[str]:
        """Telephone, mail and address, those that there are."""
        return [way for way in (self.phone, self.mail, self.web) if way]


@lru_cache(maxsize=1)
def load(country: str = "be") -> tuple[Authority, ...]:
    """Every authority of the country's file, in its order."""
    data = tomllib.loads((files(__package__) / f"{country}.toml").read_text(encoding="utf-8"))
    return tuple(
        Authority(**{**one, "regions": tuple(one["regions"]), "kinds": tuple(one["kinds"])}, as_of=data["as_of"])
        for one in data["authority"]
    )


def who_to_turn_to(language: str, region: str = "", kind: str = "") -> list[tuple[str, str, list[str]]]:
    """(name, what for, ways) in `language`. Without a region everybody who may be the right one is named."""
    chosen = [one for one in load() if not region or one.is_for(region, kind)]
    return [
        (one.name.get(language, one.name["en"]), one.what.get(language, one.what["en"]), one.ways()) for one in chosen
    ]


def _allows(limits: Sequence[str], value: str) -> bool:
    refused = {limit[1:] for limit in limits if limit.startswith("!")}
    wanted = {limit for limit in limits if not limit.startswith("!")}
    return value not in refused and (not wanted or value in wanted)
