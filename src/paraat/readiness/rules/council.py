"""What a council reads of measures (decision 39): counts, days, money and reasons; no titles, no systems, and of what is not done yet no topic.

A line has no title to begin with, so none can be printed by mistake.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from paraat.readiness.rules.measures import OPEN, overdue

GOALS = {
    "signing_in": "out",
    "access": "out",
    "updates": "out",
    "network": "out",
    "old": "out",
    "watching": "on",
    "backups": "on",
    "continuity": "on",
    "people": "together",
    "suppliers": "together",
    "governance": "together",
    "other": "together",
}
"""What a topic serves: keeping attackers out, noticing them and going on, or working together. Of what is not done only this is told: that a town
has no second factor yet is what an attacker looks for."""
ORDER = ("out", "on", "together")


@dataclass(frozen=True, slots=True)
class Line:
    """What the report may know of one measure."""

    topic: str
    state: str
    due_on: date | None = None
    first_due_on: date | None = None
    verified_on: date | None = None
    cost: Decimal | None = None
    cost_yearly: Decimal | None = None
    delay: str = ""
    plain: str = ""
    waits: bool = False  # for a supplier


@dataclass(frozen=True, slots=True)
class Goal:
    """How far the measures for one goal are."""

    name: str
    promised: int
    verified: int
    said: int
    on_time: int
    late: int


@dataclass(frozen=True, slots=True)
class Late:
    """Measures for one goal that are late for one reason: how many, the month first promised for the longest of them, how long it is late."""

    goal: str
    delay: str
    count: int
    first_promised: date | None
    days: int


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of the report."""

    promised: int
    verified: int
    said: int
    on_time: int
    late: int
    dropped: int
    waiting: int
    postponed: int
    cost_open: Decimal
    cost_done: Decimal
    yearly: Decimal
    unpriced: int
    goals: tuple[Goal, ...]
    lates: tuple[Late, ...]
    achieved: tuple[tuple[str, int], ...]  # topics of what is verified, in the order of GOALS
    sentences: tuple[tuple[str, str], ...] = field(
        default=()
    )  # what somebody wrote for the council, and its state: done, said, late, open


def report(lines: Sequence[Line], today: date) -> Report:
    """The figures of these measures on a day. What was dropped is counted and left out of everything else."""
    kept = [one for one in lines if one.state != "dropped"]
    late = [one for one in kept if overdue(one.state, one.due_on, today)]
    still = [one for one in kept if one.state != "verified"]
    done = [one for one in kept if one.state == "verified"]
    return Report(
        promised=len(kept),
        verified=len(done),
        said=sum(one.state == "done" for one in kept),
        on_time=sum(one.state in OPEN for one in kept) - len(late),
        late=len(late),
        dropped=len(lines) - len(kept),
        waiting=sum(one.waits and one.state in OPEN for one in kept),
        postponed=sum(_postponed(one) for one in kept if one.state in OPEN),
        cost_open=_sum(one.cost for one in still),
        cost_done=_sum(one.cost for one in done),
        yearly=_sum(one.cost_yearly for one in kept),
        unpriced=sum(one.cost is None and one.cost_yearly is None for one in still),
        goals=tuple(_goal(name, kept, today) for name in ORDER),
        lates=tuple(_lates(late, today)),
        achieved=tuple((topic, n) for topic in GOALS if (n := sum(one.topic == topic for one in done))),
        sentences=tuple((one.plain, _stands(one, today)) for one in kept if one.plain),
    )


def _goal(name: str, kept: Sequence[Line], today: date) -> Goal:
    mine = [one for one in kept if GOALS[one.topic] == name]
    late = sum(overdue(one.state, one.due_on, today) for one in mine)
    return Goal(
        name,
        promised=len(mine),
        verified=sum(one.state == "verified" for one in mine),
        said=sum(one.state == "done" for one in mine),
        on_time=sum(one.state in OPEN for one in mine) - late,
        late=late,
    )


def _lates(late: Collection[Line], today: date) -> list[Late]:
    """By goal and reason, the longest late first within a goal."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for one in late:
        groups.setdefault((GOALS[one.topic], one.delay), []).append(one)
    found = []
    for (goal, delay), ones in groups.items():
        first = [one.first_due_on or one.due_on for one in ones]
        days = max((today - one.due_on).days for one in ones if one.due_on)
        found.append(Late(goal, delay, len(ones), min(day for day in first if day), days))
    return sorted(found, key=lambda one: (ORDER.index(one.goal), -one.days, one.delay))


def _postponed(one: Line) -> bool:
    return one.first_due_on is not None and one.due_on is not None and one.due_on > one.first_due_on


def _stands(one: Line, today: date) -> str:
    if one.state == "verified":
        return "verified"
    if one.state == "done":
        return "said"
    return "late" if overdue(one.state, one.due_on, today) else "open"


def _sum(amounts: object) -> Decimal:
    return sum((one for one in amounts if one is not None), Decimal(0))  # type: ignore[attr-defined]
