"""The states of a tenant: no verb leads out of an end, every state has a way to its end, and the call-back holds up what it must."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.cloud.models import Tenant
from paraat.cloud.rules import life

STATES = set(Tenant.State.values)


def test_the_words_are_those_of_the_model() -> None:
    named = set().union(*life.VERBS.values()) | life.RUNS | life.OVER | life.PROVEN
    assert named <= STATES
    assert {state for state in STATES if not life.verbs(state)} == life.OVER


@given(st.sampled_from(sorted(STATES)))
def test_whatever_has_something_on_an_engine_can_be_ended(state: str) -> None:
    ends = {"refuse", "destroy", "destroyed"}
    assert bool(ends & set(life.verbs(state))) == (state not in life.OVER)


@pytest.mark.parametrize(
    ("restored", "handed_over", "state"),
    [(False, False, "verified"), (True, False, "restored"), (True, True, "handed_over"), (False, True, "handed_over")],
)
def test_a_new_start_takes_back_nothing_that_people_did(restored: bool, handed_over: bool, state: str) -> None:
    assert life.reached(restored=restored, handed_over=handed_over) == state


def test_who_asks_may_be_the_attacker() -> None:
    assert life.needs_call_back("emergency", exercise=False)
    assert not life.needs_call_back("drill", exercise=False)
    assert not life.needs_call_back("emergency", exercise=True)
    assert life.needs_call("start", consent=False)
    assert not life.needs_call("start", consent=True)
    assert life.needs_call("hand_over", consent=True)
