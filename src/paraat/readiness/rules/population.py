"""The population: size classes, how much risk a measure would take away over all, and what each of these leaves out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SIZES = (("0", 0), ("10000", 10_000), ("20000", 20_000), ("50000", 50_000), ("100000", 100_000))
"""Size classes by number of inhabitants: each from its number up to the next one."""
UNKNOWN = ""
"""No number of inhabitants is on file: most bodies that are no municipality."""
SIZE_KEYS = tuple(key for key, _least in SIZES)


def size_class(inhabitants: int | None) -> str:
    """The class of so many inhabitants; "" when nobody said."""
    if inhabitants is None:
        return UNKNOWN
    return max((least, key) for key, least in SIZES if least <= inhabitants)[1]


@dataclass(frozen=True, slots=True)
class Lacking:
    """A control, its weight, and how many of the constituents lack it by their newest assessment.

    `assessed` were asked it; of these `unmet` have it not or only partly in place and of `unclear` nobody knows. `absent` were never asked.
    """

    identifier: str
    weight: int
    unmet: int
    unclear: int
    assessed: int
    absent: int

    @property
    def gain(self) -> int:
        """The risk that it would take away, in points: its weight for each constituent that was found to lack it.

        Nobody is counted of whom it is not known: not who was not assessed, not who could not tell.
        """
        return self.weight * self.unmet

    @property
    def in_place(self) -> int:
        """Of those asked, who has it, or to whom it does not apply."""
        return max(self.assessed - self.unmet - self.unclear, 0)

    @property
    def share(self) -> float | None:
        """Who lacks it, in percent of those asked."""
        return percent(self.unmet, self.assessed)


def ranked(controls: Iterable[Lacking]) -> list[Lacking]:
    """What would take away most risk stands first; between equals the one that more lack, then the identifier."""
    return sorted(controls, key=lambda one: (-one.gain, -one.unmet, one.identifier))


def asks(levels: Sequence[str], upto: str, level: str) -> bool:
    """Whether an assessment up to one level asks a control of another; levels are cumulative, the lowest first; "" is all of it."""
    if upto not in levels or level not in levels:
        return True
    return levels.index(level) <= levels.index(upto)


def percent(count: int, of: int) -> float | None:
    """In percent with one decimal; None of nobody."""
    return round(100 * count / of, 1) if of else None
