"""What is said of critical services, held against itself and against what was shown. Pure.

Hours everywhere. A cycle of dependencies is shown and stops nobody: towns do have an exchange that needs the network that needs the room of the
exchange. What a service needs through others is what can be reached from it, itself left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

Key = TypeVar("Key")


class Result(StrEnum):
    """What a test showed of one service."""

    RESUMED = "resumed"
    LATE = "late"
    NOT = "not"
    UNKNOWN = "unknown"


_WORST = (Result.NOT, Result.LATE, Result.UNKNOWN, Result.RESUMED)


@dataclass(frozen=True, slots=True)
class Service:
    """One service as it was said: its limit (maximum tolerable downtime) and the claimed time until it is back; None: nobody said."""

    limit: int | None = None
    claimed: int | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a test showed of a service: when, how many hours it took, and whether there is something to show for it."""

    on: date
    hours: float | None
    result: Result
    shown: bool
    """A drill shows itself; whatever a person recorded needs a file."""


# What was said, against itself ----------------------------------------------------------------------------------------------------
def contradicts(service: Service) -> bool:
    """Whether it is claimed to be back later than it may be gone."""
    return service.limit is not None and service.claimed is not None and service.claimed > service.limit


def slower(key: Key, services: Mapping[Key, Service], needs: Mapping[Key, Collection[Key]]) -> list[Key]:
    """What `key` needs, directly or through others, that is claimed to be back later than `key` itself is claimed, or may be gone.

    The claim counts where there is one, else the limit: a service cannot be back before what it cannot work without. In the order of `services`.
    """
    own = services[key]
    allowed = own.claimed if own.claimed is not None else own.limit
    if allowed is None:
        return []
    below = reached(key, needs)
    return [
        one for one, found in services.items() if one in below and found.claimed is not None and found.claimed > allowed
    ]


def reached(key: Key, needs: Mapping[Key, Collection[Key]]) -> set[Key]:
    """Everything that `key` needs, directly or through others, without itself."""
    found: set[Key] = set()
    open_: list[Key] = [key]
    while open_:
        for one in needs.get(open_.pop(), ()):
            if one not in found:
                found.add(one)
                open_.append(one)
    return found - {key}


def cycles(needs: Mapping[Key, Collection[Key]]) -> list[frozenset[Key]]:
    """The groups of services that need each other in a circle, each once; a service that needs itself is a group of one."""
    found: set[frozenset[Key]] = set()
    for key, direct in needs.items():
        below = reached(key, needs)
        ring = {one for one in below if key in reached(one, needs)}
        if ring or key in direct:
            found.add(frozenset(ring | {key}))
    return sorted(found, key=lambda ring: (len(ring), sorted(map(str, ring))))


def stopped(gone: Collection[Key], needs: Mapping[Key, Collection[Key]]) -> set[Key]:
    """What stops when `gone` stop: they, and whatever needs one of them, directly or through others."""
    needed_by: dict[Key, list[Key]] = {}
    for key, direct in needs.items():
        for one in direct:
            needed_by.setdefault(one, []).append(key)
    found = set(gone)
    for one in gone:
        found |= reached(one, needed_by)
    return found


# What was shown -------------------------------------------------------------------------------------------------------------------
def result(hours: float | None, limit: int | None, *, resumed: bool | None) -> Result:
    """What a test showed of one service. `resumed` None: nobody could tell. Without hours or a limit it cannot be said whether it was in time."""
    if resumed is False:
        return Result.NOT
    if resumed is None or hours is None or limit is None:
        return Result.UNKNOWN
    return Result.RESUMED if hours <= limit else Result.LATE


def drilled(hours: float | None, computed: float | None, limit: int | None, *, began: bool) -> Result:
    """What a drill showed of one service. `hours` None: it was not proven; `began`: its work had begun, so that something did not come back.

    `computed` is what the organisation's own amount of data would take. Where the measured time is within the limit and the computed one
    is not, nobody can tell: computed is not measured, and may not be ignored.
    """
    if hours is None:
        return Result.NOT if began else Result.UNKNOWN
    measured = result(hours, limit, resumed=True)
    if measured == Result.RESUMED and computed is not None and limit is not None and computed > limit:
        return Result.UNKNOWN
    return measured


def worst(results: Iterable[Result]) -> Result:
    """What a test showed of all its services together; could not tell, when there is none."""
    found = set(results)
    return next((one for one in _WORST if one in found), Result.UNKNOWN)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of the month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError  # every month has 28 days


def proves(proof: Proof, limit: int | None, *, since: date, until: date) -> bool:
    """Whether this proof counts: within the window, shown, resumed, and within the limit that holds now, not the one that held then."""
    if proof.hours is None or limit is None or not proof.shown:
        return False
    return proof.result == Result.RESUMED and since <= proof.on <= until and proof.hours <= limit


class Resumes(StrEnum):
    """Whether an organisation could resume within so many days."""

    ALL = "all"  # every service that must be back by then was shown to come back in time
    SOME = "some"
    NONE = "none"
    NOTHING = "nothing"  # it said of no service that it must be back by then


def must_return(limit: int | None, days: int) -> bool:
    """Whether a service must be back within so many days. One of which nobody said how long it may be gone counts: it might."""
    return limit is None or limit <= days * 24


def resumes(services: Sequence[tuple[int | None, bool]], days: int) -> Resumes:
    """Of an organisation's services, each as (limit, proven): whether those that must be back within so many days were all shown to."""
    due = [proven for limit, proven in services if must_return(limit, days)]
    if not due:
        return Resumes.NOTHING
    if all(due):
        return Resumes.ALL
    return Resumes.SOME if any(due) else Resumes.NONE
