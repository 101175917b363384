"""Groups: who matches together. A name or an interval points to one group; the entries of all groups are one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from paraat.observations.rules.assets import Claim, Settled
from paraat.observations.rules.vocabulary import CERTAINTIES, REASONS, Certainty, Reason

ENTRIES: dict[str, type[pl.DataType]] = {
    "group": pl.Int32,
    "organisation": pl.Int32,
    "asset": pl.Int32,
    "reason": pl.UInt8,
    "certainty": pl.UInt8,
}


class Groups:
    """Collects groups while an index is built."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int, int, int]] = []
        self._count = 0

    def add(self, own: Settled, reason: Reason, enclosing: Sequence[Claim] = (), through: Reason | None = None) -> int:
        """A group of owners, those concerned through them, and owners of what lies around it; returns its number. It may be empty: suppressed."""
        number, self._count = self._count, self._count + 1
        if len(own.owners) == 1 and not own.others and not enclosing:  # nearly all of a register
            self._entry(number, own.owners[0], REASONS.index(reason), 0)
            return number
        seen: set[int] = set()
        self._entries(number, own.owners, reason, Certainty.CERTAIN, seen)
        self._entries(number, own.others, reason, Certainty.CONCERNED, seen)
        self._entries(number, enclosing, through or reason, Certainty.CONCERNED, seen)
        return number

    def _entries(
        self, number: int, claims: Iterable[Claim], reason: Reason, certainty: Certainty, seen: set[int]
    ) -> None:
        for claim in claims:
            if claim.organisation not in seen:
                seen.add(claim.organisation)
                self._entry(number, claim, REASONS.index(reason), CERTAINTIES.index(certainty))

    def _entry(self, number: int, claim: Claim, reason: int, certainty: int) -> None:
        self._rows.append((number, claim.organisation, claim.asset, reason, certainty))

    def table(self) -> pl.DataFrame:
        """All entries, in the order of their groups."""
        return pl.DataFrame(self._rows, schema=ENTRIES, orient="row")
