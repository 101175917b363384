"""Calendars as RFC 5545 writes them, for calendar programs to fetch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

LINE = 75
"""Octets of a line at most (section 3.1); longer ones are folded."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry: `uid` stays the same for the same thing; moments are aware."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str


def calendar(name: str, events: Iterable[Event], *, written: datetime) -> bytes:
    """The file; `written` (aware) is its DTSTAMP."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Paraat//Roster//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for event in events:
        lines += _event(event, written)
    return b"".join(folded for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _event(event: Event, written: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"DTSTAMP:{_moment(written)}",
        f"DTSTART:{_moment(event.starts_at)}",
        f"DTEND:{_moment(event.ends_at)}",
        f"SUMMARY:{_text(event.summary)}",
        "END:VEVENT",
    ]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """A value with what has a meaning in a calendar escaped (section 3.3.11)."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> Iterator[bytes]:
    """The line in pieces of at most 75 octets, never cutting a character."""
    piece = b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > LINE:
            yield piece + b"\r\n"
            piece = b" "
        piece += octets
    yield piece + b"\r\n"
