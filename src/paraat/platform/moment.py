"""What time it is. The database's clock is the only one, so that every process on every machine agrees."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.db import connection


def now() -> datetime:
    """The database's wall clock, aware, UTC. Unlike SQL's `now()` it moves on within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    return cast("datetime", row[0])
