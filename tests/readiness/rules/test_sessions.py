"""Seats, the waiting list, reminders and feedback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules import sessions as rules

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@given(st.lists(st.integers(1, 5)), st.integers(0, 20), st.none() | st.integers(0, 30))
def test_nobody_moves_up_past_the_seats_and_no_fitting_one_stays(
    wanted: list[int], taken: int, seats: int | None
) -> None:
    waiting = list(enumerate(wanted))
    up = rules.moved_up(waiting, taken, seats)
    assert up == sorted(up)  # in the order in which they came
    sat = taken + sum(wanted[one] for one in up)
    if seats is not None:
        assert sat <= max(seats, taken)
        assert all(sat + wanted[one] > seats for one in range(len(wanted)) if one not in up)
    else:
        assert len(up) == len(wanted)


def test_a_reminder_is_due_the_day_before_and_never_afterwards() -> None:
    assert rules.reminder_at(NOON, NOON - timedelta(days=3)) == NOON - timedelta(days=1)
    assert rules.reminder_at(NOON, NOON - timedelta(hours=23)) is None


@given(st.lists(st.integers(1, 5), max_size=30))
def test_feedback_is_silent_below_five(ratings: list[int]) -> None:
    found = rules.feedback(ratings)
    assert (found is None) == (len(ratings) < 5)
    if found is not None:
        assert sum(number for _mark, number in found.per_mark) == found.answers == len(ratings)
        assert 1 <= found.average <= 5
