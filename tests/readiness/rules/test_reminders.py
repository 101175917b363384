"""Reminders: mornings in Brussels, through every change of the clock; one letter per person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from paraat.alerts.rules.night import ZONE
from paraat.readiness.rules import reminders

moments = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))


def _names(found: tuple[reminders.Rung, ...]) -> dict[str, datetime]:
    return {one.name: one.at.astimezone(ZONE) for one in found}


def test_thirty_seven_and_one_day_before_then_the_head_then_the_team() -> None:
    now = datetime(2027, 1, 5, 12, tzinfo=UTC)
    found = _names(reminders.rungs(date(2027, 3, 31), now, head_after=14, team_after=30))
    assert {name: at.date() for name, at in found.items()} == {
        "d30": date(2027, 3, 1),
        "d7": date(2027, 3, 24),
        "d1": date(2027, 3, 30),
        "overdue": date(2027, 4, 1),
        "head": date(2027, 4, 14),
        "team": date(2027, 4, 30),
    }
    assert {at.hour for at in found.values()} == {9}
    assert found["d7"].utcoffset() != found["d1"].utcoffset(), "the clock changed on 28 March"


@given(st.dates(date(2024, 1, 1), date(2032, 1, 1)), moments, st.integers(1, 60), st.integers(1, 90))
def test_never_before_it_is_planned_always_at_nine_and_in_order(due: date, now: datetime, head: int, team: int) -> None:
    found = reminders.rungs(due, now, head_after=head, team_after=team)
    assert all(one.at > now for one in found)
    assert all((one.at.astimezone(ZONE).hour, one.at.astimezone(ZONE).minute) == (9, 0) for one in found)
    assert [one.name for one in found] == [name for name in reminders.ORDER if name in {one.name for one in found}]
    moments_of = [one.at for one in found]
    assert moments_of == sorted(moments_of)
    assert {"overdue", "head", "team"} <= {one.name for one in found}, "who is late is always told"
    for name, days in reminders.BEFORE:  # nothing that is still to come is left out
        still = due - timedelta(days=days) >= reminders.first_morning(now)
        assert still == (name in {one.name for one in found})


@given(moments)
def test_the_first_morning_is_the_next_nine_o_clock(now: datetime) -> None:
    first = reminders.morning(reminders.first_morning(now))
    assert now < first <= now + timedelta(hours=25)
    assert reminders.morning(reminders.first_morning(now) - timedelta(days=1)) <= now


def test_a_measure_without_a_day_reminds_nobody() -> None:
    assert reminders.rungs(None, datetime(2027, 1, 1, tzinfo=UTC), head_after=14, team_after=30) == ()


dues = st.lists(
    st.builds(
        reminders.Due,
        reminder=st.uuids(),
        measure=st.integers(1, 5).map(lambda number: UUID(int=number)),
        rung=st.sampled_from(["d30", "d7", "d1", "overdue", "head"]),
        contact=st.integers(1, 3).map(lambda number: UUID(int=number)),
        exercise=st.booleans(),
    ),
    max_size=12,
)


@given(dues)
def test_one_letter_per_person_and_world_every_measure_once_nothing_lost(due: list[reminders.Due]) -> None:
    letters = reminders.letters(due)
    groups = [(one.contact, one.exercise) for one in letters]
    assert len(groups) == len(set(groups)) and set(groups) == {(one.contact, one.exercise) for one in due}
    assert sorted(one for letter in letters for one in letter.reminders) == sorted(one.reminder for one in due)
    for letter in letters:
        mine = [one for one in due if (one.contact, one.exercise) == (letter.contact, letter.exercise)]
        assert {line.measure for line in letter.lines} == {one.measure for one in mine}
        assert len({line.measure for line in letter.lines}) == len(letter.lines)
        for line in letter.lines:
            hardest = max(reminders.ORDER.index(one.rung) for one in mine if one.measure == line.measure)
            assert reminders.ORDER.index(line.rung) == hardest
