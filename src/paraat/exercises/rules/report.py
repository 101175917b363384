"""What an exercise measured: who answered which inject and when, how fast each organisation, and against the statutory clocks. Frozen at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

IN_TIME, LATE, NEVER = "in_time", "late", "never"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: whose ("" for the team), by whom, and how many minutes of the scenario after the inject."""

    organisation: str
    by: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Played:
    """An inject as it went: `minute` None means that it was not played, for the reason in `note` (skipped, failed, ended before it)."""

    key: str
    title: Mapping[str, str]
    planned: float
    minute: float | None
    expects: str
    within: float | None
    asked: Sequence[str]  # names of organisations; none: one answer by whoever does it
    answered: Sequence[Answered]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """A step of a statutory clock: after how many minutes of the scenario it was due and submitted (None: not submitted)."""

    organisation: str
    regime: str
    step: str
    due: float | None
    submitted: float | None


def outcome(minutes: float | None, within: float | None) -> str:
    """in_time, late or never."""
    if minutes is None:
        return NEVER
    return IN_TIME if within is None or minutes <= within else LATE


def report(injects: Iterable[Played], duties: Iterable[Duty], **facts: Any) -> dict[str, Any]:
    """The report as it is frozen: JSON-able, with a version of its own so that a later program still reads it."""
    rows = [_row(one) for one in injects]
    expected = [answer for row in rows for answer in row["answers"]]
    return {
        "format": 1,
        **facts,
        "injects": rows,
        "totals": {
            "played": sum(row["minute"] is not None for row in rows),
            "not_played": sum(row["minute"] is None for row in rows),
            "expected": len(expected),
            **{name: sum(one["outcome"] == name for one in expected) for name in (IN_TIME, LATE, NEVER)},
        },
        "organisations": _by_organisation(expected),
        "duties": [asdict(one) | {"outcome": outcome(one.submitted, one.due)} for one in duties],
    }


def _row(one: Played) -> dict[str, Any]:
    row = asdict(one)
    del row["answered"], row["asked"]
    return row | {"answers": list(_expected(one)) if one.expects and one.minute is not None else []}


def _expected(one: Played) -> Iterable[dict[str, Any]]:
    """One line for each answer that was expected, also those that never came; and those that came from somebody who was not asked."""
    given = {answer.organisation: answer for answer in one.answered}
    for name in one.asked or list(given) or [""]:
        found = given.get(name)
        yield {
            "organisation": name,
            "by": found.by if found else "",
            "minutes": round(found.minutes, 1) if found else None,
            "outcome": outcome(found.minutes if found else None, one.within),
        }


def _by_organisation(expected: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    grouped: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in expected:
        grouped[one["organisation"]].append(one)
    return [
        {
            "organisation": name,
            "expected": len(rows),
            "answered": len(taken := [row["minutes"] for row in rows if row["minutes"] is not None]),
            "in_time": sum(row["outcome"] == IN_TIME for row in rows),
            "median": round(median(taken), 1) if taken else None,
        }
        for name, rows in sorted(grouped.items())
    ]
