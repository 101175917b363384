"""How a case may move."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.incidents.models import Case
from paraat.incidents.rules.states import PLACE, may_move, moves, needs_reason

states = st.sampled_from(list(Case.State.values))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("opened", ("contained", "eradicated", "recovering", "closed")),
        ("recovering", ("closed", "eradicated", "contained", "opened")),
        ("closed", ("reopened",)),
        ("merged", ()),
    ],
)
def test_where_a_case_goes_from_here(state: str, expected: tuple[str, ...]) -> None:
    assert moves(state) == expected


@given(states, states)
def test_a_move_leads_elsewhere_and_never_into_or_out_of_merged(state: str, to: str) -> None:
    if may_move(state, to):
        assert state != to and "merged" not in (state, to)
        assert PLACE[to] != PLACE[state]


@given(states, states)
def test_going_back_and_ending_have_a_reason_and_going_on_has_none(state: str, to: str) -> None:
    if may_move(state, to):
        assert needs_reason(state, to) == (to == "closed" or PLACE[to] < PLACE[state])


@given(states)
def test_every_case_that_is_not_merged_can_be_closed_or_reopened(state: str) -> None:
    assert state == "merged" or {"closed", "reopened"} & set(moves(state))
