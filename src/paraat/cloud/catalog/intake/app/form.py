"""Forms as data: one TOML file each below `forms/`, and `contact.toml`, which every form ends with."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

KINDS: Final = ("text", "long", "date", "choice", "phone", "mail")
VISITS: Final = ("appointment", "ticket", "contact")
LONGEST: Final = {"text": 200, "long": 4000, "phone": 40, "mail": 200, "date": 10, "choice": 60}
_FOLDER = Path(__file__).parent
_PHONE = re.compile(r"[+0][0-9 ./()-]{7,}")
_MAIL = re.compile(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;]+")

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One question."""

    key: str
    kind: str
    label: Texts
    required: bool = False
    help: Texts = field(default_factory=dict)
    options: tuple[tuple[str, Texts], ...] = ()
    autocomplete: str = ""

    def shown(self, value: str, language: str) -> str:
        """An answer for people: the text of a choice, the answer itself otherwise."""
        return dict(self.options)[value][language] if value in dict(self.options) else value


@dataclass(frozen=True, slots=True)
class Form:
    """One form."""

    name: str
    counter: str
    order: int
    legal: bool  # a declaration or application with effects in law, which is made elsewhere
    visits: tuple[str, ...]
    title: Texts
    text: Texts
    limit: Texts
    fields: tuple[Field, ...]
    papers: tuple[tuple[str, Texts], ...]

    def read(self, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """The answers as they are kept, and per field the key of the text that says what is wrong with it."""
        answers = {one.key: _tidied(given.get(one.key, ""), one.kind) for one in self.fields}
        found = {one.key: _problem(one, answers[one.key]) for one in self.fields}
        return answers, {key: problem for key, problem in found.items() if problem}


@cache
def forms() -> Mapping[str, Form]:
    """Every form by name, in the order in which they are offered."""
    found = [_read(path) for path in _FOLDER.glob("forms/*.toml")]
    return {one.name: one for one in sorted(found, key=lambda one: (one.order, one.name))}


def _read(path: Path) -> Form:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    ending = tomllib.loads((_FOLDER / "contact.toml").read_text(encoding="utf-8"))
    return Form(
        name=path.stem,
        counter=raw["counter"],
        order=raw["order"],
        legal=raw["legal"],
        visits=tuple(raw["visits"]),
        title=raw["title"],
        text=raw["text"],
        limit=raw.get("limit", {}),
        fields=tuple(_field(one) for one in (*raw["fields"], *ending["fields"])),
        papers=tuple((one["key"], one["label"]) for one in raw.get("papers", ())),
    )


def _field(raw: Mapping[str, Any]) -> Field:
    options = tuple((one["key"], one["label"]) for one in raw.get("options", ()))
    known = {key: raw[key] for key in ("key", "kind", "label", "required", "help", "autocomplete") if key in raw}
    return Field(options=options, **known)


def _tidied(value: str, kind: str) -> str:
    """Without characters that nobody typed: control characters and those that turn text around."""
    plain = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(
        one
        for one in plain
        if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co"} or (one == "\n" and kind == "long")
    )
    return kept.strip()


def _problem(one: Field, value: str) -> str | None:
    if not value:
        return "field_required" if one.required else None
    if len(value) > LONGEST[one.kind]:
        return "field_too_long"
    wrong = {
        "date": lambda: not _is_date(value),
        "choice": lambda: value not in dict(one.options),
        "phone": lambda: not _PHONE.fullmatch(value),
        "mail": lambda: not _MAIL.fullmatch(value),
    }.get(one.kind)
    return f"field_{one.kind}" if wrong and wrong() else None


def _is_date(value: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(value).year <= 2100 and len(value) == 10
    except ValueError:
        return False
