"""Who stays silent is chased rung by rung, each with its whole time, and the rungs end with the team."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules import chasing
from paraat.readiness.rules.chasing import Rung

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
urgencies = st.sampled_from(sorted(chasing.GIVEN))


def climbed(*, contact: bool, provider: bool) -> list[Rung]:
    rungs, at, now = [], 0, NOW
    while True:
        step = chasing.step(at, contact=contact, provider=provider, after=timedelta(days=1), now=now)
        rungs.append(step.rung)
        if step.next_at is None:
            return rungs
        assert step.next_at == now + timedelta(days=1)
        at, now = step.rung, step.next_at


def test_every_rung_that_has_somebody_and_the_team_last() -> None:
    assert climbed(contact=True, provider=True) == [Rung.CONTACT, Rung.PROVIDER, Rung.TEAM]
    assert climbed(contact=True, provider=False) == [Rung.CONTACT, Rung.TEAM]
    assert climbed(contact=False, provider=True) == [Rung.PROVIDER, Rung.TEAM]
    assert climbed(contact=False, provider=False) == [Rung.TEAM]


@given(
    urgencies, st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
)  # hypothesis adds the zone
def test_the_team_sees_it_when_the_answer_is_due_and_not_before(urgency: int, at: datetime) -> None:
    first = chasing.first(urgency, at)
    assert at < first < chasing.due(urgency, at)
    assert first + 2 * chasing.pause(urgency) == chasing.due(urgency, at)


@given(st.dates(date(2026, 11, 22), date(2030, 1, 1)))
def test_a_promise_is_asked_after_once_its_day_has_passed(day: date) -> None:
    asked = chasing.promised(day, NOW)
    assert asked.date() == day + timedelta(days=1)
    assert asked > NOW


def test_a_promise_of_the_past_is_asked_after_at_once() -> None:
    assert chasing.promised(date(2020, 1, 1), NOW) == NOW
