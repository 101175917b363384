"""A checklist: weights, halves, and what is unknown counts as not in place."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules.scoring import score
from paraat.readiness.rules.scoring.result import Reply, Result

STATUSES = ["open", "met", "partly", "not_met", "not_applicable", "not_testable", "error"]


@dataclass(frozen=True)
class Item:
    identifier: str
    weight: int = 1
    key_measure: bool = False
    function: str = "PROTECT"
    category: str = ""
    subcategory: str = ""
    level: str = ""
    management: bool = False


def scored(items: list[Item], **statuses: str) -> Result:
    return score(items, {name: Reply(status) for name, status in statuses.items()}, "", scheme="checklist")


def test_in_place_counts_whole_and_partly_half_by_weight() -> None:
    items = [Item("B01", 5), Item("B02", 3), Item("B03", 2)]
    assert scored(items, B01="met", B02="partly", B03="not_met").total == Fraction(65)


def test_what_does_not_apply_is_not_counted_and_it_is_said() -> None:
    result = scored([Item("B01", 5), Item("B02", 5)], B01="met", B02="not_applicable")
    assert result.total == 100
    assert [(one.code, dict(one.values)) for one in result.notes] == [("not_counted", {"number": 1})]


def test_what_nobody_knows_counts_as_not_in_place_and_gives_no_verdict() -> None:
    for status in ("open", "not_testable", "error"):
        result = scored([Item("B01"), Item("B02")], B01="met", B02=status)
        assert (result.total, result.met) == (50, None)
        assert result.left_out[0].reason == status


def test_a_most_important_item_that_is_only_partly_in_place_fails() -> None:
    assert scored([Item("B01", 5, True), Item("B02")], B01="partly", B02="met").met is False
    assert scored([Item("B01", 5, True), Item("B02")], B01="met", B02="not_met").met is True


def test_nothing_applies_has_no_score() -> None:
    assert scored([Item("B01")], B01="not_applicable").total is None


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(STATUSES)), min_size=1, max_size=30))
def test_it_equals_the_sum_written_out(rows: list[tuple[int, str]]) -> None:
    items = [Item(f"B{place:02d}", weight) for place, (weight, _status) in enumerate(rows)]
    result = scored(items, **{one.identifier: status for one, (_weight, status) in zip(items, rows, strict=True)})
    gained = weights = Fraction(0)
    for weight, status in rows:
        if status == "not_applicable":
            continue
        weights += weight
        gained += weight if status == "met" else Fraction(weight, 2) if status == "partly" else 0
    assert result.total == (100 * gained / weights if weights else None)
    assert sum(result.statuses.values()) == len(rows)
