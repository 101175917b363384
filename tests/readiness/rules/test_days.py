"""A day that nobody can have meant is said to be one, wherever a day is given that something is reckoned from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Invalid
from paraat.readiness import figures
from paraat.readiness.actions import assessments, lessons, sessions
from paraat.readiness.rules.days import is_meant
from tests import cast
from tests.readiness import assessed, measured, taught

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("day", "meant"),
    [
        (None, True),
        (date.min, False),
        (date(1969, 12, 31), False),
        (date(1970, 1, 1), True),
        (date(2076, 12, 31), True),
        (date(2077, 1, 1), False),
        (date.max, False),
    ],
)
def test_fifty_years_are_the_farthest(day: date | None, meant: bool) -> None:
    assert is_meant(day, TODAY) is meant


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC)


def _lesson(day: date) -> None:
    answer = taught.answer_of(taught.released(), cast.ronse())
    lessons.answer_lesson(answer=answer, by=SYSTEM, state="planned", planned_on=day)


def _moved(day: date) -> None:
    assessments.set_due(assessment=assessed.opened(cast.ronse()), due_on=day, by=SYSTEM)


@pytest.mark.django_db
@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize(
    "deed",
    [
        lambda day: measured.planned(due_on=day, every=3),
        lambda day: assessed.opened(cast.ronse(), due_on=day),
        _moved,
        _lesson,
        lambda day: sessions.plan_session(
            title={"en": "Far away"}, starts_at=_at(day), ends_at=_at(day) + timedelta(minutes=5), by=SYSTEM
        ),
    ],
)
def test_it_is_refused_and_breaks_nothing(deed: Callable[[date], Any], day: date) -> None:
    with pytest.raises(Invalid):
        deed(day)


@pytest.mark.django_db
def test_figures_of_the_last_day_of_all_are_figures() -> None:
    assert figures.as_data(figures.picture(date.max))["as_of"] == "9999-12-31"
