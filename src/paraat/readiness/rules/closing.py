"""What became of a lesson, in figures: how many closed it, and how fast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from zoneinfo import ZoneInfo

CLOSED = ("done", "not_applicable")
"""The answers after which nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One constituent that was told."""

    state: str
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    acknowledged: bool = False
    looked: str = ""
    helped: bool = False  # its service provider answered for it


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one lesson. Days are counted from its release; None: nobody yet, which is not zero days."""

    told: int
    states: Mapping[str, int]
    looked: Mapping[str, int]
    acknowledged: int
    answered: int
    closed: int
    by_providers: int
    days_to_answer: float | None
    days_to_close: float | None
    curve: tuple[tuple[date, int], ...]
    """How many had closed it at the end of each day on which that changed."""

    @property
    def silent(self) -> int:
        """Those that did not answer."""
        return self.told - self.answered

    @property
    def share(self) -> int | None:
        """Per cent that closed it, rounded down: only all is a hundred."""
        return self.closed * 100 // self.told if self.told else None


def figures(replies: Iterable[Reply], released_at: datetime | None, zone: ZoneInfo) -> Figures:
    """Add up. Medians are of those that did answer or close, in days to a tenth."""
    rows = list(replies)
    closed = [one.closed_at for one in rows if one.state in CLOSED and one.closed_at]
    answered = [one for one in rows if one.state != "open"]
    return Figures(
        told=len(rows),
        states=Counter(one.state for one in rows),
        looked=Counter(one.looked for one in rows if one.looked),
        acknowledged=sum(one.acknowledged for one in rows),
        answered=len(answered),
        closed=sum(one.state in CLOSED for one in rows),
        by_providers=sum(one.helped for one in answered),
        days_to_answer=_days((one.answered_at for one in answered), released_at),
        days_to_close=_days(closed, released_at),
        curve=_curve(closed, zone),
    )


def _days(moments: Iterable[datetime | None], since: datetime | None) -> float | None:
    spans = [(at - since).total_seconds() / 86_400 for at in moments if at is not None] if since else []
    return round(median(spans), 1) if spans else None


def _curve(moments: Iterable[datetime], zone: ZoneInfo) -> tuple[tuple[date, int], ...]:
    per_day = Counter(at.astimezone(zone).date() for at in moments)
    total, points = 0, []
    for day in sorted(per_day):
        total += per_day[day]
        points.append((day, total))
    return tuple(points)
