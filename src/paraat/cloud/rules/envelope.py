"""What the programme has committed, and whether one more tenant fits. Euro cents and whole days; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Commitment:
    """What one tenant was promised: so much a day from its approval until its end, or until it ended earlier."""

    cents_per_day: int
    begins: datetime
    until: datetime
    ended: datetime | None = None

    @property
    def days(self) -> int:
        """Days that count: one that has begun is paid for."""
        end = min(self.until, self.ended) if self.ended else self.until
        return max(1, -(-(end - self.begins) // DAY))

    @property
    def cents(self) -> int:
        """What it takes of the envelope."""
        return self.days * self.cents_per_day


@dataclass(frozen=True, slots=True)
class Envelope:
    """The envelope with what is committed."""

    cents: int
    committed: int

    @property
    def free(self) -> int:
        """What is left; below zero when somebody went over it by name."""
        return self.cents - self.committed

    def fits(self, more: int) -> bool:
        """Whether a commitment of `more` cents still fits."""
        return more <= self.free


def envelope(cents: int, commitments: Iterable[Commitment]) -> Envelope:
    """The envelope of a programme."""
    return Envelope(cents, sum(one.cents for one in commitments))
