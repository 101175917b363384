"""What holds of measures: states, months, lateness, and that nobody verifies himself."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules import measures as rules

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
months = st.integers(1, 120)
ids = st.frozensets(st.integers(1, 6).map(lambda number: UUID(int=number)), max_size=3)


def test_the_end_of_the_month_comes_back_at_the_end_of_every_month() -> None:
    due, seen = date(2027, 1, 31), []
    for _turn in range(5):
        due = rules.next_due(due, 1, 31, due)
        seen.append(due)
    assert seen == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31), date(2027, 6, 30)]
    assert rules.next_due(date(2028, 1, 30), 1, 30, date(2028, 1, 30)) == date(2028, 2, 29), "a leap year"
    assert rules.next_due(date(2028, 2, 29), 12, 29, date(2028, 2, 29)) == date(2029, 2, 28)


@given(days, months, st.integers(1, 31), days)
def test_what_comes_back_is_due_on_its_day_after_today(due: date, every: int, day: int, today: date) -> None:
    found = rules.next_due(due, every, day, today)
    assert found > today
    assert found.day == min(day, calendar.monthrange(found.year, found.month)[1])
    apart = (found.year - due.year) * 12 + found.month - due.month
    assert apart > 0 and apart % every == 0
    if apart > every:  # no turn that was still to come was passed over
        assert rules.months_after(due, apart - every, day) <= today


@given(days, st.integers(-400, 400), st.sampled_from(["planned", "going", "done", "verified", "dropped"]))
def test_only_what_is_open_and_whose_day_is_over_is_late(due: date, off: int, state: str) -> None:
    today = due + timedelta(days=off)
    late = rules.overdue(state, due, today)
    assert late == (state in {"planned", "going"} and off > 0)
    assert rules.days_late(state, due, today) == (off if late else 0)
    assert not rules.overdue(state, None, today)


@given(ids, ids, st.sampled_from(["Ann", "ann ", "Bo"]), st.sampled_from(["Ann", "Bo"]))
def test_one_id_in_common_is_the_same_person_and_names_count_only_without(
    done: frozenset[UUID], looks: frozenset[UUID], said: str, by: str
) -> None:
    same = rules.same_person(done, looks, said, by)
    if done and looks:
        assert same == bool(done & looks)
    else:
        assert same == (said.strip().lower() == by.strip().lower())
    assert same == rules.same_person(looks, done, by, said)


def test_which_state_follows() -> None:
    assert rules.follows("planned", "done") == "done"
    assert rules.follows("planned", "verify") is None, "nobody verifies what nobody said to be done"
    assert rules.follows("verified", "drop") is None
    assert rules.follows("verified", "reopen") == "planned"
    assert rules.follows("done", "refuse") == "going"


def test_what_an_identifier_is_about() -> None:
    assert rules.topic_of(["B03", "PR.AA-03.1"]) == "signing_in"
    assert rules.topic_of(["PR.AA-05.2"]) == "access"
    assert rules.topic_of(["PR.DS-11.1", "GV.OC-01"]) == "backups"
    assert rules.topic_of(["GV.SC-07.1"]) == "suppliers"
    assert rules.topic_of(["B99"]) == "other"
    assert {topic for _prefix, topic in rules.TOPICS} <= set(_topics())


def _topics() -> list[str]:
    from paraat.readiness.models import Measure

    return list(Measure.Topic.values)
