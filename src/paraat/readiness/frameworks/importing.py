"""What the official workbook of a user would change: read, compared with the edition that is current, nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from paraat.formats.errors import FormatError
from paraat.formats.workbook import read_book
from paraat.readiness.frameworks import current
from paraat.readiness.models import Control, Edition
from paraat.readiness.rules.cyfun_workbook import LEVELS, SHEETS, Line, Workbook, recognise
from paraat.readiness.rules.editions import Difference, difference

FRAMEWORK = "cyfun-2025"
_CARRIED = ("title", "why", "how", "checking", "effort", "weight", "maps_to", "recommendations")
"""What is ours of a control goes along to the next edition, by its identifier."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An import before it happens: what was read, the controls that the new edition would have, and how it differs from `before`."""

    workbook: Workbook
    before: Edition
    controls: tuple[Control, ...]
    difference: Difference
    whole: bool  # every sheet and every row was taken: only then does what is not there disappear

    @property
    def quarantine(self) -> list[dict[str, Any]]:
        """What was put aside, as it is kept with the edition."""
        return [asdict(one) for one in self.workbook.bad]


def read_workbook(content: bytes) -> Workbook:
    """A workbook of the official layout. Raises FormatError (with the sheets that were not recognised) and TooBig."""
    book = read_book(content, SHEETS)
    found = recognise(book.names, book.rows)
    if found.missing:
        raise FormatError(
            "This is not the self-assessment workbook: sheets or their headings were not found", sheets=", ".join(found.missing)
        )  # fmt: skip
    if not found.lines:
        raise FormatError("This workbook has no controls")
    return found


def plan(content: bytes) -> Planned:
    """What an import of this workbook would do. Raises FormatError, TooBig."""
    workbook, before = read_workbook(content), current(FRAMEWORK)
    known = {one.identifier: one for one in before.controls.all()}
    whole = not any(one.field in ("requirement", "level") for one in workbook.bad)
    controls = _merged(workbook, known, whole)
    return Planned(workbook, before, controls, difference(known.values(), controls), whole)


def _merged(workbook: Workbook, known: Mapping[str, Control], whole: bool) -> tuple[Control, ...]:
    """The workbook's controls with our words; those of a level that it does not cover stay, and all the others too when rows were put aside."""
    found = {one.identifier: _control(one, known.get(one.identifier)) for one in workbook.lines}
    covered = LEVELS[: LEVELS.index(workbook.level) + 1]
    kept = [one for name, one in known.items() if name not in found and not (whole and one.level in covered)]
    rows = _ordered([*found.values(), *map(_copy, kept)], known)
    for place, row in enumerate(rows, start=1):
        row.position = place
    return tuple(rows)


def _control(line: Line, known: Control | None) -> Control:
    subcategory = line.identifier.rpartition(".")[0]
    row = Control(
        identifier=line.identifier,
        function=line.sheet,
        category=subcategory.partition("-")[0],
        subcategory=subcategory,
        level=line.level,
        key_measure=line.key_measure,
        management=line.management,
        text=line.text,
    )
    return _with_ours(row, known)


def _copy(known: Control) -> Control:
    row = Control(
        **{
            name: getattr(known, name)
            for name in ("identifier", "function", "category", "subcategory", "level", "key_measure", "management", "text")
        }
    )  # fmt: skip
    return _with_ours(row, known)


def _with_ours(row: Control, known: Control | None) -> Control:
    if known is not None:
        for name in _CARRIED:
            setattr(row, name, getattr(known, name))
    return row


def _ordered(rows: Iterable[Control], known: Mapping[str, Control]) -> list[Control]:
    """By function, by category as they stood, then by number."""
    categories = list(dict.fromkeys(one.category for one in known.values()))

    def place(row: Control) -> tuple[int, int, str, int]:
        at = categories.index(row.category) if row.category in categories else len(categories)
        return SHEETS.index(row.function), at, row.subcategory, int(row.identifier.rpartition(".")[2])

    return sorted(rows, key=place)
