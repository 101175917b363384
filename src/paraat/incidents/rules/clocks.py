"""When a statutory step is due, and when to remind of it. Pure: moments are aware, and "now" is not looked at.

The rule (decision 0013): what is due is the conservative moment. N hours are N elapsed hours, also when the clocks change. Months and weeks keep
the clock time of Brussels: the same day of the later month, or its last day. Nothing moves for week-ends or holidays; what Regulation (EEC,
Euratom) 1182/71 may allow is computed apart, to be shown beside.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from paraat.alerts.rules.night import ZONE
from paraat.incidents.rules.regimes import Duration, Regime, Step

PARTS = {"50": 50, "75": 75, "90": 90}
"""Reminders before a step is due, in hundredths of its time."""
DUE, OVERDUE = "due", "overdue"
OVERDUE_AFTER = timedelta(hours=1)
"""How long after the moment the last reminder says that it is over."""


@dataclass(frozen=True, slots=True)
class Due:
    """One step with its moment; `due` None: the fact is not known, or the law names no moment."""

    step: Step
    starts: datetime | None
    due: datetime | None
    recipient: str


def due_moment(starts: datetime, duration: Duration) -> datetime:
    """The conservative moment, in the time of Brussels. A clock time that a change of clocks skips is read as if it had not been changed yet; of one
    that comes twice it is the first. Raises OverflowError beyond the calendar."""
    if duration.unit == "hours":
        return (starts.astimezone(UTC) + timedelta(hours=duration.number)).astimezone(ZONE)
    local = starts.astimezone(ZONE)
    day = (
        _months_later(local.date(), duration.number)
        if duration.unit == "months"
        else local.date() + timedelta(weeks=duration.number)
    )
    there = datetime.combine(day, local.time().replace(fold=0), ZONE)
    return there.astimezone(UTC).astimezone(ZONE)  # through UTC, so that no skipped clock time is left


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        raise OverflowError("date value out of range")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def compute(
    regime: Regime, facts: Mapping[str, datetime], *, kind: str = "", region: str = "", recipient: str = ""
) -> list[Due]:
    """Every step of a regime, in its order. `recipient` overrides the regime's own for the organisation's kind and region."""
    to = recipient or regime.recipient_for(kind, region)
    return [_due(step, facts.get(step.counts_from), step.recipient or to) for step in regime.steps]


def _due(step: Step, starts: datetime | None, recipient: str) -> Due:
    due = due_moment(starts, step.duration) if starts and step.duration else None
    return Due(step, starts, due, recipient)


def reminders(starts: datetime, due: datetime) -> list[tuple[str, datetime]]:
    """The moments to remind, in order: after half of the time, three quarters, nine tenths; when it is due, and when it is over."""
    whole = due.astimezone(UTC) - starts.astimezone(UTC)
    early = [(level, starts.astimezone(UTC) + whole * part / 100) for level, part in PARTS.items()]
    at = due.astimezone(UTC)
    return [*early, (DUE, at), (OVERDUE, at + OVERDUE_AFTER)]


# What Regulation 1182/71 may allow -------------------------------------------------------------------------------------------------


def perhaps_later(starts: datetime, duration: Duration) -> datetime | None:
    """The end of the period as Regulation 1182/71 counts it (article 3), when that is later than `due_moment`; shown beside, never counted on.

    Hours: the hour of the event is not counted, and two days or more hold two working days. Weeks and months: until the end of the day, and of
    the next working day when that day is none.
    """
    due = due_moment(starts, duration)
    if duration.unit == "hours":
        end = _whole_hours(starts, duration.number)
    else:
        end = _end_of(_working_day(due.date()))
    return end if end > due else None


def _whole_hours(starts: datetime, hours: int) -> datetime:
    first = starts.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    end = (first + timedelta(hours=hours)).astimezone(ZONE)
    if hours < 48:
        return end
    worked = {day for day in _days(first.astimezone(ZONE).date(), end.date()) if is_working_day(day)}
    day = end.date()
    while len(worked) < 2:
        day = _working_day(day + timedelta(days=1))
        worked.add(day)
        end = _end_of(day)
    return end


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


def _working_day(day: date) -> date:
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def is_working_day(day: date) -> bool:
    """Whether it is neither a Saturday, a Sunday nor one of the ten Belgian public holidays (law of 4 January 1974, decree of 18 April 1974)."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def _holidays(year: int) -> set[date]:
    easter = _easter(year)
    moving = {easter + timedelta(days=days) for days in (1, 39, 50)}  # Easter Monday, Ascension, Whit Monday
    fixed = [(1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)]
    return moving | {date(year, month, day) for month, day in fixed}


def _easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian computus."""
    golden, century = year % 19, year // 100
    leaps, rest = divmod(century, 4)
    lunar = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - lunar + 15) % 30
    quarter, left = divmod(year % 100, 4)
    weekday = (32 + 2 * rest + 2 * quarter - epact - left) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
