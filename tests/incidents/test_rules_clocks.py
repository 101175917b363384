"""Statutory moments: hours elapse, months keep the clock time of Brussels, nothing moves for a week-end; against independent formulations."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paraat.incidents import regimes
from paraat.incidents.rules import clocks
from paraat.incidents.rules.regimes import LANGUAGES, Duration, WrongRegime, read

BRUSSELS = ZoneInfo("Europe/Brussels")
DAY = date(2026, 11, 22)
HOUR = timedelta(hours=1)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1975, 1, 1), datetime(2190, 1, 1), timezones=offsets)


def zone_changes() -> list[datetime]:
    """Every change of clocks in Brussels from 1980 to 2060, found by looking at each hour's offset."""
    found, at, before = [], datetime(1980, 1, 1, tzinfo=UTC), None
    while at.year < 2060:
        offset = at.astimezone(BRUSSELS).utcoffset()
        if before is not None and offset != before:
            found.append(at)
        before, at = offset, at + HOUR * 6
    return found


CHANGES = zone_changes()


def brussels(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


def months_by_counting(day: date, months: int) -> date:
    """The same day so many months later, found by walking day by day: another way than `rules.clocks` goes."""
    crossed, at = 0, day
    while crossed < months:
        at += timedelta(days=1)
        crossed += at.day == 1
    last = next(one for one in (at + timedelta(days=n) for n in range(27, 32)) if (one + timedelta(days=1)).day == 1)
    return min(at + timedelta(days=day.day - 1), last)


# Hours -----------------------------------------------------------------------------------------------------------------------------


@given(moments, st.integers(1, 2000))
def test_hours_are_elapsed_hours(starts: datetime, hours: int) -> None:
    due = clocks.due_moment(starts, Duration(hours, "hours"))
    assert due.timestamp() - starts.timestamp() == hours * 3600
    assert due.tzinfo == BRUSSELS


@pytest.mark.parametrize("hours", [24, 72])
def test_hours_across_every_change_of_clocks(hours: int) -> None:
    assert len(CHANGES) == 160
    for change in CHANGES:
        for before in range(0, hours + 1, 3):
            starts = change - timedelta(hours=before, minutes=30)
            assert clocks.due_moment(starts, Duration(hours, "hours")) - starts.astimezone(UTC) == timedelta(
                hours=hours
            )


def test_a_day_with_23_hours_and_one_with_25() -> None:
    day = Duration(24, "hours")
    assert clocks.due_moment(brussels("2026-03-28T12:00"), day).isoformat() == "2026-03-29T13:00:00+02:00"
    assert clocks.due_moment(brussels("2026-10-24T12:00"), day).isoformat() == "2026-10-25T11:00:00+01:00"
    assert clocks.due_moment(brussels("2026-10-24T02:30"), day).isoformat() == "2026-10-25T02:30:00+02:00"
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # the second 02:30 of that night
    assert clocks.due_moment(second - 24 * HOUR, day).isoformat() == "2026-10-25T02:30:00+01:00"


# Months and weeks ------------------------------------------------------------------------------------------------------------------


@given(moments, st.integers(1, 30))
@example(datetime(2024, 2, 29, 12, tzinfo=UTC), 12)
@example(datetime(2026, 1, 31, 12, tzinfo=UTC), 1)
@example(datetime(2028, 1, 31, 12, tzinfo=UTC), 1)
def test_months_are_calendar_months_with_the_same_clock_time(starts: datetime, months: int) -> None:
    local = starts.astimezone(BRUSSELS)
    due = clocks.due_moment(starts, Duration(months, "months"))
    assert due.date() == months_by_counting(local.date(), months)
    assert due.astimezone(UTC).replace(tzinfo=None) == _clock(due.date(), local.time())
    assert due > starts


@given(moments, st.integers(1, 60))
def test_weeks_are_days_with_the_same_clock_time(starts: datetime, weeks: int) -> None:
    local = starts.astimezone(BRUSSELS)
    due = clocks.due_moment(starts, Duration(weeks, "weeks"))
    assert due.date().toordinal() == local.date().toordinal() + 7 * weeks
    assert due.astimezone(UTC).replace(tzinfo=None) == _clock(due.date(), local.time())


def _clock(day: date, at: time) -> datetime:
    """Clock time in Brussels to UTC by trying both offsets that Brussels has had since 1975, the earlier moment first; a skipped clock time is read
    with the offset from before the change."""
    wanted = datetime.combine(day, at.replace(fold=0))
    tries = [wanted - timedelta(hours=hours) for hours in (2, 1)]
    real = [one for one in tries if one.replace(tzinfo=UTC).astimezone(BRUSSELS).replace(tzinfo=None, fold=0) == wanted]
    return real[0] if real else tries[1]


@pytest.mark.parametrize("months", [1, 3])
def test_month_ends_of_a_whole_leap_cycle(months: int) -> None:
    for year in range(2023, 2030):
        for month in range(1, 13):
            for day in range(26, calendar.monthrange(year, month)[1] + 1):
                starts = datetime(year, month, day, 23, 59, 59, 999999, BRUSSELS)
                due = clocks.due_moment(starts, Duration(months, "months"))
                assert due.date() == months_by_counting(starts.date(), months)
                assert due.time() == starts.time()


def test_months_across_every_change_of_clocks() -> None:
    for change in CHANGES:
        for minutes in range(-180, 181, 30):
            wanted = change.astimezone(BRUSSELS).replace(tzinfo=None) + timedelta(minutes=minutes)
            earlier = wanted.replace(month=wanted.month - 1, day=min(wanted.day, 28))
            due = clocks.due_moment(earlier.replace(tzinfo=BRUSSELS), Duration(1, "months"))
            assert due.astimezone(UTC).replace(tzinfo=None) == _clock(due.date(), earlier.time())


def test_a_clock_time_that_is_skipped_and_one_that_comes_twice() -> None:
    month = Duration(1, "months")
    assert clocks.due_moment(brussels("2026-02-28T02:30"), month).isoformat() == "2026-03-28T02:30:00+01:00"
    assert clocks.due_moment(brussels("2027-02-28T02:30"), month).isoformat() == "2027-03-28T03:30:00+02:00"
    assert clocks.due_moment(brussels("2026-09-25T02:30"), month).isoformat() == "2026-10-25T02:30:00+02:00"


def test_a_negative_offset_is_read_as_the_day_it_is_in_brussels() -> None:
    starts = datetime.fromisoformat("2026-01-30T20:00-08:00")  # 31 January, 05:00, in Brussels
    assert clocks.due_moment(starts, Duration(1, "months")).isoformat() == "2026-02-28T05:00:00+01:00"


def test_nothing_moves_for_a_week_end_and_the_later_date_stands_beside() -> None:
    month, starts = Duration(1, "months"), brussels("2026-01-31T10:00")
    assert clocks.due_moment(starts, month).isoformat() == "2026-02-28T10:00:00+01:00"  # a Saturday
    assert clocks.perhaps_later(starts, month) == brussels("2026-03-03T00:00")  # the end of Monday


@given(
    moments,
    st.sampled_from([Duration(24, "hours"), Duration(72, "hours"), Duration(1, "months"), Duration(2, "weeks")]),
)
def test_what_the_regulation_may_allow_is_never_earlier_and_ends_a_working_day(
    starts: datetime, duration: Duration
) -> None:
    due, later = clocks.due_moment(starts, duration), clocks.perhaps_later(starts, duration)
    if later is None:
        return
    assert due < later < due + timedelta(days=8)
    if duration.unit != "hours":
        assert clocks.is_working_day((later - timedelta(seconds=1)).date())


@pytest.mark.parametrize(
    "day",
    ["2026-04-06", "2026-05-14", "2026-05-25", "2026-07-21", "2024-04-01", "2025-06-09", "2026-11-11", "2027-03-29"],
)
def test_belgian_holidays(day: str) -> None:
    assert date.fromisoformat(day).weekday() < 5
    assert not clocks.is_working_day(date.fromisoformat(day))


# Reminders -------------------------------------------------------------------------------------------------------------------------


@given(
    moments,
    st.sampled_from([Duration(24, "hours"), Duration(72, "hours"), Duration(1, "months"), Duration(2, "weeks")]),
)
def test_reminders_are_in_order_and_where_they_should_be(starts: datetime, duration: Duration) -> None:
    due = clocks.due_moment(starts, duration)
    found = clocks.reminders(starts, due)
    assert [level for level, _at in found] == ["50", "75", "90", "due", "overdue"]
    assert [at for _level, at in found] == sorted(at for _level, at in found)
    whole = due.timestamp() - starts.timestamp()
    for (_level, at), part in zip(found, (0.5, 0.75, 0.9, 1.0), strict=False):
        assert abs(at.timestamp() - starts.timestamp() - part * whole) < 0.001
    assert found[4][1] - found[3][1] == clocks.OVERDUE_AFTER


# Regimes ---------------------------------------------------------------------------------------------------------------------------


def test_nis2_as_the_belgian_law_counts() -> None:
    regime = regimes.current("nis2-be", DAY)
    facts = {"aware": brussels("2026-01-30T23:30"), "notified": brussels("2026-01-31T10:00")}
    found = {one.step.key: (one.due.isoformat() if one.due else None) for one in clocks.compute(regime, facts)}
    assert found == {
        "early-warning": "2026-01-31T23:30:00+01:00",
        "notification": "2026-02-02T23:30:00+01:00",
        "intermediate-report": None,
        "final-report": "2026-02-28T10:00:00+01:00",
        "progress-report": "2026-02-28T10:00:00+01:00",
        "final-report-after-handling": None,
    }
    assert {one.recipient for one in clocks.compute(regime, facts)} == {"CCB"}


@pytest.mark.parametrize(
    ("kind", "region", "recipient"),
    [
        ("municipality", "02000", "VTC"), ("municipality", "03000", "GBA/APD"), ("police_zone", "02000", "COC"),
        ("police_zone", "03000", "COC"), ("province", "02000", "VTC"), ("port", "02000", "GBA/APD"), ("", "", "GBA/APD"),
    ],
)  # fmt: skip
def test_to_whom_a_breach_of_personal_data_is_told(kind: str, region: str, recipient: str) -> None:
    steps = clocks.compute(regimes.current("gdpr", DAY), {}, kind=kind, region=region)
    assert steps[0].recipient == recipient
    assert steps[1].recipient == "The people concerned"


def test_a_regime_holds_from_its_day() -> None:
    names = {one.key for one in regimes.in_force(date(2022, 12, 6))}
    assert "gdpr" in names
    assert "nis2-be" not in names
    assert "nis2-be" in {one.key for one in regimes.in_force(date(2024, 10, 18))}


def test_every_shipped_regime_is_whole() -> None:
    assert {"nis2-be", "gdpr", "researcher-disclosure-be", "contact-change-be"} <= set(regimes.keys())
    for versions in regimes.all_versions().values():
        for regime in versions:
            assert regime.source
            assert regime.verified
            assert regime.recipients[-1].fits("anything", "anywhere")
            for step in regime.steps:
                assert step.article
                assert step.fields, f"{regime.key} {step.key} has no form"
                assert set(step.title) == set(LANGUAGES)
                assert step.duration or step.note, "a step without a moment says why"


def test_a_regime_that_lacks_something_is_refused_with_what_it_lacks() -> None:
    words = dict.fromkeys(LANGUAGES, "x")
    whole = {
        "version": "1", "in_force_from": DAY, "title": words, "source": "s", "verified": "v", "trigger": "aware", "starts_on": "case",
        "recipient": {"default": "X"}, "facts": {"aware": words},
        "steps": [{"key": "one", "title": words, "from": "aware", "hours": 1, "article": "a"}],
    }  # fmt: skip
    assert read("own", whole).steps[0].duration == Duration(1, "hours")
    with pytest.raises(WrongRegime, match="source"):
        read("own", {name: value for name, value in whole.items() if name != "source"})
    with pytest.raises(WrongRegime, match="not described"):
        read("own", whole | {"steps": [whole["steps"][0] | {"from": "never"}]})  # type: ignore[index]
    with pytest.raises(WrongRegime, match="one duration"):
        read("own", whole | {"steps": [whole["steps"][0] | {"weeks": 2}]})  # type: ignore[index]
    with pytest.raises(WrongRegime, match="no words in fr"):
        read("own", whole | {"title": {"nl": "x", "de": "x", "en": "x"}})
