"""The frameworks that ship with Paraat, as data: `data/<key>.yaml` (the heading), and beside it the controls."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

LANGUAGES = ("nl", "fr", "de", "en")
KEYS = ("basics", "cyfun-2025")


@dataclass(frozen=True, slots=True)
class Shipped:
    """A framework as it ships: heading, controls (as fields of `Control`) and the digest over both."""

    key: str
    title: dict[str, str]
    scoring: str
    owner: str
    url: str
    version: str
    published_on: date | None
    source: str
    levels: tuple[str, ...]
    names: dict[str, dict[str, str]]
    controls: tuple[dict[str, Any], ...]
    digest: str


@cache
def shipped(key: str) -> Shipped:
    """The framework with this key. Raises KeyError."""
    if key not in KEYS:
        raise KeyError(key)
    heading = yaml.safe_load(_read(f"{key}.yaml"))
    lists: list[str] = heading["controls"]
    controls = [row for name in lists for row in _controls(name)]
    if not heading.get("levels"):
        controls.sort(key=lambda one: str(one["identifier"]))  # a checklist is read in the order of its items
    digest = hashlib.sha256("\0".join([_read(f"{key}.yaml"), *map(_read, lists)]).encode()).hexdigest()
    return Shipped(
        key=key,
        title=heading["title"],
        scoring=heading["scoring"],
        owner=heading.get("owner", ""),
        url=heading.get("url", ""),
        version=str(heading["version"]),
        published_on=heading.get("published_on"),
        source=heading["source"],
        levels=tuple(heading.get("levels", ())),
        names=heading.get("names", {}),
        controls=tuple({**one, "position": number} for number, one in enumerate(controls, start=1)),
        digest=digest,
    )


def version(key: str) -> str:
    """The version that ships."""
    return shipped(key).version


@cache
def names() -> dict[str, dict[str, str]]:
    """What functions and categories are called, per language: {"PR.AA": {"nl": ...}}."""
    return {code: said for key in KEYS for code, said in shipped(key).names.items()}


def _read(name: str) -> str:
    return (resources.files("paraat.readiness.frameworks") / "data" / name).read_text(encoding="utf-8")


def _controls(name: str) -> list[dict[str, Any]]:
    return _table(_read(name)) if name.endswith(".tsv") else [_item(one) for one in yaml.safe_load(_read(name))]


def _table(text: str) -> list[dict[str, Any]]:
    """One control a line: identifier, level, flags (k: key measure, m: of the management), and the title per language."""
    found = []
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        identifier = row["identifier"]
        subcategory = identifier.rpartition(".")[0]
        found.append(
            {
                "identifier": identifier,
                "function": FUNCTIONS[identifier[:2]],
                "category": subcategory.partition("-")[0],
                "subcategory": subcategory,
                "level": row["level"],
                "key_measure": "k" in row["flags"],
                "management": "m" in row["flags"],
                "title": {language: row[language] for language in LANGUAGES},
            }
        )
    return found


FUNCTIONS = {
    "GV": "GOVERN",
    "ID": "IDENTIFY",
    "PR": "PROTECT",
    "DE": "DETECT",
    "RS": "RESPOND",
    "RC": "RECOVER",
}


def _item(item: dict[str, Any]) -> dict[str, Any]:
    """An item of a checklist: its words per language stand under the languages."""
    words = {
        field: {language: item[language][field] for language in LANGUAGES}
        for field in ("title", "why", "how", "checking")
    }
    return {
        "identifier": item["id"],
        "function": item["function"],
        "key_measure": item.get("key", False),
        "effort": item["effort"],
        "weight": item["weight"],
        "maps_to": list(item["maps_to"]),
        "recommendations": list(item.get("recommendations", ())),
        **words,
    }
