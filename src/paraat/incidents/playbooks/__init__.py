"""The shipped playbooks: one TOML file per kind of incident, in four languages; adding one edits no list.

The versions that people edit on screen are in the table `Playbook`; `actions.playbooks` brings these there and looks there first.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from django.db import DatabaseError

LANGUAGES = ("nl", "fr", "de", "en")
"""Those that a playbook must have, every text of it."""
Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One task of a playbook: due `hours` after the case is opened, once the steps in `after` are done; `who` is team or victim."""

    key: str
    title: Texts
    text: Texts
    hours: float
    after: tuple[str, ...]
    who: str

    def as_data(self) -> dict[str, Any]:
        """As a row of the table keeps it."""
        return {
            "key": self.key,
            "title": self.title,
            "text": self.text,
            "hours": self.hours,
            "after": list(self.after),
            "who": self.who,
        }


@dataclass(frozen=True, slots=True)
class Shipped:
    """One shipped playbook. `classifications` are the RSIT types that it is proposed for; `sources` whose advice it follows."""

    key: str
    version: int
    title: Texts
    first_hour: dict[str, list[str]]
    steps: tuple[Step, ...]
    classifications: tuple[str, ...]
    sources: tuple[str, ...]


@lru_cache(maxsize=1)
def load() -> dict[str, Shipped]:
    """Every shipped playbook, by its key (the name of its file)."""
    found = sorted(file.name for file in files(__package__).iterdir() if file.name.endswith(".toml"))
    read = [_read(name, (files(__package__) / name).read_text(encoding="utf-8")) for name in found]
    return {one.key: one for one in read}


def kind_of(classification: str) -> str:
    """The shipped playbook that an RSIT type ("availability.ddos") proposes; "" when none."""
    return next((one.key for one in load().values() if classification in one.classifications), "")


def first_hour(kind: str, language: str) -> list[str]:
    """What to do now, in plain sentences for the victim, most urgent first. `kind`: a playbook's key (or as a report calls it), or an RSIT type;
    empty: not known. What people edited on screen counts; the files serve when the database cannot be asked.

    What nobody knows yet is treated as the worst: an intruder in the network.
    """
    known = load()
    key = _CALLED.get(kind, kind.replace("_", "-"))
    chosen = known.get(key) or known.get(kind_of(kind)) or known["ransomware"]
    said = _edited(chosen.key) or chosen.first_hour
    return list(said.get(language) or said["en"])


_CALLED = {"defacement": "web-defacement", "supplier": "supplier-compromise"}
"""What reports call some kinds."""


def _edited(key: str) -> dict[str, list[str]] | None:
    """The first hour of the active version when people edited it."""
    from paraat.incidents.models import Playbook  # the files are read where no model may be

    try:
        rows = Playbook.objects.filter(key=key, active=True, shipped=None).values_list("first_hour", flat=True)
        return next(iter(rows), None)
    except DatabaseError:  # the first hour is needed most when everything else is down
        return None


def _read(name: str, text: str) -> Shipped:
    data = tomllib.loads(text)
    steps = tuple(
        Step(
            one["key"],
            one["title"],
            one["text"],
            float(one["hours"]),
            tuple(one.get("after", ())),
            one.get("who", "team"),
        )
        for one in data["steps"]
    )
    return Shipped(
        key=name.removesuffix(".toml"),
        version=data["version"],
        title=data["title"],
        first_hour=data["first_hour"],
        steps=steps,
        classifications=tuple(data["classifications"]),
        sources=tuple(data["sources"]),
    )
