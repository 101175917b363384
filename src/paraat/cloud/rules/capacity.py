"""How many tenants fit, what "ten municipalities tonight" would take, and who is first when not all fit.

What a new tenant takes is reckoned from the catalog's weights, corrected by what tenants that run were measured to take (`share`). The engine asks
`paraat.cloud.room.has_room_for(tenant)`, which gathers the figures and ends in `fits`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from paraat.cloud.workload import Budget

RESERVE = 0.1
"""The part of memory and disk that stays free: a host that is full to the last byte kills what runs."""
CPU_SHARED_BY = 20
"""How many may be promised the same processor by the catalog's weights: services wait most of the time (25 tenants ran on two cores)."""
DISK_SHARED_BY = 20
"""The same for disk: a tenant begins almost empty, and what it holds is measured; its budget stays the most that it may take."""
LEAST = 0.1
"""A measurement never makes a tenant smaller than this part of its weight: one that just started holds nothing yet."""
HEADROOM = 1.5
"""A measurement is taken while few people work; each tenant is given this much more, but never more than its weight."""
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """An amount of what a host has: megabytes (10^6) of memory, thousandths of a processor, megabytes of disk."""

    memory_mb: float
    cpu_millis: float
    disk_mb: float

    def __add__(self, other: Size) -> Size:
        """Both together."""
        return Size(self.memory_mb + other.memory_mb, self.cpu_millis + other.cpu_millis, self.disk_mb + other.disk_mb)

    def __sub__(self, other: Size) -> Size:
        """What is left; may fall below zero."""
        return self + other.times(-1)

    def times(self, factor: float) -> Size:
        """This many of it."""
        return Size(self.memory_mb * factor, self.cpu_millis * factor, self.disk_mb * factor)

    def items(self) -> tuple[tuple[str, float], ...]:
        """(name, amount) for memory, cpu and disk."""
        return (("memory", self.memory_mb), ("cpu", self.cpu_millis), ("disk", self.disk_mb))


NOTHING = Size(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Share:
    """What tenants take of their weight, from 0 to 1; 1 where nothing was measured."""

    memory: float = 1
    cpu: float = 1
    disk: float = 1
    measured: int = 0  # tenants it was measured on


@dataclass(frozen=True, slots=True)
class Waiting:
    """One that waits for room. `priority` 1 goes first; of one priority who asked first."""

    id: str
    priority: int
    since: datetime
    size: Size


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a number of tenants tonight would mean."""

    asked: int
    fit: int
    short: Size  # what more the host would need for the others; nothing below zero
    first: str  # what runs out first: memory, cpu or disk; "" when all fit

    @property
    def wait(self) -> int:
        """How many would have to wait."""
        return self.asked - self.fit


def weight(services: Iterable[str], weights: Mapping[str, Budget]) -> Size:
    """What these services may take by the catalog; a service that the catalog no longer has counts for nothing."""
    found = [weights[name] for name in services if name in weights]
    return Size(
        sum(one.memory_mb for one in found),
        sum(one.cpu_millis for one in found) / CPU_SHARED_BY,
        sum(one.disk_gb for one in found) * 1000 / DISK_SHARED_BY,
    )


def share(measured: Sequence[tuple[Size, Size]]) -> Share:
    """The part of its weight that a tenant takes, from (measured, weight) of tenants that run: all of them together, so that one odd one counts
    for one."""
    taken, given = NOTHING, NOTHING
    for one, of in measured:
        taken, given = taken + one, given + of
    if not measured:
        return Share()
    parts = {
        name: min(1.0, max(LEAST, had * HEADROOM / of)) if of else 1.0
        for (name, had), (_, of) in zip(taken.items(), given.items(), strict=True)
    }
    return Share(parts["memory"], parts["cpu"], parts["disk"], measured=len(measured))


def size(services: Iterable[str], weights: Mapping[str, Budget], known: Share) -> Size:
    """What a new tenant with these services will take."""
    full = weight(services, weights)
    return Size(full.memory_mb * known.memory, full.cpu_millis * known.cpu, full.disk_mb * known.disk)


def room(total: Size, free: Size) -> Size:
    """What may be given away of what is free: the reserve stays. Never below nothing."""
    left = Size(free.memory_mb - total.memory_mb * RESERVE, free.cpu_millis, free.disk_mb - total.disk_mb * RESERVE)
    return at_least_nothing(left)


def at_least_nothing(amount: Size) -> Size:
    """The same without what is below zero."""
    return Size(max(amount.memory_mb, 0), max(amount.cpu_millis, 0), max(amount.disk_mb, 0))


def fits(free: Size, wanted: Size) -> bool:
    """Whether `wanted` goes into `free` by memory, processor and disk."""
    return all(have >= want for (_, have), (_, want) in zip(free.items(), wanted.items(), strict=True))


def how_many(free: Size, one: Size) -> int | None:
    """How many of `one` go into `free`; None when one takes nothing, for then nobody can say."""
    counts = [int(have // want) for (_, have), (_, want) in zip(free.items(), one.items(), strict=True) if want > 0]
    return max(0, min(counts)) if counts else None


def first_short(free: Size, wanted: Size) -> str:
    """Which of memory, cpu and disk `wanted` has the least of, when it does not fit; "" when it does."""
    if fits(free, wanted):
        return ""
    parts = [
        (have / want, name) for (name, have), (_, want) in zip(free.items(), wanted.items(), strict=True) if want > have
    ]
    return min(parts)[1]


def forecast(free: Size, one: Size, asked: int) -> Forecast:
    """What `asked` more tenants of this size would mean."""
    possible = how_many(free, one)
    fit = asked if possible is None else min(asked, possible)
    wanted = one.times(asked)
    return Forecast(asked, fit, at_least_nothing(wanted - free), "" if fit == asked else first_short(free, wanted))


def ordered(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Who is first: by priority, then by who asked first."""
    return sorted(waiting, key=lambda one: (one.priority, one.since, one.id))


def admitted(free: Size, waiting: Iterable[Waiting]) -> list[Waiting]:
    """Who may start now. Nobody overtakes: a small one behind a large one waits too, else the large one would wait for ever."""
    chosen = []
    for one in ordered(waiting):
        if not fits(free, one.size):
            break
        chosen.append(one)
        free = free - one.size
    return chosen
