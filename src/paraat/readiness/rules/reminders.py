"""When somebody is reminded of a measure, whom, and what goes into one letter. A reminder goes out in the morning, in Brussels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from paraat.alerts.rules.night import ZONE

MORNING = time(9)
BEFORE: tuple[tuple[str, int], ...] = (("d30", 30), ("d7", 7), ("d1", 1))
"""Days before the due day on which the owner is reminded."""
OVERDUE, HEAD, TEAM = "overdue", "head", "team"
OWNERS = frozenset({"d30", "d7", "d1", OVERDUE})
"""What the owner is told, unless that was muted."""
ORDER = ("d30", "d7", "d1", OVERDUE, HEAD, TEAM)
"""From mild to pressing: of several that are late together the last is told."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One reminder to come."""

    name: str
    at: datetime


def morning(day: date) -> datetime:
    """Nine o'clock of a day in Brussels, whatever the clock did that night."""
    return datetime.combine(day, MORNING, ZONE)


def first_morning(now: datetime) -> date:
    """The day of the next morning that is still to come."""
    here = now.astimezone(ZONE)
    return here.date() if here.time() < MORNING else here.date() + timedelta(days=1)


def rungs(due_on: date | None, now: datetime, *, head_after: int, team_after: int) -> tuple[Rung, ...]:
    """The reminders of a measure that is due on a day, as planned at `now`: those before it that are still to come, the morning after it, and
    those above, so many days after it. What should have gone out already goes out on the next morning: late rather than never."""
    if due_on is None:
        return ()
    first = first_morning(now)
    before = [(name, due_on - timedelta(days=days)) for name, days in BEFORE]
    found = [Rung(name, morning(day)) for name, day in before if day >= first]
    head = max(head_after, 1)
    for name, days in ((OVERDUE, 1), (HEAD, head), (TEAM, max(team_after, head))):
        found.append(Rung(name, morning(max(due_on + timedelta(days=days), first))))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that has come due and whom it is for."""

    reminder: UUID
    measure: UUID
    rung: str
    contact: UUID
    exercise: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """What one contact is told at once: every measure once, with what presses most."""

    contact: UUID
    exercise: bool
    lines: tuple[Due, ...]
    reminders: tuple[UUID, ...]  # all that it answers for, the milder ones of the same measure included


def letters(due: Iterable[Due]) -> list[Letter]:
    """One letter per contact, of reality and of an exercise apart, instead of one per measure."""
    groups: defaultdict[tuple[UUID, bool], list[Due]] = defaultdict(list)
    for one in due:
        groups[one.contact, one.exercise].append(one)
    return [_letter(contact, exercise, ones) for (contact, exercise), ones in groups.items()]


def _letter(contact: UUID, exercise: bool, ones: list[Due]) -> Letter:
    strongest: dict[UUID, Due] = {}
    for one in sorted(ones, key=lambda one: ORDER.index(one.rung)):
        strongest[one.measure] = one
    return Letter(contact, exercise, tuple(strongest.values()), tuple(sorted(one.reminder for one in ones)))
