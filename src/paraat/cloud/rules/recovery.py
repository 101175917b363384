"""What the times of a drill mean: durations, speed, and how long the organisation's own data would take. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Times:
    """The moments of a drill or of a real recovery; None: it did not come so far. The clock of the RTO starts at `requested`."""

    requested: datetime
    started: datetime | None = None
    healthy: datetime | None = None
    restored: datetime | None = None
    verified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of a recovery: `start` (until the services were asked for), `health`, `restore`, `proof`."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a recovery took. `seconds` is None when it was never proven: then there is no exercised RTO."""

    legs: tuple[Leg, ...]
    seconds: float | None
    megabytes_per_second: float | None

    @property
    def minutes(self) -> int | None:
        """Whole minutes, rounded up, at least 1: what is compared with a target."""
        return None if self.seconds is None else max(1, ceil(self.seconds / 60))


NAMES = ("start", "health", "restore", "proof")


def recovery(times: Times, size: int) -> Recovery:
    """The stretches between the moments, as far as they go, and the speed at which `size` bytes came back.

    A clock that was set back between two moments counts as no time, never as less than none.
    """
    moments = [times.requested, times.started, times.healthy, times.restored, times.verified]
    legs = tuple(Leg(name, seconds) for name, seconds in zip(NAMES, _between(moments), strict=False))
    whole = sum(leg.seconds for leg in legs) if len(legs) == len(NAMES) else None
    return Recovery(legs, whole, _speed(legs, size))


def _between(moments: Sequence[datetime | None]) -> Iterable[float]:
    for before, after in itertools.pairwise(moments):
        if before is None or after is None:
            return
        yield max(0.0, (after - before).total_seconds())


def _speed(legs: Sequence[Leg], size: int) -> float | None:
    """Megabytes (10^6) per second of the restore; None when nothing, or in no time, came back."""
    took = next((leg.seconds for leg in legs if leg.name == "restore"), 0.0)
    return size / MEGABYTE / took if took > 0 and size > 0 else None


def extrapolated(found: Recovery, data_mb: int | None) -> int | None:
    """Minutes until proven if there were `data_mb` megabytes: the restore grows with the data, everything else stays.

    None when the drill was not proven, the speed is not known, or the organisation never said how much it has.
    """
    if found.seconds is None or found.megabytes_per_second is None or data_mb is None:
        return None
    rest = sum(leg.seconds for leg in found.legs if leg.name != "restore")
    return max(1, ceil((rest + data_mb / found.megabytes_per_second) / 60))


def within(minutes: int | None, target: int) -> bool | None:
    """Whether an exercised RTO meets its target; None when there is none."""
    return None if minutes is None else minutes <= target


def next_drill(after: datetime, every_days: int) -> datetime | None:
    """When the next drill of a schedule is due; None when it is on demand only."""
    return after + timedelta(days=every_days) if every_days > 0 else None


def shares(legs: Sequence[Leg]) -> list[tuple[str, float]]:
    """Each stretch as a part of 1, for a bar; empty when no time passed."""
    whole = sum(leg.seconds for leg in legs)
    return [(leg.name, leg.seconds / whole) for leg in legs] if whole > 0 else []
