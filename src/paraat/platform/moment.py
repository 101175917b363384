"""What time it is. The database's clock is the only one, so that every process on every machine agrees."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.db import connection

ZONE = ZoneInfo("Europe/Brussels")
"""Where the house is: its days begin at midnight there."""


def now() -> datetime:
    """The database's wall clock, aware, UTC. Unlike SQL's `now()` it moves on within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    return cast("datetime", row[0])


def day(at: datetime) -> date:
    """The day of a moment where the house is: between midnight and two the day in UTC is yesterday's."""
    return at.astimezone(ZONE).date()


def today() -> date:
    """The day that it is where the house is."""
    return day(now())
