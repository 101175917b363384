"""Who is chased next about a lesson that nobody answered, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

GIVEN: dict[int, timedelta] = {1: timedelta(days=90), 2: timedelta(days=14), 3: timedelta(days=3)}
"""How long one has to answer, by `Lesson.Urgency`."""
SHARES = (1 / 2, 3 / 4, 1)
"""The parts of that time after which the rungs come: half of it, three quarters, all of it."""
AGAIN = timedelta(days=7)
"""Between the rungs of a promise whose day has passed."""


class Rung(IntEnum):
    """How far it was climbed."""

    NOBODY = 0
    CONTACT = 1  # the constituent's own contact was reminded
    PROVIDER = 2  # its service provider was
    TEAM = 3  # the team sees it, and phones


@dataclass(frozen=True, slots=True)
class Step:
    """What is done now, and when the next rung is due (None: it was the last)."""

    rung: Rung
    next_at: datetime | None


def first(urgency: int, released_at: datetime) -> datetime:
    """When the first rung is due."""
    return released_at + GIVEN[urgency] * SHARES[0]


def due(urgency: int, released_at: datetime) -> datetime:
    """By when an answer is wanted."""
    return released_at + GIVEN[urgency]


def step(climbed: int, *, contact: bool, provider: bool, after: timedelta, now: datetime) -> Step:
    """The next rung that has somebody on it. Each gets its whole time from now: after an outage nobody is told everything at once.

    `contact`, `provider`: whether there is one to remind. `after`: how long a rung gets.
    """
    on = {Rung.CONTACT: contact, Rung.PROVIDER: provider, Rung.TEAM: True}
    rung = next((one for one in Rung if one > climbed and on.get(one)), Rung.TEAM)
    return Step(rung, None if rung is Rung.TEAM else now + after)


def pause(urgency: int) -> timedelta:
    """How long a rung gets before the next one, while nobody has answered."""
    return GIVEN[urgency] * (SHARES[1] - SHARES[0])


def promised(day: date, at: datetime) -> datetime:
    """When a promise is asked after: the day after, at the clock time of `at`, and never before it."""
    return max(at, at + timedelta(days=(day - at.date()).days + 1))
