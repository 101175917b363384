"""The clocks of a researcher's report: computed by the regime of art. 23, from the moment of discovery. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from paraat.incidents.rules.clocks import compute
from paraat.incidents.rules.regimes import Regime

REGIME = "researcher-disclosure-be"
SIMPLE, FULL = "simple-notification", "full-notification"


@dataclass(frozen=True, slots=True)
class Clocks:
    """When the simple and the full report are due; None: not known when it was discovered."""

    simple: datetime | None
    full: datetime | None


def clocks(regime: Regime, found_at: datetime | None) -> Clocks:
    """The two moments, by the rules of every other clock."""
    if found_at is None:
        return Clocks(None, None)
    due = {one.step.key: one.due for one in compute(regime, {regime.trigger: found_at})}
    return Clocks(due.get(SIMPLE), due.get(FULL))


def standing(due: datetime | None, came: datetime | None, now: datetime) -> str:
    """How one report stands: "unknown" (nobody said when it was discovered), "in_time", "late", "waiting" or "overdue"."""
    if due is None:
        return "unknown"
    if came is not None:
        return "in_time" if came <= due else "late"
    return "waiting" if now <= due else "overdue"
