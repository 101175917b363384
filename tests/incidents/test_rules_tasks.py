"""Tasks that wait for each other, and when somebody is reminded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from paraat.incidents.rules.tasks import due_after, in_circle, remind_at

START = datetime(2022, 12, 6, 3, 0, tzinfo=UTC)
graphs = st.dictionaries(st.integers(0, 6), st.sets(st.integers(0, 6), max_size=3), max_size=7)


def test_a_chain_is_no_circle() -> None:
    assert in_circle({"c": ["b"], "b": ["a"], "a": []}) == []


def test_a_circle_names_its_members_only() -> None:
    assert set(in_circle({"a": ["b"], "b": ["a"], "c": ["a"], "d": []})) == {"a", "b"}
    assert in_circle({"a": ["a"]}) == ["a"]


def test_waiting_for_what_is_not_there_is_no_circle() -> None:
    assert in_circle({"a": ["elsewhere"]}) == []


@given(graphs)
def test_without_a_circle_there_is_an_order(after: dict[int, set[int]]) -> None:
    """An oracle: Kahn's order takes everything exactly when nothing is in a circle."""
    known, done = {key: {one for one in wanted if one in after} for key, wanted in after.items()}, set[int]()
    for _round in after:
        done |= {key for key, wanted in known.items() if wanted <= done}
    assert (done == set(after)) == (not in_circle(after))


def test_hours_are_hours_when_summer_begins() -> None:
    night = datetime(2026, 3, 28, 20, 0, tzinfo=ZoneInfo("Europe/Brussels"))
    due = due_after(night.astimezone(UTC), 12)
    assert due - night.astimezone(UTC) == timedelta(hours=12)
    assert due.astimezone(ZoneInfo("Europe/Brussels")).hour == 9


def test_a_reminder_comes_before_and_never_without_a_due_moment() -> None:
    assert remind_at(START, None) is None
    assert remind_at(START, START + timedelta(hours=4)) == START + timedelta(hours=3)
    assert remind_at(START, START - timedelta(hours=4)) == START
