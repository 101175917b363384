"""No small number of victims is shown, and none can be computed from what is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paraat.warroom.rules.figures import FEW, SMALLEST, breakdown, shown

counts = st.dictionaries(st.sampled_from("abcdefghijk"), st.integers(0, 12), max_size=11)


@given(counts)
def test_no_small_cell_is_shown_and_none_can_be_computed(found: dict[str, int]) -> None:
    made, total = breakdown(found), sum(found.values())
    assert all(number == 0 or number >= SMALLEST for number in made.cells.values())
    if total < SMALLEST:
        assert (made.cells, made.together) == ({}, 0)
        return
    assert sum(made.cells.values()) + made.together == total
    assert made.together == 0 or made.together >= SMALLEST
    hidden = {name: number for name, number in found.items() if name not in made.cells}
    assert len(hidden) != 1, "a single hidden cell is the total without the others"
    assert all(made.cells[name] == number for name, number in found.items() if name in made.cells)


@given(counts)
def test_nothing_is_put_together_without_need(found: dict[str, int]) -> None:
    if all(number == 0 or number >= SMALLEST for number in found.values()) and sum(found.values()) >= SMALLEST:
        assert breakdown(found).cells == found


def test_totals() -> None:
    assert [shown(number) for number in (0, 1, 4, 5, 1000)] == ["0", FEW, FEW, "5", "1000"]
    assert breakdown({"a": 3, "b": 10}).cells == {}
    assert breakdown({"a": 3, "b": 10, "c": 7}).cells == {"b": 10}
