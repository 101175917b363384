"""Whether a list goes out at once or waits for one click of an officer, and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

OLD = timedelta(hours=12)
MANY = 25
"""More organisations than this need a person's click (a list) or a second person's approval (an announcement)."""


class Hold(StrEnum):
    """A reason to wait for one click."""

    ONE_CLICK = "one_click"  # the policy of its source
    NOT_CONFIRMED = "not_confirmed"  # no person has confirmed the source yet
    DATED = "dated"  # what the list speaks of is over 12 hours old
    MANY = "many"  # it names more than 25 organisations


def reasons(
    *, one_click: bool, confirmed: bool, listed_at: datetime, organisations: int, exercise: bool, now: datetime
) -> tuple[Hold, ...]:
    """Every reason that holds, in a fixed order; empty: send at once.

    In an exercise only the policy of the source counts, since nothing leaves the house and the drill should not wait for a mouse.
    """
    found = {
        Hold.ONE_CLICK: one_click,
        Hold.NOT_CONFIRMED: not exercise and not confirmed,
        Hold.DATED: not exercise and now - listed_at > OLD,
        Hold.MANY: not exercise and organisations > MANY,
    }
    return tuple(hold for hold, applies in found.items() if applies)


def needs_second(organisations: int) -> bool:
    """Whether an announcement to so many needs the approval of a second person."""
    return organisations > MANY
