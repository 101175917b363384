"""Numbers of alerts: 2024-0031, per year in Brussels, without gaps."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from paraat.alerts.rules.night import ZONE
from paraat.platform.actions import action


@action
def take_number(*, now: datetime) -> str:
    """The next number of the year of `now`. Whoever takes one holds the year's row until its transaction ends: a rollback gives the number
    back, and two that are made at once follow each other."""
    year = now.astimezone(ZONE).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO alerts_alertyear AS kept (year, last) VALUES (%s, 1)"
            " ON CONFLICT (year) DO UPDATE SET last = kept.last + 1 RETURNING last",
            [year],
        )
        row = cursor.fetchone()
    return f"{year}-{row[0]:04d}"
