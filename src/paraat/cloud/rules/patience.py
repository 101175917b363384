"""How long what failed is left alone before it is tried again: longer each time, up to a limit. Pure."""

from __future__ import annotations

from datetime import timedelta

FIRST = timedelta(minutes=1)
LONGEST = timedelta(minutes=15)
"""Nobody waits longer for what was mended meanwhile; and whoever starts the tenant by hand does not wait at all."""


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row; nothing after none."""
    if failures < 1:
        return timedelta()
    return min(LONGEST, FIRST * (1 << min(failures - 1, 10)))
