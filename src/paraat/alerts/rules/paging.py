"""Whom something that waits pages: the first on call, then the second, then the coordinator, then all of them again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

POSITIONS = ("first", "second", "coordinator")
EVERY = timedelta(minutes=5)
"""How long somebody who was paged has before the next one is."""
AGAIN = timedelta(minutes=15)
"""How often everybody is paged once everybody has been."""


def page(
    stage: int, on_shift: Mapping[str, Sequence[UUID]], fallback: Sequence[UUID]
) -> tuple[tuple[UUID, ...], int, timedelta]:
    """Whom to page at `stage` (0, 1, 2, then all), the next stage and the time until then.

    A position that nobody fills is passed over at once. With nobody on the roster `fallback` (all who work the room) is paged.
    """
    for place in range(stage, len(POSITIONS)):
        if on_shift.get(POSITIONS[place]):
            return tuple(on_shift[POSITIONS[place]]), place + 1, EVERY
    everybody = tuple(dict.fromkeys(user for position in POSITIONS for user in on_shift.get(position, ())))
    return everybody or tuple(fallback), len(POSITIONS), AGAIN
