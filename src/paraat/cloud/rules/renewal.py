"""When a certificate of a public authority is ordered again."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=15), timedelta(days=1)
"""Public authorities count failed tries per name and hour (Let's Encrypt: five); who goes on at once is locked out."""


def renew_at(began: datetime, ends: datetime) -> datetime:
    """When two thirds of its life are over: holds for 90 days as for six, and leaves time for failures."""
    return began + (ends - began) * 2 / 3


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row (1 and up): doubled every time, up to a day."""
    doubled: int = 2 ** min(max(failures, 1) - 1, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
