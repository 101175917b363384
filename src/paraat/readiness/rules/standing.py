"""What counts as being involved, and how a tally follows when one constituent was counted again. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ASSESSMENT, PROGRAMME, EQUIVALENT, LESSON, MEASURE, CONTINUITY, SESSION = (
    "assessment", "programme", "equivalent", "lesson", "measure", "continuity", "session",
)  # fmt: skip
WAYS = (ASSESSMENT, PROGRAMME, EQUIVALENT, LESSON, MEASURE, CONTINUITY, SESSION)
"""The ways in which a constituent can be involved. Something of its own beside a programme is one of them."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What there is of one constituent, itself or through its provider. Nothing that was only sent to it counts."""

    assessments: int = 0  # with at least one answer
    programmes: int = 0  # of which it reached a step from "signed up" on
    equivalents: int = 0  # programmes that it says to have something of its own for
    lessons: int = 0  # answered
    measures: int = 0  # on file, whatever became of them
    continuity: int = 0  # critical services on file, and tests
    sessions: int = 0  # to which it came, or comes


def involved_in(traces: Traces) -> tuple[str, ...]:
    """In which ways it is involved; empty: not at all."""
    counts = (
        traces.assessments, traces.programmes, traces.equivalents, traces.lessons, traces.measures, traces.continuity, traces.sessions
    )  # fmt: skip
    return tuple(way for way, count in zip(WAYS, counts, strict=True) if count)


# Tallies --------------------------------------------------------------------------------------------------------------------------
Cell = tuple[str, str]
"""Province and size."""
Key = tuple[str, str, str]
"""Control, province, size."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What one constituent adds to the tallies."""

    cell: Cell
    unmet: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


def difference(before: Iterable[Counted], after: Iterable[Counted]) -> Mapping[Key, tuple[int, int]]:
    """By how much each tally (unmet, unclear) moves when `before` becomes `after`; tallies that stay are left out."""
    unmet: Counter[Key] = Counter()
    unclear: Counter[Key] = Counter()
    for sign, rows in ((-1, before), (1, after)):
        for row in rows:
            for into, identifiers in ((unmet, row.unmet), (unclear, row.unclear)):
                for identifier in identifiers:
                    into[identifier, *row.cell] += sign
    moved = {key: (unmet[key], unclear[key]) for key in {*unmet, *unclear}}
    return {key: change for key, change in moved.items() if any(change)}
