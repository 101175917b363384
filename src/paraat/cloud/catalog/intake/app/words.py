"""The intake's own texts: one file per language below `words/`, `{name}` stands for a value. A test finds what is missing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "words"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of a language by key."""
    with (FOLDER / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


def word(language: str, key: str, **values: object) -> str:
    """One text; KeyError when the catalogue lacks it."""
    return catalogue(language)[key].format(**values) if values else catalogue(language)[key]


def long_day(language: str, day: date | str) -> str:
    """A day as people say it, such as "maandag 23 november"."""
    found = date.fromisoformat(day) if isinstance(day, str) else day
    name = word(language, f"day_{found.weekday()}")
    return word(language, "day_written", name=name, day=found.day, month=word(language, f"month_{found.month}"))
