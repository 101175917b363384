"""Which cases may belong together."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from paraat.incidents.rules.related import Shared, Why, proposals, same_actor

shared = st.builds(
    Shared, st.integers(1, 5).map(lambda n: UUID(int=n)), st.sampled_from(list(Why)), st.sampled_from(["x", "y", "z"])
)
ONE, TWO = UUID(int=1), UUID(int=2)


def test_an_indicator_says_more_than_any_number_of_techniques() -> None:
    some = [Shared(ONE, Why.TECHNIQUE, f"T{n}") for n in range(9)] + [Shared(TWO, Why.INDICATOR, "evil.example")]
    assert [one.case for one in proposals(some)] == [TWO, ONE]


def test_a_single_technique_says_nothing() -> None:
    assert proposals([Shared(ONE, Why.TECHNIQUE, "T1486")]) == []


def test_an_actor_is_known_by_any_spelling() -> None:
    assert same_actor("NoName057(16)") == same_actor("noname057 (16) ")
    assert same_actor("Play") != same_actor("Playful")


@given(st.lists(shared))
def test_every_proposal_says_why_and_what_said_most_is_first(some: list[Shared]) -> None:
    made = proposals(some, most=3)
    assert len(made) <= 3
    assert all(one.shares and set(one.shares) == {two for two in some if two.case == one.case} for one in made)
    assert [one.weight for one in made] == sorted((one.weight for one in made), reverse=True)
