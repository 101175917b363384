"""Test alerts go out twice a year, in office hours, when somebody can be expected to answer."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

EVERY = timedelta(days=182)
ANSWER_WITHIN = timedelta(days=2)
"""Who has not answered a test after this becomes a task."""
OPENS, CLOSES = time(9), time(16)
_SATURDAY = 5


def is_office_hour(at: datetime, zone: str = "Europe/Brussels") -> bool:
    """Whether the aware moment `at` falls on a weekday between 9:00 and 16:00 there."""
    local = at.astimezone(ZoneInfo(zone))
    return local.weekday() < _SATURDAY and OPENS <= local.time() < CLOSES


def next_office_moment(at: datetime, zone: str = "Europe/Brussels") -> datetime:
    """`at` itself in office hours, else the next opening; in UTC-comparable aware time of the zone."""
    local = at.astimezone(ZoneInfo(zone))
    if is_office_hour(at, zone):
        return at
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, OPENS, ZoneInfo(zone))


def test_due(last_sent: datetime | None, known_since: datetime, now: datetime) -> bool:
    """Whether a contact's half-yearly test is due: half a year after the last one, or after it was confirmed."""
    return (last_sent or known_since) + EVERY <= now


test_due.__test__ = False  # type: ignore[attr-defined]  # not a test, whatever pytest thinks of the name
