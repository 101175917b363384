"""What a programme has committed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from paraat.cloud.rules.envelope import Commitment, envelope

BEGIN = datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_a_day_that_has_begun_is_paid_for() -> None:
    one = Commitment(500, BEGIN, BEGIN + timedelta(days=2, minutes=1))
    assert (one.days, one.cents) == (3, 1500)
    assert Commitment(500, BEGIN, BEGIN + timedelta(days=30), BEGIN + timedelta(hours=1)).cents == 500


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 90)), max_size=10),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)
def test_what_fits_leaves_nothing_below_zero(given_: list[tuple[int, int]], cents: int, more: int) -> None:
    found = envelope(cents, [Commitment(each, BEGIN, BEGIN + timedelta(days=days)) for each, days in given_])
    assert found.committed == sum(each * days for each, days in given_)
    assert found.fits(more) == (found.committed + more <= cents)
