"""The day of the house begins at midnight in Brussels, not in Greenwich."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from paraat.platform import moment


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),  # summer: two hours ahead
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_day_is_that_of_brussels(at: datetime, day: date) -> None:
    assert moment.day(at) == day
