"""Rows of a programme's history, as somebody else kept it: `nis,programme,step,date`. A row is read, or it says which field is wrong and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from paraat.readiness.rules.rungs import PLACE

FIELDS = ("nis", "programme", "step", "date")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Line:
    """One row that can be read."""

    row: int
    nis: str
    programme: str
    step: str
    day: date


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that cannot be taken: the field and what is wrong with it, in English as the commands speak."""

    row: int
    field: str
    reason: str
    raw: Mapping[str, str]


def missing(columns: Sequence[str]) -> list[str]:
    """The columns that a file lacks, whatever the case of its headings."""
    named = {name.casefold() for name in columns}
    return [name for name in FIELDS if name not in named]


def read(row: int, cells: Mapping[str, str], shape: str, today: date) -> Line | Fault:
    """One row; `shape` is what is wrong with its cells as such, if anything."""
    raw = dict(cells)
    given = {name.casefold(): value.strip() for name, value in cells.items()}
    if shape:
        return Fault(row, "", shape, raw)
    for name in FIELDS:
        if not given.get(name):
            return Fault(row, name, "nothing is given", raw)
    nis, programme, step = given["nis"], given["programme"].lower(), given["step"].lower()
    if not re.fullmatch(r"\d{5}", nis, re.ASCII):
        return Fault(row, "nis", "a NIS code has five digits", raw)
    if len(programme) > 40 or not _KEY.fullmatch(programme):
        return Fault(row, "programme", "a programme has small letters, digits and hyphens, at most 40", raw)
    if step not in PLACE:
        return Fault(row, "step", f"no such step; there are {', '.join(PLACE)}", raw)
    day = _day(given["date"])
    if day is None:
        return Fault(row, "date", "not a day as YYYY-MM-DD", raw)
    if day > today:
        return Fault(row, "date", "this day is still to come", raw)
    return Line(row, nis, programme, step, day)


def _day(text: str) -> date | None:
    """Only YYYY-MM-DD: 03/04/2022 is two different days."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
