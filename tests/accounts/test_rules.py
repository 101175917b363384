"""Who is on call, who is paged next, and where the roster has holes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from paraat.accounts import rules
from paraat.accounts.rules import COORDINATOR, FIRST, SECOND, OnCall

ALICE, BERT, CHRIS = (UUID(int=n) for n in (1, 2, 3))
SIX = datetime(2024, 10, 8, 6, 0, tzinfo=UTC)


def shift(user: UUID, position: str, start: int, end: int) -> OnCall:
    return OnCall(user, position, SIX + timedelta(hours=start), SIX + timedelta(hours=end))


def test_a_shift_includes_its_start_and_not_its_end() -> None:
    shifts = [shift(ALICE, FIRST, 0, 12), shift(BERT, FIRST, 12, 24)]
    assert rules.on_call(shifts, SIX)[FIRST] == {ALICE}
    assert rules.on_call(shifts, SIX + timedelta(hours=12))[FIRST] == {BERT}
    assert rules.on_call(shifts, SIX + timedelta(hours=24))[FIRST] == frozenset()


def test_it_pages_first_then_second_then_coordinator_then_all_again() -> None:
    shifts = [shift(ALICE, FIRST, 0, 9), shift(BERT, SECOND, 0, 9), shift(CHRIS, COORDINATOR, 0, 9)]
    holders = rules.on_call(shifts, SIX)
    steps = [rules.page_step(stage, holders) for stage in (0, 1, 2, 3)]
    assert [step.users for step in steps] == [{ALICE}, {BERT}, {CHRIS}, {ALICE, BERT, CHRIS}]
    assert [step.stage for step in steps] == [1, 2, 3, 3]
    assert [step.next_after for step in steps] == [rules.PAGE_AFTER] * 3 + [rules.PAGE_AGAIN_AFTER]


def test_a_position_that_nobody_holds_costs_no_time() -> None:
    holders = rules.on_call([shift(CHRIS, COORDINATOR, 0, 9)], SIX)
    assert rules.page_step(0, holders) == rules.PageStep(frozenset({CHRIS}), 3, rules.PAGE_AFTER)


def test_with_nobody_on_call_the_whole_team_is_paged() -> None:
    assert rules.page_step(0, rules.on_call([], SIX)).users == frozenset()


def test_it_finds_the_holes_of_a_roster() -> None:
    shifts = [shift(ALICE, FIRST, 2, 4), shift(BERT, FIRST, 3, 8), shift(CHRIS, SECOND, 0, 12)]
    hours = [
        tuple((moment - SIX) / timedelta(hours=1) for moment in gap)
        for gap in rules.gaps(shifts, FIRST, SIX, SIX + timedelta(hours=12))
    ]
    assert hours == [(0, 2), (8, 12)]
    assert rules.gaps(shifts, SECOND, SIX, SIX + timedelta(hours=12)) == []


SHIFTS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda t: shift(ALICE, FIRST, t[0], t[0] + t[1]))
)


@given(SHIFTS, st.integers(0, 47))
def test_a_moment_is_in_a_hole_exactly_when_nobody_is_on_call(shifts: list[OnCall], hour: int) -> None:
    at = SIX + timedelta(hours=hour)
    holes = rules.gaps(shifts, FIRST, SIX, SIX + timedelta(hours=48))
    assert any(start <= at < end for start, end in holes) == (not rules.on_call(shifts, at)[FIRST])
