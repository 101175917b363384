"""What a hand-over of a shift says, and until when somebody has to take it over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

TAKEN_WITHIN = timedelta(minutes=15)
"""Not taken over by then: the coordinator is paged."""
AHEAD = timedelta(hours=12)
"""Clocks that fall due within a shift."""
SECTIONS = ("silent", "calls", "clocks", "decisions", "tasks", "cases", "statements")
"""What the next shift must know, the most pressing first."""

Row = dict[str, Any]
"""{"text", "url", "tlp", "exercise", "due_at" (ISO 8601 or "")}"""


def row(text: str, *, url: str = "", tlp: int, exercise: bool = False, due_at: datetime | None = None) -> Row:
    """A line of a hand-over."""
    said = due_at.isoformat() if due_at else ""
    return {"text": text, "url": url, "tlp": int(tlp), "exercise": exercise, "due_at": said}


def due_at(made_at: datetime) -> datetime:
    """Until when it has to be taken over."""
    return made_at + TAKEN_WITHIN


def count(content: Mapping[str, Sequence[Row]]) -> int:
    """How many things are handed over."""
    return sum(len(content.get(section, [])) for section in SECTIONS)


def ordered(rows: Sequence[Row]) -> list[Row]:
    """What falls due first stands first; exercises stand last."""
    return sorted(rows, key=lambda one: (one["exercise"], one["due_at"] or "9999", one["text"]))
