"""Numbers that are given one after the other, per year, without gaps."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from paraat.alerts.rules.night import ZONE
from paraat.platform.actions import action


@action
def take_number(*, kind: str, now: datetime) -> str:
    """The next number of its kind (a letter: S, L, H, F, V, M, B) in the year of `now`. Whoever takes one holds the year's row until its
    transaction ends: a rollback gives the number back, and two that are made at once follow each other."""
    return take_numbers(kind=kind, count=1, now=now)[0]


@action
def take_numbers(*, kind: str, count: int, now: datetime) -> list[str]:
    """The next `count` numbers of a kind, in one query."""
    year = now.astimezone(ZONE).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO readiness_series AS kept (kind, year, last) VALUES (%s, %s, %s)"
            " ON CONFLICT (kind, year) DO UPDATE SET last = kept.last + EXCLUDED.last RETURNING last",
            [kind, year, count],
        )
        row = cursor.fetchone()
    return [f"{kind}{year}-{number:04d}" for number in range(row[0] - count + 1, row[0] + 1)]
