"""The readiness score: hundred points, each thing its own, and two people to call weigh most."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from paraat.cloud.rules.readiness import POINTS, Facts, score

READY = Facts(services=1, accounts=1, domain=True, dns_right=True, page=True, page_approved=True, phone=True, callable=2, claimed=True,
              sized=True, drilled_days_ago=3)  # fmt: skip
facts = st.builds(
    Facts, st.integers(0, 9), st.integers(0, 9), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 4),
    st.booleans(), st.booleans(), st.none() | st.integers(0, 900),
)  # fmt: skip


def test_all_is_hundred_and_nothing_is_none() -> None:
    assert (score(READY).percent, score(READY).missing) == (100, ())
    assert score(Facts()).percent == 0
    assert [one.name for one in score(Facts()).missing] == list(POINTS)


@given(facts)
def test_what_is_missing_is_what_the_score_lacks(known: Facts) -> None:
    said = score(known)
    assert said.percent + sum(one.points for one in said.missing) == 100
    assert [one.points for one in said.missing] == sorted((one.points for one in said.missing), reverse=True)


def test_one_person_is_not_enough_and_an_old_drill_does_not_count() -> None:
    assert score(replace(READY, callable=1)).percent == 80
    assert [one.name for one in score(replace(READY, drilled_days_ago=366)).missing] == ["drill"]
    assert [one.name for one in score(replace(READY, domain=False)).missing] == ["dns", "domain"]
