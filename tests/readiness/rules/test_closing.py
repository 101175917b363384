"""The figures of a lesson agree with counting by hand, and nobody is not zero days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules.closing import CLOSED, Reply, figures

SINCE = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Brussels")
STATES = ("open", "done", "planned", "not_applicable", "need_help")


def reply(state: str, hours: int, *, helped: bool = False) -> Reply:
    at = SINCE + timedelta(hours=hours)
    return Reply(
        state,
        None if state == "open" else at,
        at if state in CLOSED else None,
        acknowledged=state != "open",
        helped=helped,
    )


def test_medians_shares_and_the_curve() -> None:
    found = figures(
        [reply("done", 24), reply("not_applicable", 72, helped=True), reply("planned", 48), reply("open", 0)],
        SINCE,
        ZONE,
    )
    assert (found.told, found.answered, found.silent, found.closed, found.share, found.by_providers) == (
        4,
        3,
        1,
        2,
        50,
        1,
    )
    assert (found.days_to_answer, found.days_to_close) == (2.0, 2.0)
    assert [(day.isoformat(), total) for day, total in found.curve] == [("2026-11-02", 1), ("2026-11-04", 2)]


def test_nobody_yet_is_not_zero_days() -> None:
    found = figures([reply("open", 0)], SINCE, ZONE)
    assert (found.days_to_answer, found.days_to_close, found.share, found.curve) == (None, None, 0, ())
    assert figures([], SINCE, ZONE).share is None


def test_a_day_is_one_in_brussels() -> None:
    late = Reply("done", SINCE, datetime(2026, 11, 1, 23, 30, tzinfo=UTC))
    assert figures([late], SINCE, ZONE).curve[0][0].day == 2


@given(st.lists(st.tuples(st.sampled_from(STATES), st.integers(0, 2000)), max_size=60))
def test_the_sum_of_the_states_is_everybody_and_the_curve_ends_at_the_closed(rows: list[tuple[str, int]]) -> None:
    found = figures([reply(*row) for row in rows], SINCE, ZONE)
    assert sum(found.states.values()) == found.told == found.silent + found.answered
    assert (
        (found.curve[-1][1] if found.curve else 0)
        == found.closed
        == sum(found.states[one] for one in CLOSED if one in found.states)
    )
    totals = [total for _day, total in found.curve]
    assert totals == sorted(set(totals))
    assert found.share is None or (found.share == 100) == (found.closed == found.told)
