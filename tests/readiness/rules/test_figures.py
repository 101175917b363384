"""Sets and denominators at days around a merger, against a slow and literal reading of the definition."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules import figures, rungs
from paraat.readiness.rules.figures import Reached, Unit

MERGER = date(2025, 1, 1)
EVE = MERGER - timedelta(days=1)


def uid(number: int) -> UUID:
    return UUID(int=number)


def test_two_towns_become_one_on_the_day_itself() -> None:
    units = [
        Unit(uid(1), until=MERGER, heir=uid(3)),
        Unit(uid(2), until=MERGER, heir=uid(3)),
        Unit(uid(3), since=MERGER),
        Unit(uid(4)),
    ]
    facts = [Reached(uid(1), "audit", "paid", date(2021, 5, 1)), Reached(uid(2), "audit", "paid", date(2022, 5, 1))]
    for day, people, count in [(EVE, 3, 2), (MERGER, 2, 1)]:
        assert len(figures.population(units, day)) == people
        sets = figures.sets_of(facts, figures.heirs(units, day), day)
        assert len(sets["audit"]["paid"] & figures.population(units, day)) == count


def test_a_town_that_swallows_another_keeps_its_own_and_gets_what_that_one_had() -> None:
    """Antwerp and Borsbeek: the successor existed before."""
    units = [Unit(uid(1)), Unit(uid(2), until=MERGER, heir=uid(1))]
    facts = [Reached(uid(2), "audit", "ordered", date(2024, 5, 1))]
    assert figures.sets_of(facts, figures.heirs(units, EVE), EVE)["audit"]["ordered"] == {uid(2)}
    assert figures.sets_of(facts, figures.heirs(units, MERGER), MERGER)["audit"]["ordered"] == {uid(1)}


def test_who_ended_without_a_successor_answers_for_nothing_and_a_circle_ends() -> None:
    units = [
        Unit(uid(1), until=MERGER),
        Unit(uid(2), until=MERGER, heir=uid(3)),
        Unit(uid(3), until=MERGER, heir=uid(2)),
    ]
    assert figures.heirs(units, MERGER) == {}
    assert figures.heirs(units, EVE).keys() == {uid(1), uid(2), uid(3)}


def test_a_later_rung_implies_no_earlier_one_but_counts_as_at_least() -> None:
    facts = [Reached(uid(1), "audit", "paid", date(2021, 5, 1)), Reached(uid(2), "audit", "invited", date(2021, 5, 1))]
    rows = figures.sets_of(facts, {uid(1): uid(1), uid(2): uid(2)}, EVE)["audit"]
    assert rows["signed-up"] == frozenset()
    assert figures.at_least(rows, "signed-up") == {uid(1)}
    assert figures.at_least(rows, "invited") == {uid(1), uid(2)}


# Against a slow reading -----------------------------------------------------------------------------------------------------------
COUNT = 8
days = st.dates(date(2024, 12, 20), date(2025, 1, 12))


@st.composite
def worlds(draw: st.DrawFn) -> list[Unit]:
    """Eight towns, of which some merge, on some day, into one with a higher number (or into nobody), and some begin then."""
    units = []
    for number in range(1, COUNT + 1):
        ends = draw(st.none() | days)
        heir = draw(st.none() | st.integers(number + 1, COUNT).map(uid)) if number < COUNT and ends else None
        units.append(Unit(uid(number), draw(st.none() | days), ends, heir, draw(st.booleans())))
    return units


facts_of = st.lists(
    st.builds(
        Reached, unit=st.integers(1, COUNT).map(uid), programme=st.sampled_from(["audit", "ethical-hacking"]),
        rung=st.sampled_from(rungs.RUNGS), day=days,
    ), max_size=25,
)  # fmt: skip


def alive(unit: Unit, day: date) -> bool:
    return not (unit.since and day < unit.since) and not (unit.until and day >= unit.until)


def has_reached(town: Unit, units: list[Unit], facts: list[Reached], programme: str, rung: str, day: date) -> bool:
    """Read literally: the town itself, or a part of it that is gone, did so on or before the day."""
    parts = [one for one in units if one.heir == town.id and one.until and one.until <= day and one is not town]
    itself = any((f.unit, f.programme, f.rung) == (town.id, programme, rung) and f.day <= day for f in facts)
    return itself or any(
        has_reached(part, units, facts, programme, rung, day) for part in parts if not alive(part, day)
    )


@given(worlds(), facts_of, days)
def test_sets_are_as_the_definition_says(units: list[Unit], facts: list[Reached], day: date) -> None:
    sets = figures.sets_of(facts, figures.heirs(units, day), day)
    people = figures.population(units, day)
    assert people == {one.id for one in units if one.counts and alive(one, day)}
    for programme, rows in sets.items():
        for rung, ids in rows.items():
            living = [one for one in units if alive(one, day)]
            expected = {one.id for one in living if has_reached(one, units, facts, programme, rung, day)}
            assert ids == expected


@given(worlds(), facts_of, days)
def test_a_union_is_never_the_sum_but_both_and_each_only(units: list[Unit], facts: list[Reached], day: date) -> None:
    sets = figures.sets_of(facts, figures.heirs(units, day), day)
    people = figures.population(units, day)
    none: dict[str, frozenset[UUID]] = {rung: frozenset() for rung in rungs.RUNGS}
    first, second = sets.get("audit", none), sets.get("ethical-hacking", none)
    for rung in rungs.RUNGS:
        over = figures.overlap(first[rung] & people, second[rung] & people)
        assert len(over.union) == len(over.both) + len(over.only_first) + len(over.only_second)
        assert len(over.union) == len(first[rung] & people) + len(second[rung] & people) - len(over.both)
        assert over.union <= people
        assert figures.at_least(first, rung) >= first[rung]


@given(worlds(), facts_of)
def test_no_union_grows_at_a_merger_and_nothing_reached_is_lost(units: list[Unit], facts: list[Reached]) -> None:
    """Over the night of a merger, with an heir for everybody, a successor has reached whatever a part had."""
    day = date(2025, 1, 15)
    before = figures.sets_of(facts, {one.id: one.id for one in units}, day)
    answering = figures.heirs(units, day)
    after = figures.sets_of(facts, answering, day)
    for programme, rows in before.items():
        for rung, ids in rows.items():
            assert after[programme][rung] == {answering[one] for one in ids if one in answering}
            assert len(after[programme][rung]) <= len(ids)
