"""The ladder: order, what follows, which days fit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.kernel.errors import Invalid
from paraat.readiness.rules import rungs

TODAY = date(2026, 3, 2)


def test_the_furthest_and_what_follows() -> None:
    assert rungs.furthest(["invited", "report", "ordered"]) == "report"
    assert rungs.furthest([]) == ""
    assert rungs.following("") == "signed-up"
    assert rungs.following("invoiced") == "paid"
    assert rungs.following("paid") == ""


def test_a_day_to_come_or_out_of_order_is_refused() -> None:
    others = {"ordered": date(2026, 1, 10), "report": date(2026, 2, 10)}
    rungs.demand_day("carried-out", date(2026, 1, 10), others, TODAY)
    for day in [date(2026, 3, 3), date(2026, 1, 9), date(2026, 2, 11)]:
        with pytest.raises(Invalid) as caught:
            rungs.demand_day("carried-out", day, others, TODAY)
        assert caught.value.context["field"] == "on"


@given(st.dictionaries(st.sampled_from(rungs.RUNGS), st.dates(date(2020, 1, 1), TODAY), max_size=7))
def test_days_that_are_accepted_one_after_the_other_never_go_down_the_ladder(given_days: dict[str, date]) -> None:
    kept: dict[str, date] = {}
    for name, day in given_days.items():
        try:
            rungs.demand_day(name, day, kept, TODAY)
        except Invalid:
            continue
        kept[name] = day
    ordered = [kept[name] for name in rungs.RUNGS if name in kept]
    assert ordered == sorted(ordered)
