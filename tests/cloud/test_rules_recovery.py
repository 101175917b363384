"""What a drill's times mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.cloud.rules import recovery
from paraat.cloud.rules.recovery import Times

BEGAN = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
SECONDS = st.lists(st.integers(min_value=0, max_value=100_000), min_size=4, max_size=4)


def _times(seconds: list[int]) -> Times:
    moments = [BEGAN]
    for one in seconds:
        moments.append(moments[-1] + timedelta(seconds=one))
    return Times(*moments)


@given(SECONDS, st.integers(min_value=0, max_value=10**13))
def test_the_stretches_add_up_to_the_exercised_rto(seconds: list[int], size: int) -> None:
    found = recovery.recovery(_times(seconds), size)
    assert [leg.seconds for leg in found.legs] == seconds
    assert found.seconds == sum(seconds)
    assert (found.megabytes_per_second is None) == (seconds[2] == 0 or size == 0)


@given(SECONDS, st.integers(min_value=1, max_value=10**12), st.integers(0, 10**8), st.integers(0, 10**8))
def test_more_data_never_takes_less_time(seconds: list[int], size: int, one: int, other: int) -> None:
    found = recovery.recovery(_times(seconds), size)
    few, many = (recovery.extrapolated(found, data) for data in sorted((one, other)))
    assert (few is None and many is None) or (few is not None and many is not None and 1 <= few <= many)


def test_the_drill_s_own_size_gives_back_what_was_measured() -> None:
    found = recovery.recovery(_times([60, 60, 600, 60]), 3_000_000_000)
    assert found.megabytes_per_second == pytest.approx(5)
    assert recovery.extrapolated(found, 3_000) == found.minutes == 13
    assert recovery.extrapolated(found, 30_000) == 103


@pytest.mark.parametrize("reached", range(4))
def test_what_was_never_proven_has_no_rto(reached: int) -> None:
    full = _times([1, 2, 3, 4])
    names = ["started", "healthy", "restored", "verified"][:reached]
    found = recovery.recovery(Times(BEGAN, **{name: getattr(full, name) for name in names}), 10**9)
    assert (found.seconds, found.minutes, recovery.extrapolated(found, 5)) == (None, None, None)
    assert len(found.legs) == reached
    assert recovery.within(found.minutes, 240) is None


def test_a_clock_that_was_set_back_makes_no_negative_time() -> None:
    found = recovery.recovery(Times(BEGAN, BEGAN - timedelta(seconds=5)), 0)
    assert [leg.seconds for leg in found.legs] == [0]


def test_shares_are_parts_of_one() -> None:
    assert sum(part for _, part in recovery.shares(recovery.recovery(_times([1, 2, 3, 4]), 1).legs)) == pytest.approx(1)
    assert recovery.shares(recovery.recovery(_times([0, 0, 0, 0]), 1).legs) == []


def test_the_next_drill_follows_the_schedule_or_nothing() -> None:
    assert recovery.next_drill(BEGAN, 90) == BEGAN + timedelta(days=90)
    assert recovery.next_drill(BEGAN, 0) is None
