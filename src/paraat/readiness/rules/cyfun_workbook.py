"""The self-assessment workbook of CyFun 2025: which sheets, which columns, and what stands in a row. What is assumed of it is written in
docs/learn/frameworks.md; whoever has another layout is told what was not found.

Columns are recognised by their headings, not by their letters: the workbook for Basic has a column less. Key measures and controls of the
management are recognised by the words in the cells before the requirement, whatever stands above them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

SHEETS = ("GOVERN", "IDENTIFY", "PROTECT", "DETECT", "RESPOND", "RECOVER")
LEVELS = ("basic", "important", "essential")
PREFIXES = {"GOVERN": "GV", "IDENTIFY": "ID", "PROTECT": "PR", "DETECT": "DE", "RESPOND": "RS", "RECOVER": "RC"}
HEADINGS: dict[str, tuple[str, ...]] = {
    "level": ("assurance level",),
    "requirement": ("requirement", "requirements", "control"),
    "documentation": ("documentation score", "documentation maturity score", "documentation"),
    "implementation": ("implementation score", "implementation maturity score", "implementation"),
    "comments": ("comments and/or additional information", "comments"),
    "assessor": ("assessor comments", "comments of the assessor"),
}
"""What a column may be called, in lower case."""
NEEDED = ("requirement", "documentation", "implementation")
HEADING_ROWS = 10
"""The heading stands in one of the first rows."""
MOST_WORDS = 8000
"""Characters of a comment: as many as an explanation may have."""
NOT_APPLICABLE = ("n/a", "na", "n.a.")

_IDENTIFIER = re.compile(r"\s*([A-Z]{2}\.[A-Z]{2})-(\d{1,2})[.\-](\d{1,2})\s*[:.]?\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bad:
    """A row, or one cell of it, that was not taken: where, which field, what stood there, and why (a code)."""

    sheet: str
    row: int
    field: str
    found: str
    why: str


@dataclass(frozen=True, slots=True)
class Line:
    """A control as the workbook has it, and what was answered beside it."""

    sheet: str
    row: int
    identifier: str
    level: str
    key_measure: bool
    management: bool
    text: str
    documentation: int | None = None
    implementation: int | None = None
    not_applicable: bool = False
    comments: str = ""
    assessor: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the heading of a sheet stands, and its columns, counted from 0."""

    row: int
    places: Mapping[str, int]

    def letter(self, field: str) -> str:
        """The letter of a column. Raises KeyError where the sheet has none."""
        number, letters = self.places[field] + 1, ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return letters


@dataclass(frozen=True, slots=True)
class Workbook:
    """What was read: the level that it is for, the controls, what was put aside, and where the columns are."""

    level: str
    lines: tuple[Line, ...]
    bad: tuple[Bad, ...]
    columns: Mapping[str, Columns]

    @property
    def missing(self) -> tuple[str, ...]:
        """Sheets that are not there, or have no heading that we know."""
        return tuple(one for one in SHEETS if one not in self.columns)


def recognise(names: Sequence[str], rows: Mapping[str, Sequence[Sequence[str]]]) -> Workbook:
    """Read the sheets as far as they are of the official layout; `rows` per sheet, row 1 first."""
    columns = {name: found for name in SHEETS if name in rows and (found := _columns(rows[name])) is not None}
    level = _level(names, rows, columns)
    lines: dict[str, Line] = {}
    bad: list[Bad] = []
    for name, places in columns.items():
        for number, cells in enumerate(rows[name][places.row :], start=places.row + 1):
            line = _line(name, number, cells, places, level, bad)
            if line is not None and line.identifier in lines:
                bad.append(Bad(name, number, "requirement", line.identifier, "twice"))
            elif line is not None:
                lines[line.identifier] = line
    return Workbook(level, tuple(lines.values()), tuple(bad), columns)


def normal(identifier: str) -> str | None:
    """An identifier as we write it: some workbooks have ID.AM-5.1 or DE.CM-03-1 for ID.AM-05.1 and DE.CM-03.1. None: it is none."""
    found = _IDENTIFIER.fullmatch(identifier)
    return f"{found[1]}-{int(found[2]):02d}.{int(found[3])}" if found and not found[4] else None


def _columns(rows: Sequence[Sequence[str]]) -> Columns | None:
    for number, cells in enumerate(rows[:HEADING_ROWS], start=1):
        named = {" ".join(cell.casefold().split()): place for place, cell in reversed(list(enumerate(cells))) if cell}
        places = {
            field: place
            for field, words in HEADINGS.items()
            if (place := next((named[word] for word in words if word in named), None)) is not None
        }
        if all(field in places for field in NEEDED):
            return Columns(number, places)
    return None


def _level(names: Sequence[str], rows: Mapping[str, Sequence[Sequence[str]]], columns: Mapping[str, Columns]) -> str:
    """The level that the workbook is for: its summary says so ("ESSENTIAL Summary"), else the highest that a row names, else Basic."""
    for level in reversed(LEVELS):
        if any(name.casefold().startswith(level) for name in names):
            return level
    seen = {
        _cell(cells, places.places.get("level")).casefold()
        for name, places in columns.items()
        for cells in rows[name][places.row :]
    }
    return next((level for level in reversed(LEVELS) if level in seen), LEVELS[0])


def _line(sheet: str, row: int, cells: Sequence[str], columns: Columns, level: str, bad: list[Bad]) -> Line | None:
    """One row; None where it is no control. What is wrong with it goes to `bad`."""
    said = _cell(cells, columns.places["requirement"])
    if not said:
        stray = [name for name in ("documentation", "implementation") if _cell(cells, columns.places[name])]
        bad += [Bad(sheet, row, name, _cell(cells, columns.places[name])[:200], "no_requirement") for name in stray]
        return None
    found = _IDENTIFIER.fullmatch(said)
    if found is None:
        bad.append(Bad(sheet, row, "requirement", said[:200], "no_identifier"))
        return None
    identifier = f"{found[1]}-{int(found[2]):02d}.{int(found[3])}"
    if not identifier.startswith(PREFIXES[sheet]):
        bad.append(Bad(sheet, row, "requirement", identifier, "other_sheet"))
        return None
    own = _cell(cells, columns.places.get("level")).casefold() if "level" in columns.places else LEVELS[0]
    if own not in LEVELS or LEVELS.index(own) > LEVELS.index(level):
        bad.append(Bad(sheet, row, "level", _cell(cells, columns.places.get("level"))[:200], "no_level"))
        return None
    before = [" ".join(cell.casefold().split()) for cell in cells[: columns.places["requirement"]]]
    figures = dict(_figures(sheet, row, cells, columns, bad))
    skipped = NOT_APPLICABLE[0] in figures.values()
    return Line(
        sheet,
        row,
        identifier,
        own,
        key_measure="key measure" in before,
        management=any("management aspects" in one or one == "governance measure" for one in before),
        text=found[4].strip(),
        documentation=None if skipped else _number(figures.get("documentation")),
        implementation=None if skipped else _number(figures.get("implementation")),
        not_applicable=skipped,
        comments=_words(sheet, row, "comments", cells, columns, bad),
        assessor=_words(sheet, row, "assessor", cells, columns, bad),
    )


def _figures(
    sheet: str, row: int, cells: Sequence[str], columns: Columns, bad: list[Bad]
) -> Iterator[tuple[str, int | str]]:
    for field in ("documentation", "implementation"):
        said = _cell(cells, columns.places[field])
        if not said:
            continue
        if said.casefold() in NOT_APPLICABLE:
            yield field, NOT_APPLICABLE[0]
        elif said in {"1", "2", "3", "4", "5"}:
            yield field, int(said)
        else:
            bad.append(Bad(sheet, row, field, said[:200], "no_score"))


def _words(sheet: str, row: int, field: str, cells: Sequence[str], columns: Columns, bad: list[Bad]) -> str:
    said = _cell(cells, columns.places.get(field)).replace("\r\n", "\n")
    if len(said) <= MOST_WORDS:
        return said
    bad.append(Bad(sheet, row, field, said[:200], "too_long"))
    return ""


def _number(value: int | str | None) -> int | None:
    return value if isinstance(value, int) else None


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""
