"""Seats, waiting lists, reminders and feedback of sessions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

Key = TypeVar("Key")

FEWEST = 5
"""Answers from which on feedback is shown: below it one could tell whose it is."""
BEFORE = timedelta(days=1)


def fits(wanted: int, taken: int, seats: int | None) -> bool:
    """Whether so many more find a seat; None: there are as many seats as come."""
    return seats is None or taken + wanted <= seats


def moved_up(waiting: Iterable[tuple[Key, int]], taken: int, seats: int | None) -> list[Key]:
    """Who moves up from the waiting list, given as (who, seats wanted) in the order in which they came.

    Whoever does not fit stays where he is and the next one that fits moves up: a seat is not left empty for somebody who needs three.
    """
    found = []
    for who, wanted in waiting:
        if fits(wanted, taken, seats):
            found.append(who)
            taken += wanted
    return found


def reminder_at(starts_at: datetime, now: datetime) -> datetime | None:
    """When who comes is reminded: a day before; None when that is past, for then the invitation or the change has only just said it."""
    at = starts_at - BEFORE
    return at if at > now else None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What was thought of a session, from five answers up."""

    answers: int
    average: float
    per_mark: tuple[tuple[int, int], ...]


def feedback(ratings: Sequence[int]) -> Feedback | None:
    """The figures; None below five answers."""
    if len(ratings) < FEWEST:
        return None
    counted = tuple((mark, sum(1 for one in ratings if one == mark)) for mark in range(1, 6))
    return Feedback(len(ratings), round(sum(ratings) / len(ratings), 1), counted)
