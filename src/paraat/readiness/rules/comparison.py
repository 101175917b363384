"""Assessments beside each other: where self-assessment, provider and auditor differ, and what changed since the time before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from paraat.readiness.rules.assessments import MET, NOT_APPLICABLE, NOT_MET, OPEN, PARTLY, UNCLEAR


@dataclass(frozen=True, slots=True)
class Said:
    """What one assessment says of one control."""

    status: str
    documentation: int | None = None
    implementation: int | None = None

    @property
    def speaks(self) -> bool:
        """Whether it was answered at all."""
        return self.status != OPEN or self.implementation is not None or self.documentation is not None


class Difference(IntEnum):
    """How far answers about one control are apart; the higher, the earlier it is shown."""

    ALONE = 0  # at most one of them answered: there is nothing to compare
    SAME = 1
    SCORES = 2  # the same words, another maturity
    UNCLEAR = 3  # one found something, another could not test it: no agreement, and no contradiction
    STATUS = 4  # they say different things


def difference(said: Iterable[Said | None]) -> Difference:
    """How far apart answers of several assessments about one control are. "Could not be tested" agrees with nothing but itself."""
    speaking = [one for one in said if one is not None and one.speaks]
    if len(speaking) < 2:
        return Difference.ALONE
    plain = {one.status for one in speaking if one.status not in UNCLEAR and one.status != OPEN}
    if len(plain) > 1:
        return Difference.STATUS
    if len({one.status for one in speaking}) > 1:
        return Difference.UNCLEAR
    if len({(one.documentation, one.implementation) for one in speaking}) > 1:
        return Difference.SCORES
    return Difference.SAME


@dataclass(frozen=True, slots=True)
class Line:
    """One control and what each assessment says of it, in the order of the columns; None: it was not asked there."""

    identifier: str
    said: tuple[Said | None, ...]
    difference: Difference


def beside(order: Sequence[str], columns: Sequence[Mapping[str, Said]]) -> list[Line]:
    """Every control of `order`, what each column says, the widest difference first and then in the order given."""
    lines = []
    for identifier in order:
        said = tuple(column.get(identifier) for column in columns)
        lines.append(Line(identifier, said, difference(said)))
    return sorted(lines, key=lambda line: -line.difference)  # stable: within one difference the order stays


# Over time ------------------------------------------------------------------------------------------------------------------------


class Turn(StrEnum):
    """What became of a control since the assessment before."""

    IMPROVED = "improved"
    FELL_BACK = "fell_back"
    UNCLEAR = "unclear"  # could not be tested, now or then: nobody knows
    SAME = "same"
    NEW = "new"  # not asked, or not answered, the time before
    GONE = "gone"  # answered then, not answered now


_WORTH = {NOT_MET: 0, PARTLY: 1, MET: 2, NOT_APPLICABLE: 2}
"""A control that does not apply leaves nothing to be done, as one that is in place."""


def turn(before: Said | None, now: Said | None) -> Turn:
    """What became of one control. Where either could not be tested there is no improvement and no fall: nobody knows."""
    if now is None or not now.speaks:
        return Turn.GONE if before is not None and before.speaks else Turn.SAME
    if before is None or not before.speaks:
        return Turn.NEW
    if before.status in UNCLEAR or now.status in UNCLEAR:
        return Turn.UNCLEAR
    change = _words(before, now) or _maturity(before, now)
    if change is None:
        return Turn.UNCLEAR
    return Turn.SAME if change == 0 else Turn.IMPROVED if change > 0 else Turn.FELL_BACK


def _words(before: Said, now: Said) -> int:
    """How far the words moved; nothing where one of them has figures of maturity only."""
    if OPEN in {before.status, now.status}:
        return 0
    return _WORTH[now.status] - _WORTH[before.status]


def _maturity(before: Said, now: Said) -> int | None:
    """How far the maturity moved under the same words; None where figures stand against words and cannot be compared."""
    if before.status != now.status:
        return 0 if OPEN not in {before.status, now.status} else None
    return _sum(now) - _sum(before) if _sum(now) and _sum(before) else 0


def _sum(said: Said) -> int:
    return (said.documentation or 0) + (said.implementation or 0)


def over_time(
    order: Sequence[str], before: Mapping[str, Said], now: Mapping[str, Said]
) -> list[tuple[str, Turn, Said | None, Said | None]]:
    """Every control of `order`: what became of it, and both answers; what fell back stands first."""
    ranked = {one: place for place, one in enumerate(FIRST)}
    rows = [(one, turn(before.get(one), now.get(one)), before.get(one), now.get(one)) for one in order]
    return sorted(rows, key=lambda row: ranked[row[1]])


FIRST = (Turn.FELL_BACK, Turn.UNCLEAR, Turn.GONE, Turn.IMPROVED, Turn.NEW, Turn.SAME)
"""What asks for attention stands first."""
