"""What failed is left alone for longer each time, never for ever."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from paraat.cloud.rules.patience import FIRST, LONGEST, pause


def test_the_waits() -> None:
    minutes = [pause(failures) / timedelta(minutes=1) for failures in range(7)]
    assert minutes == [0, 1, 2, 4, 8, 15, 15]


@given(st.integers(min_value=1, max_value=10**9))
def test_never_shorter_and_never_for_ever(failures: int) -> None:
    assert FIRST <= pause(failures) <= pause(failures + 1) <= LONGEST
