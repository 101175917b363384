"""The shipped playbooks: one TOML file per kind of incident, in four languages; adding one edits no list.

The versions that people edit on screen are in the table `Playbook`; `actions.playbooks` brings these there and looks there first.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

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
    """What to do now, in plain sentences for the victim, most urgent first. `kind`: a playbook's key, or an RSIT type; empty: not known.

    Reads only files, so that it works with the database down. What nobody knows yet is treated as the worst: an intruder in the network.
    """
    known = load()
    chosen = known.get(kind) or known.get(kind_of(kind)) or known["ransomware"]
    return list(chosen.first_hour.get(language) or chosen.first_hour["en"])


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
