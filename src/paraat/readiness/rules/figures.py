"""Figures of a population that changes: who existed on a day, who answers for whom after a merger, and unions done on sets, never on sums.

A municipality counts as itself as long as it existed. From the day of a merger its successor answers for it: it has reached what any of its
parts had reached, and counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from paraat.readiness.rules.rungs import PLACE, RUNGS


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation and the days of its existence: from `since` until the day before `until`, both open when None."""

    id: UUID
    since: date | None = None
    until: date | None = None
    heir: UUID | None = None
    counts: bool = True  # of the population whose share is asked for

    def existed(self, day: date) -> bool:
        """Whether it existed on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Reached:
    """That an organisation reached a rung of a programme on a day."""

    unit: UUID
    programme: str
    rung: str
    day: date


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two sets over each other."""

    both: frozenset[UUID]
    only_first: frozenset[UUID]
    only_second: frozenset[UUID]

    @property
    def union(self) -> frozenset[UUID]:
        """One or both."""
        return self.both | self.only_first | self.only_second


Sets = Mapping[str, Mapping[str, frozenset[UUID]]]
"""Programme -> rung -> the organisations."""


def population(units: Iterable[Unit], day: date) -> frozenset[UUID]:
    """Those that count and existed on `day`: the denominator."""
    return frozenset(one.id for one in units if one.counts and one.existed(day))


def heirs(units: Iterable[Unit], day: date) -> dict[UUID, UUID]:
    """Who answers on `day` for each organisation that had begun by then: itself, or its successor. Who ended without one is left out."""
    known = {one.id: one for one in units}
    return {one.id: found for one in known.values() if (found := _heir(one, known, day)) is not None}


def _heir(unit: Unit, known: Mapping[UUID, Unit], day: date) -> UUID | None:
    seen: set[UUID] = set()
    while not unit.existed(day):
        ended = unit.until is not None and unit.until <= day
        if not ended or unit.heir is None or unit.heir not in known or unit.id in seen:
            return None
        seen.add(unit.id)
        unit = known[unit.heir]
    return unit.id


def sets_of(
    facts: Iterable[Reached], answering: Mapping[UUID, UUID], day: date
) -> dict[str, dict[str, frozenset[UUID]]]:
    """For each programme and rung who had reached exactly it on or before `day`, as recorded: a later rung implies no earlier one."""
    found: dict[str, dict[str, set[UUID]]] = {}
    for fact in facts:
        rungs = found.setdefault(fact.programme, {rung: set() for rung in RUNGS})
        if fact.day <= day and fact.unit in answering:
            rungs[fact.rung].add(answering[fact.unit])
    return {programme: {rung: frozenset(ids) for rung, ids in rungs.items()} for programme, rungs in found.items()}


def at_least(rungs: Mapping[str, frozenset[UUID]], rung: str) -> frozenset[UUID]:
    """Who had reached this rung or a later one."""
    return frozenset().union(*(ids for name, ids in rungs.items() if PLACE[name] >= PLACE[rung]))


def overlap(first: frozenset[UUID], second: frozenset[UUID]) -> Overlap:
    """Two sets over each other."""
    return Overlap(first & second, first - second, second - first)
