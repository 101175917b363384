"""The pure decisions of the board: what stands first, and which sentence says what is going on. No Django, no I/O."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from paraat.alerts.rules.looks import Tally

TILES = 1500
"""Up to so many constituents each has a tile of its own; above, a province is one line. 1,500 tiles are 200 kB and still a glance; more is a wall of
text that nobody reads, and costs more than reading it is worth."""
NAMED = 40
"""How many towns that need somebody are shown by name on the board; the rest is a click away."""


def badness(*, held: bool, severity: int, counts: Tally) -> tuple[Any, ...]:
    """Sorts alert lines: silence first, then a list that waits for a click, then nobody to reach, then open ones; within these by severity."""
    return (bool(counts.silent), held, bool(counts.none), bool(counts.waiting), severity, counts.silent)


class Situation(StrEnum):
    """Which sentence heads the board."""

    QUIET = "quiet"
    CASES = "cases"  # no alert, but somebody is being helped
    HELD = "held"  # somebody must click
    SILENT = "silent"
    WAITING = "waiting"
    ALL_KNOWN = "all_known"


def situation(counts: Tally, held: int, cases: int = 0) -> Situation:
    """The one thing to say: silence is worse than a list that waits, which is worse than the rest. It is quiet only when no case is active either."""
    if counts.silent or counts.none:
        return Situation.SILENT
    if held:
        return Situation.HELD
    if counts.waiting:
        return Situation.WAITING
    if counts.named:
        return Situation.ALL_KNOWN
    return Situation.CASES if cases else Situation.QUIET
