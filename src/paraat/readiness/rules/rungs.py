"""The ladder of a programme: its rungs in order, and which day a rung may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from paraat.kernel.errors import Invalid

INVITED, SIGNED_UP, ORDERED, CARRIED_OUT = "invited", "signed-up", "ordered", "carried-out"
REPORT, INVOICED, PAID = "report", "invoiced", "paid"
RUNGS = (INVITED, SIGNED_UP, ORDERED, CARRIED_OUT, REPORT, INVOICED, PAID)
PLACE = {name: place for place, name in enumerate(RUNGS)}
TAKES_PART = RUNGS[1:]
"""Whoever reached one of these takes part; an invitation alone is none."""


def furthest(names: Iterable[str]) -> str:
    """The highest rung among `names`; "" when there is none."""
    return max(names, key=PLACE.__getitem__, default="")


def following(name: str) -> str:
    """The rung after `name`; the first to do after nothing is to sign up; "" after the last."""
    if not name:
        return SIGNED_UP
    return RUNGS[PLACE[name] + 1] if PLACE[name] + 1 < len(RUNGS) else ""


def demand_day(name: str, day: date, others: Mapping[str, date], today: date) -> None:
    """Raise Invalid when a rung cannot have been reached on `day`: it is still to come, before a lower rung's, or after a higher one's."""
    if day > today:
        raise Invalid("This day is still to come", field="on")
    for other, other_day in others.items():
        below = PLACE[other] < PLACE[name]
        if (below and day < other_day) or (PLACE[other] > PLACE[name] and day > other_day):
            raise Invalid(
                "The steps would not follow each other: look at the day of the other one", field="on", step=other
            )
