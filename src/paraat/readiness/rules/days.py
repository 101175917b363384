"""Days that somebody can have meant: a year of one digit too many is a slip of the finger, and no calendar reckons with it. Pure."""

from __future__ import annotations

from datetime import date

from paraat.kernel.errors import Invalid

EARLIEST = 1970
FARTHEST = 50
"""Years from today."""


def is_meant(day: date | None, today: date) -> bool:
    """Whether a day can have been meant; no day at all can."""
    return day is None or EARLIEST <= day.year <= today.year + FARTHEST


def require_meant(day: date | None, today: date, *, field: str) -> None:
    """Raises Invalid, naming the field, for a day that nobody can have meant."""
    if not is_meant(day, today):
        raise Invalid("Nobody can have meant this day", field=field)
