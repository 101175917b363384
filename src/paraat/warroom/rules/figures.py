"""Figures that leave the house: each with its definition, source, denominator and as-of date; and no small number that points at a victim. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

SMALLEST = 5
"""Fewer than so many victims of a class, a severity or a province are not shown by themselves: who knows the region would know their names."""
FEW = f"<{SMALLEST}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `value` is text as it is shown; `of` what it is a part of, in words; `source` which of our rows it was counted from."""

    key: str
    title: str
    value: str
    denominator: str
    of: str
    definition: str
    source: str
    as_of: datetime
    group: str = ""


def shown(number: int) -> str:
    """A total of victims: the number, or that it is small."""
    return str(number) if number == 0 or number >= SMALLEST else FEW


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A total per cell. `cells` are shown by themselves, each zero or at least SMALLEST; `together` is what the others are in all (0: no others)."""

    cells: dict[str, int]
    together: int


def breakdown(counts: Mapping[str, int]) -> Breakdown:
    """Cells as they may be shown. Small ones are put together, with the next smallest until they are at least SMALLEST and more than one, so that
    none can be computed from the total. A total below SMALLEST is not broken down at all, which leaves nothing shown and nothing together.
    """
    if sum(counts.values()) < SMALLEST:
        return Breakdown({}, 0)
    hidden: dict[str, int] = {}
    filled = sorted(((number, name) for name, number in counts.items() if number), key=lambda one: (one[0], one[1]))
    for number, name in filled:
        small = number < SMALLEST
        if small or (hidden and (sum(hidden.values()) < SMALLEST or len(hidden) < 2)):
            hidden[name] = number
    cells = {name: number for name, number in counts.items() if name not in hidden}
    return Breakdown(cells, sum(hidden.values()))
