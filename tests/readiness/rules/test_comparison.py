"""Assessments beside each other, and over time: what could not be tested agrees with nothing, and never improves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules.assessments import OPEN, STATUSES, UNCLEAR
from paraat.readiness.rules.comparison import Difference, Said, Turn, beside, difference, over_time, turn

figures = st.none() | st.integers(1, 5)
said = st.builds(Said, st.sampled_from([*STATUSES, OPEN]), figures, figures)
maybe = st.none() | said


@given(st.lists(maybe, max_size=3), st.randoms())
def test_a_difference_does_not_depend_on_the_order_of_columns(columns: list[Said | None], random: object) -> None:
    turned = list(columns)
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert difference(columns) == difference(turned)


@given(st.lists(maybe, max_size=3))
def test_agreement_means_the_same_words_and_figures(columns: list[Said | None]) -> None:
    speaking = [one for one in columns if one is not None and one.speaks]
    found = difference(columns)
    assert (found == Difference.ALONE) == (len(speaking) < 2)
    if found == Difference.SAME:
        assert len(set(speaking)) == 1
    if found == Difference.STATUS:
        assert len({one.status for one in speaking if one.status not in UNCLEAR | {OPEN}}) > 1


def test_what_could_not_be_tested_is_neither_agreement_nor_contradiction() -> None:
    assert difference([Said("met"), Said("not_testable")]) == Difference.UNCLEAR
    assert difference([Said("met"), Said("error"), Said("met")]) == Difference.UNCLEAR
    assert difference([Said("met"), Said("not_met"), Said("error")]) == Difference.STATUS
    assert difference([Said("met", 1, 2), Said("met", 3, 3)]) == Difference.SCORES
    assert difference([Said("met"), Said(OPEN), None]) == Difference.ALONE


@given(st.lists(st.dictionaries(st.sampled_from("ABCDE"), said), min_size=1, max_size=3))
def test_every_control_stands_once_and_the_widest_difference_first(columns: list[dict[str, Said]]) -> None:
    lines = beside(list("ABCDE"), columns)
    assert sorted(line.identifier for line in lines) == list("ABCDE")
    assert [line.difference for line in lines] == sorted((line.difference for line in lines), reverse=True)
    for line in lines:
        assert line.said == tuple(column.get(line.identifier) for column in columns)


@given(maybe, maybe)
def test_what_nobody_knows_neither_improved_nor_fell_back(before: Said | None, now: Said | None) -> None:
    found = turn(before, now)
    if {Turn.IMPROVED, Turn.FELL_BACK} & {found}:
        assert before is not None
        assert now is not None
        assert not {before.status, now.status} & UNCLEAR
    if before is not None and before == now and before.speaks and before.status not in UNCLEAR:
        assert found == Turn.SAME


@given(said, said)
def test_what_improved_one_way_fell_back_the_other(before: Said, now: Said) -> None:
    there, back = turn(before, now), turn(now, before)
    assert (there == Turn.IMPROVED) == (back == Turn.FELL_BACK)


def test_the_words_decide_and_maturity_between_the_same_words() -> None:
    assert turn(Said("not_met", 1, 1), Said("met", 1, 1)) == Turn.IMPROVED
    assert turn(Said("met", 4, 4), Said("partly", 5, 5)) == Turn.FELL_BACK
    assert turn(Said("met", 2, 2), Said("met", 3, 2)) == Turn.IMPROVED
    assert turn(Said("met", 5, 5), Said("not_applicable")) == Turn.SAME
    assert turn(Said(OPEN, 2, 2), Said(OPEN, 4, 4)) == Turn.IMPROVED
    assert turn(Said(OPEN, 4, 4), Said("met")) == Turn.UNCLEAR  # figures stand against words
    assert turn(None, Said("met")) == Turn.NEW
    assert turn(Said("met"), None) == Turn.GONE
    assert turn(Said("met"), Said("error")) == Turn.UNCLEAR


def test_what_fell_back_stands_first() -> None:
    before = {"A": Said("met"), "B": Said("met"), "C": Said("not_met")}
    now = {"A": Said("met"), "B": Said("not_met"), "C": Said("met"), "D": Said("met")}
    assert [(name, turned) for name, turned, _was, _is in over_time("ABCD", before, now)] == [
        ("B", Turn.FELL_BACK), ("C", Turn.IMPROVED), ("D", Turn.NEW), ("A", Turn.SAME)
    ]  # fmt: skip
