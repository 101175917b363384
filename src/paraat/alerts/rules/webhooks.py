"""When an outside system that did not answer is told again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

EVENTS = ("alert.sent", "alert.withdrawn", "notice.acknowledged", "notice.silent")
"""What an outside system may ask to be told (`platform.facts.Happened`)."""

WAITS = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""How long after each failed attempt the next one follows; after the last it is given up: nearly two days in all."""

MOST_FAILURES = 3
"""So many events given up one after the other end a webhook: nobody is there any more."""


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after `attempts` failed ones (at least 1); None: give it up."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None
