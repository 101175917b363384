"""Opening hours, appointments and whose turn it is. Pure: `now` is passed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Brussels")
LEAD: Final = timedelta(minutes=30)
"""An appointment is at least this far ahead: one has to get there."""
FIRST_APPOINTMENT: Final = 501
"""Tickets of a day count from 1, appointments from here: nobody in the waiting room wonders why 3 came before 2."""
WEEKDAYS: Final = tuple(((time(9), time(12)),) if day < 5 else () for day in range(7))

Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Plan:
    """When a counter is open, and how it takes people."""

    hours: tuple[tuple[Span, ...], ...] = WEEKDAYS  # Monday first
    minutes: int = 15  # of one appointment
    desks: int = 1  # people who are helped at once
    ahead: int = 14  # days that can be booked
    closed: tuple[date, ...] = ()
    walk_in: bool = True  # hands out numbers

    def spans(self, day: date) -> tuple[Span, ...]:
        """Its hours on a day."""
        return () if day in self.closed else self.hours[day.weekday()]

    def starts(self, day: date) -> tuple[time, ...]:
        """When appointments of a day begin; the last one ends within the hours."""
        length = timedelta(minutes=self.minutes)
        found = []
        for opens, closes in self.spans(day):
            at, end = datetime.combine(day, opens), datetime.combine(day, closes)
            while at + length <= end:
                found.append(at.time())
                at += length
        return tuple(found)

    def open_at(self, now: datetime) -> bool:
        """Whether numbers are handed out now: while it is open, and in the hour before."""
        local = now.astimezone(ZONE)
        hour_before = timedelta(hours=1)
        return self.walk_in and any(
            datetime.combine(local.date(), opens, ZONE) - hour_before
            <= local
            < datetime.combine(local.date(), closes, ZONE)
            for opens, closes in self.spans(local.date())
        )

    def free(self, now: datetime, taken: Mapping[tuple[str, str], int]) -> dict[date, tuple[time, ...]]:
        """What can still be booked. `taken` counts per ("2026-11-23", "09:15") the desks that have somebody."""
        local = now.astimezone(ZONE)
        found = {}
        for number in range(self.ahead + 1):
            day = local.date() + timedelta(days=number)
            times = tuple(
                start
                for start in self.starts(day)
                if datetime.combine(day, start, ZONE) >= local + LEAD
                and taken.get((day.isoformat(), written(start)), 0) < self.desks
            )
            if times:
                found[day] = times
        return found

    def as_json(self) -> dict[str, Any]:
        """For the store."""
        raw = asdict(self)
        raw["hours"] = [[[written(opens), written(closes)] for opens, closes in spans] for spans in self.hours]
        raw["closed"] = [day.isoformat() for day in self.closed]
        return raw

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Plan:
        """As the store has it."""
        hours = tuple(tuple((parsed(opens), parsed(closes)) for opens, closes in spans) for spans in raw["hours"])
        closed = tuple(date.fromisoformat(day) for day in raw["closed"])
        return cls(hours, raw["minutes"], raw["desks"], raw["ahead"], closed, raw["walk_in"])


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody of today's queue."""

    identity: str
    number: int
    time: str | None = field(default=None)  # of an appointment


def next_of(waiting: Iterable[Waiting], now: datetime) -> Waiting | None:
    """Whose turn it is: appointments whose time has come, then numbers in their order, then whoever has the next appointment."""
    here = written(now.astimezone(ZONE).time())
    queue = list(waiting)
    due = sorted((one for one in queue if one.time and one.time <= here), key=lambda one: (one.time or "", one.number))
    tickets = sorted((one for one in queue if not one.time), key=lambda one: one.number)
    later = sorted((one for one in queue if one.time and one.time > here), key=lambda one: (one.time or "", one.number))
    return next(iter((*due, *tickets, *later)), None)


def written(value: time) -> str:
    """A time as 09:15."""
    return value.strftime("%H:%M")


def parsed(text: str) -> time:
    """A time that was written as 9:15, 09:15 or 9.15; ValueError otherwise."""
    hour, _, minute = text.strip().replace(".", ":").replace("h", ":").partition(":")
    return time(int(hour), int(minute or 0))


def spans_of(text: str) -> tuple[Span, ...]:
    """Hours as a clerk types them: "9:00-12:00, 13:30-16:00"; nothing: closed. ValueError when they cross or end before they begin."""
    found = []
    for part in filter(None, (one.strip() for one in text.replace("–", "-").split(","))):
        opens, dash, closes = part.partition("-")
        if not dash:
            raise ValueError(part)
        found.append((parsed(opens), parsed(closes)))
    edges = [edge for span in found for edge in span]
    if any(earlier >= later for earlier, later in pairwise(edges)):
        raise ValueError(text)
    return tuple(found)


def spans_written(spans: Iterable[Span]) -> str:
    """The same, to be typed over."""
    return ", ".join(f"{written(opens)}-{written(closes)}" for opens, closes in spans)
