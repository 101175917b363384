"""How many fit, what tonight would take, who is first: whatever the figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.cloud.rules import capacity
from paraat.cloud.rules.capacity import NOTHING, Share, Size, Waiting
from paraat.cloud.workload import Budget

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
amounts = st.integers(0, 100_000)
sizes = st.builds(Size, amounts, amounts, amounts)
ones = st.builds(Size, st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 5000))
waiting = st.builds(
    Waiting,
    st.uuids().map(str),
    st.integers(1, 5),
    st.integers(0, 10_000).map(lambda n: NOW + timedelta(seconds=n)),
    ones,
)
WEIGHTS = {"web": Budget(64, 100, 1), "mail": Budget(512, 500, 10)}


@given(sizes, ones)
def test_so_many_fit_and_one_more_does_not(free: Size, one: Size) -> None:
    many = capacity.how_many(free, one)
    assert many is not None
    assert capacity.fits(free, one.times(many))
    assert not capacity.fits(free, one.times(many + 1))


@given(sizes, ones, st.integers(1, 600))
def test_a_forecast_says_what_would_be_needed_for_the_rest(free: Size, one: Size, asked: int) -> None:
    said = capacity.forecast(free, one, asked)
    assert said.fit + said.wait == asked
    assert bool(said.wait) == bool(said.first)
    if said.wait:
        assert dict(said.short.items())[said.first] > 0
        assert capacity.forecast(free + said.short + one.times(1e-6), one, asked).wait == 0


@given(st.lists(waiting, max_size=8, unique_by=lambda one: one.id), sizes)
def test_nobody_overtakes_and_everybody_admitted_fits(queue: list[Waiting], free: Size) -> None:
    order = capacity.ordered(queue)
    first = capacity.admitted(free, queue)
    assert first == order[: len(first)]
    total = NOTHING
    for one in first:
        total = total + one.size
    assert capacity.fits(free, total)
    if len(first) < len(order):
        assert not capacity.fits(free, total + order[len(first)].size)


@given(st.lists(waiting, max_size=8, unique_by=lambda one: one.id))
def test_the_queue_is_by_priority_and_then_by_who_asked_first(queue: list[Waiting]) -> None:
    order = capacity.ordered(queue)
    assert sorted(map(id, order)) == sorted(map(id, queue))
    for one, after in pairwise(order):
        assert (one.priority, one.since) <= (after.priority, after.since)


def test_a_small_one_does_not_pass_a_large_one_that_was_first() -> None:
    large = Waiting("a", 3, NOW, Size(1000, 10, 10))
    small = Waiting("b", 3, NOW + timedelta(minutes=1), Size(10, 10, 10))
    assert capacity.admitted(Size(500, 500, 500), [small, large]) == []
    urgent = Waiting("c", 1, NOW + timedelta(minutes=2), Size(10, 10, 10))
    assert capacity.admitted(Size(500, 500, 500), [small, large, urgent]) == [urgent]


@given(st.lists(st.tuples(sizes, ones), max_size=5))
def test_measuring_makes_nobody_larger_than_the_weight(measured: list[tuple[Size, Size]]) -> None:
    known = capacity.share(measured)
    full = capacity.weight(WEIGHTS, WEIGHTS)
    assert capacity.fits(full + Size(1e-6, 1e-6, 1e-6), capacity.size(WEIGHTS, WEIGHTS, known))
    assert known.measured == len(measured)


def test_what_was_measured_counts_with_half_as_much_again() -> None:
    known = capacity.share([(Size(100, 1, 100), Size(1000, 100, 10_000)), (Size(300, 3, 300), Size(1000, 100, 10_000))])
    assert known == Share(memory=0.3, cpu=0.1, disk=0.1, measured=2), "and never less than a tenth"
    assert capacity.share([]) == Share()


def test_the_reserve_stays_free_and_the_processor_is_shared() -> None:
    total = Size(10_000, 2000, 100_000)
    assert capacity.room(total, Size(5000, 2000, 5000)) == Size(4000, 2000, 0)
    assert capacity.weight(["mail", "gone"], WEIGHTS) == Size(512, 25, 500)


def test_nobody_can_say_how_many_of_nothing_fit() -> None:
    assert capacity.how_many(Size(1, 1, 1), NOTHING) is None
    assert capacity.forecast(Size(1, 1, 1), NOTHING, 10).wait == 0


@pytest.mark.parametrize(
    ("free", "short"),
    [(Size(1, 10, 10), "memory"), (Size(10, 1, 10), "cpu"), (Size(10, 10, 1), "disk"), (Size(10, 10, 10), "")],
)
def test_what_runs_out_first_is_named(free: Size, short: str) -> None:
    assert capacity.first_short(free, Size(10, 10, 10)) == short
