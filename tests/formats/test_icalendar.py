"""Calendars as RFC 5545 writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from paraat.formats.icalendar import Event, calendar

SIX = datetime(2024, 10, 8, 6, 0, tzinfo=UTC)


def written(summary: str) -> bytes:
    return calendar("Roster", [Event("1@paraat", SIX, SIX.replace(hour=18), summary)], written=SIX)


def test_it_writes_an_event() -> None:
    lines = written("First, on call; tonight").decode().split("\r\n")
    assert "DTSTART:20241008T060000Z" in lines
    assert "SUMMARY:First\\, on call\\; tonight" in lines
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]


@given(st.text())
def test_no_line_is_too_long_and_none_is_forged(summary: str) -> None:
    content = written(summary)
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(line.decode() is not None for line in lines)  # no character was cut
    assert content.count(b"BEGIN:VEVENT\r\n") == 1
    unfolded = content.replace(b"\r\n ", b"").decode()
    assert sum(line.startswith("SUMMARY:") for line in unfolded.split("\r\n")) == 1
