"""Assessments: who answers and who reads, what counts as answered, and when somebody is reminded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from paraat.kernel.marking import TEAM, WATCHES, Role, Viewer

SELF, PROVIDER, EXTERNAL = "self", "provider", "external"
KINDS = (SELF, PROVIDER, EXTERNAL)
"""In the order of the columns in which they stand beside each other."""

OPEN, MET, PARTLY, NOT_MET = "open", "met", "partly", "not_met"
NOT_APPLICABLE, NOT_TESTABLE, ERROR = "not_applicable", "not_testable", "error"
STATUSES = (MET, PARTLY, NOT_MET, NOT_APPLICABLE, NOT_TESTABLE, ERROR)
"""What can be answered, in the order in which they are offered (keys 1 to 6)."""
UNCLEAR = frozenset({NOT_TESTABLE, ERROR})
"""Answers that say nothing about the control: never counted as fine."""
SCORED = "scored"
"""In counts, beside the statuses: no status, and both figures of maturity. It is an answer, and says neither fine nor not."""
ASKS_MEASURE = frozenset({NOT_MET, PARTLY})
"""Answers that ask what will be done about it."""


# Who ------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Whose:
    """What rights depend on: kind, state, whom it concerns, who wrote it, and the auditor who was named."""

    kind: str
    open: bool
    organisation: UUID
    author: UUID | None = None
    auditor: UUID | None = None
    submitted: bool = False
    shared: bool = False


def answers(viewer: Viewer, one: Whose) -> bool:
    """Whether this viewer writes its answers: a SPOC its own, a provider for a customer that agreed, an auditor the audit given to him by name.

    Nobody answers for another: not the team for a constituent, not a constituent for its auditor.
    """
    if one.kind == SELF:
        return viewer.has(Role.SPOC) and one.organisation in viewer.own
    if one.kind == PROVIDER:
        return viewer.has(Role.PROVIDER) and one.author in viewer.own and one.organisation in viewer.clients
    return is_auditor(viewer, one)


def is_auditor(viewer: Viewer, one: Whose) -> bool:
    """Whether this is the external auditor of this audit."""
    return viewer.has(Role.ASSESSOR) and one.auditor is not None and one.auditor == viewer.user


def reads_answers(viewer: Viewer, one: Whose) -> bool:
    """Whether who may see that it exists may read what was answered. An audit that is not submitted is read by who writes it and the team only:
    whoever is audited sees how far it is, not what it says."""
    if one.kind != EXTERNAL or one.submitted or viewer.has(*WATCHES) or is_auditor(viewer, one):
        return True
    return one.author is not None and one.author in viewer.own


def auditor_compares(one: Whose) -> bool:
    """Whether the auditor of an audit may see what the constituent and its provider answered: once his own is submitted, or when it was shared."""
    return one.kind == EXTERNAL and (one.submitted or one.shared)


def steers(viewer: Viewer, one: Whose) -> bool:
    """Whether this viewer reopens it, or sets its due day: the team any, a SPOC the one of its own."""
    return viewer.has(*TEAM) or (one.kind == SELF and answers(viewer, one))


# What counts ----------------------------------------------------------------------------------------------------------------------


def is_answered(status: str, documentation: int | None, implementation: int | None) -> bool:
    """Whether something was said: a status, or both figures of maturity."""
    return status != OPEN or (documentation is not None and implementation is not None)


def tally(status: str, documentation: int | None, implementation: int | None) -> tuple[int, int, int]:
    """What one answer adds to (answered, could not be tested, test failed)."""
    return int(is_answered(status, documentation, implementation)), int(status == NOT_TESTABLE), int(status == ERROR)


def counted(statuses: Iterable[str]) -> dict[str, int]:
    """How many of each status, every status named, zero included: what could not be tested is never hidden in another figure."""
    found = Counter(statuses)
    return {status: found.get(status, 0) for status in (*STATUSES, SCORED, OPEN)}


def counts_as(status: str, documentation: int | None, implementation: int | None) -> str:
    """Under which heading an answer is counted: its status, or `SCORED` where it has figures only."""
    return SCORED if status == OPEN and is_answered(status, documentation, implementation) else status


def in_level(levels: Sequence[str], chosen: str, of_control: str) -> bool:
    """Whether a control belongs to the chosen level. Levels are cumulative, lowest first; without a choice, or without a level, all do."""
    if not chosen or not of_control or chosen not in levels or of_control not in levels:
        return True
    return levels.index(of_control) <= levels.index(chosen)


# When -----------------------------------------------------------------------------------------------------------------------------

BEFORE = {"d14": 14, "d3": 3}
"""Days before the due day on which the SPOC is reminded."""
_HOUR = time(9)


def reminders(due_on: date, now: datetime, zone: ZoneInfo) -> dict[str, datetime]:
    """When to remind of an assessment that is due on a day: two weeks and three days before, where that lies ahead, and the morning after."""
    found = {rung: _morning(due_on - timedelta(days=days), zone) for rung, days in BEFORE.items()}
    return {rung: at for rung, at in found.items() if at > now} | {
        "overdue": _morning(due_on + timedelta(days=1), zone)
    }


def expires_at(until: date, zone: ZoneInfo) -> datetime:
    """When an explanation that holds until a day is old: the morning after."""
    return _morning(until + timedelta(days=1), zone)


def has_expired(until: date | None, today: date) -> bool:
    """Whether an explanation no longer holds today."""
    return until is not None and until < today


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, _HOUR, zone)


# What is asked --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A page of an assessment: a category, else a function, else all; how many it asks and how they were answered."""

    key: str
    function: str
    counts: Mapping[str, int]
    answered: int

    @property
    def asked(self) -> int:
        """How many controls it holds."""
        return sum(self.counts.values())


ALL = "all"


def part_key(function: str, category: str) -> str:
    """The page that a control stands on."""
    return category or function or ALL
