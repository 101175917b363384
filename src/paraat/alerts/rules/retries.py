"""When a delivery that did not get through is tried again, and when that ends."""

from __future__ import annotations

from datetime import timedelta

FIRST, LONGEST = timedelta(seconds=20), timedelta(minutes=15)
ATTEMPTS = 20
"""About four hours; the ladder has long gone on by then."""


def again_in(attempts: int) -> timedelta | None:
    """How long to wait after that many attempts; None: give up."""
    if attempts >= ATTEMPTS:
        return None
    doubled: timedelta = FIRST * 2 ** max(attempts - 1, 0)
    return min(doubled, LONGEST)
