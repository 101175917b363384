"""What holds of measures: which state may follow, when one is late, when one that comes back is due again, and who may say that it is so."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

OPEN = frozenset({"planned", "going"})
"""Still to be done: these can be late."""

FOLLOWS: Mapping[str, tuple[frozenset[str], str]] = {
    "begin": (frozenset({"planned"}), "going"),
    "done": (OPEN, "done"),
    "verify": (frozenset({"done"}), "verified"),
    "refuse": (frozenset({"done"}), "going"),
    "drop": (OPEN | {"done"}, "dropped"),
    "reopen": (frozenset({"done", "verified", "dropped"}), "planned"),
}
"""Per deed the states from which it may be done, and the state that it brings about."""

TOPICS: tuple[tuple[str, str], ...] = (
    ("PR.AA-03", "signing_in"),
    ("PR.AA", "access"),
    ("PR.DS-11", "backups"),
    ("PR.PS-02", "updates"),
    ("PR.PS-03", "old"),
    ("PR.PS-04", "watching"),
    ("PR.PS", "updates"),
    ("PR.IR-01", "network"),
    ("PR.IR", "continuity"),
    ("PR.AT", "people"),
    ("ID.AM-08", "old"),
    ("ID.RA-08", "updates"),
    ("GV.SC", "suppliers"),
    ("GV", "governance"),
    ("DE", "watching"),
    ("RS", "continuity"),
    ("RC", "continuity"),
)
"""What an identifier of CyberFundamentals 2025 is about, in the words of the council's report; the first that fits."""


def follows(state: str, deed: str) -> str | None:
    """The state that `deed` brings about from `state`; None where it may not be done."""
    allowed, result = FOLLOWS[deed]
    return result if state in allowed else None


def overdue(state: str, due_on: date | None, today: date) -> bool:
    """Whether it is late: still to be done, and its day is over. The day itself is not late."""
    return state in OPEN and due_on is not None and due_on < today


def days_late(state: str, due_on: date | None, today: date) -> int:
    """How many days it is late; nothing where it is not."""
    return (today - due_on).days if due_on is not None and overdue(state, due_on, today) else 0


def months_after(start: date, months: int, day: int) -> date:
    """The `day` of the month that lies `months` after that of `start`; in a month without such a day its last.

    The day is given apart, so that 31 January, 28 February and 31 March follow each other.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day, last))


def next_due(due_on: date | None, every: int, day: int | None, today: date) -> date:
    """When a measure that comes back every so many months is due next: counted from when it was due, not from when it was done,
    and never on a day that is over. One without a due day counts from today."""
    start = due_on or today
    anchor = day or start.day
    turns = 1
    while (found := months_after(start, every * turns, anchor)) <= today:
        turns += 1
    return found


def same_person(done: frozenset[UUID], looks: frozenset[UUID], done_by: str, looks_by: str) -> bool:
    """Whether who looks is who said that it was done. Sets of all ids by which a person acts (account, contact on file, token); where one of
    them has none, by name."""
    if done and looks:
        return not done.isdisjoint(looks)
    return done_by.strip().casefold() == looks_by.strip().casefold()


def topic_of(identifiers: Iterable[str]) -> str:
    """What controls with these identifiers are about, most telling first; "other" where nothing fits."""
    known = list(identifiers)
    for prefix, topic in TOPICS:
        if any(one == prefix or one.startswith((f"{prefix}.", f"{prefix}-")) for one in known):
            return topic
    return "other"
