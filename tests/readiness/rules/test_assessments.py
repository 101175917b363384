"""Who answers and reads, what counts, and when somebody is reminded: pure decisions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.kernel.marking import TEAM, Role, Viewer
from paraat.readiness.rules import assessments as rules
from paraat.readiness.rules.assessments import Whose

TOWN, FIRM, OTHER, AUDITOR = (UUID(int=number) for number in range(1, 5))
ZONE = ZoneInfo("Europe/Brussels")
places = st.frozensets(st.sampled_from([TOWN, FIRM, OTHER]))
viewers = st.builds(
    Viewer,
    user=st.sampled_from([AUDITOR, OTHER]),
    roles=st.frozensets(st.sampled_from(list(Role)), min_size=1),
    own=places,
    clients=places,
)
ones = st.builds(
    Whose,
    kind=st.sampled_from(rules.KINDS),
    open=st.booleans(),
    organisation=st.just(TOWN),
    author=st.sampled_from([None, FIRM]),
    auditor=st.sampled_from([None, AUDITOR]),
    submitted=st.booleans(),
    shared=st.booleans(),
)


@given(viewers, ones)
def test_nobody_answers_for_another(viewer: Viewer, one: Whose) -> None:
    if not rules.answers(viewer, one):
        return
    needed = {rules.SELF: Role.SPOC, rules.PROVIDER: Role.PROVIDER, rules.EXTERNAL: Role.ASSESSOR}[one.kind]
    assert viewer.has(needed)
    if one.kind == rules.SELF:
        assert TOWN in viewer.own
    if one.kind == rules.PROVIDER:
        assert FIRM in viewer.own
        assert TOWN in viewer.clients
    if one.kind == rules.EXTERNAL:
        assert viewer.user == AUDITOR == one.auditor


@given(viewers, ones)
def test_an_audit_that_goes_on_is_read_by_who_writes_it_and_the_house(viewer: Viewer, one: Whose) -> None:
    if one.kind == rules.EXTERNAL and not one.submitted and rules.reads_answers(viewer, one):
        house = viewer.has(*TEAM, Role.AUDITOR)
        assert house or (viewer.user == one.auditor and viewer.has(Role.ASSESSOR)) or one.author in viewer.own


@given(ones)
def test_an_auditor_compares_after_he_submitted_or_when_it_was_shared(one: Whose) -> None:
    if rules.auditor_compares(one):
        assert one.kind == rules.EXTERNAL
        assert one.submitted or one.shared


@given(st.lists(st.sampled_from([*rules.STATUSES, rules.SCORED, rules.OPEN])))
def test_every_status_is_counted_apart_and_nothing_is_lost(statuses: list[str]) -> None:
    found = rules.counted(statuses)
    assert sum(found.values()) == len(statuses)
    assert found["not_testable"] == statuses.count("not_testable")
    assert found["error"] == statuses.count("error")
    assert set(found) == {*rules.STATUSES, rules.SCORED, rules.OPEN}


@pytest.mark.parametrize(
    ("given", "heading"),
    [
        (("open", 4, 2), "scored"),
        (("open", 4, None), "open"),
        (("open", None, None), "open"),
        (("not_met", 4, 2), "not_met"),
    ],
)
def test_figures_without_a_status_are_an_answer_of_their_own(
    given: tuple[str, int | None, int | None], heading: str
) -> None:
    assert rules.counts_as(*given) == heading
    assert (heading != "open") == rules.is_answered(*given)


maturity = st.none() | st.integers(1, 5)


@given(st.sampled_from([*rules.STATUSES, rules.OPEN]), maturity, maturity)
def test_what_an_answer_adds(status: str, documentation: int | None, implementation: int | None) -> None:
    answered, untestable, errors = rules.tally(status, documentation, implementation)
    assert untestable + errors <= answered  # what could not be judged is among what was answered
    assert untestable == (status == "not_testable")
    assert errors == (status == "error")
    if status == rules.OPEN:
        assert answered == (documentation is not None and implementation is not None)


@given(st.sampled_from(["", "a", "b", "c"]), st.sampled_from(["", "a", "b", "c"]))
def test_levels_are_cumulative(chosen: str, of_control: str) -> None:
    levels = ["a", "b", "c"]
    expected = not chosen or not of_control or of_control <= chosen
    assert rules.in_level(levels, chosen, of_control) == expected


days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))


@given(days, moments)
def test_reminders_lie_ahead_but_for_the_morning_after(due: date, now: datetime) -> None:
    found = rules.reminders(due, now, ZONE)
    assert found["overdue"].date() == due + timedelta(days=1)
    assert all(at > now for rung, at in found.items() if rung != "overdue")
    assert all(at.hour == 9 for at in found.values())
    assert set(found) <= {"d14", "d3", "overdue"}


@given(days, days)
def test_an_explanation_holds_through_its_last_day(until: date, today: date) -> None:
    assert rules.has_expired(until, today) == (until < today)
    assert rules.expires_at(until, ZONE).date() == until + timedelta(days=1)
    assert not rules.has_expired(None, today)
