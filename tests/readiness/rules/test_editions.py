"""What changed between two editions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules.editions import difference


@dataclass(frozen=True)
class Control:
    identifier: str
    level: str = "basic"
    key_measure: bool = False
    management: bool = False
    text: str = ""
    title: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)
    checking: dict[str, str] = field(default_factory=dict)


A, B, C = Control("A", text="one"), Control("B", text="two"), Control("C")


def test_added_removed_and_what_changed() -> None:
    found = difference([A, B], [replace(B, level="important", key_measure=True), C])
    assert [one.identifier for one in found.added] == ["C"]
    assert [one.identifier for one in found.removed] == ["A"]
    assert [(one.identifier, one.what) for one in found.changed] == [("B", ("level", "key_measure"))]
    assert found.same == 0


def test_official_words_for_the_first_time_are_no_change_but_other_words_are() -> None:
    assert difference([C], [replace(C, text="now with words")]).none
    assert difference([A], [replace(A, text=" one ")]).none
    assert difference([A], [replace(A, text="another")]).of("reworded")


@given(st.lists(st.sampled_from("ABCDEFG"), unique=True), st.lists(st.sampled_from("ABCDEFG"), unique=True))
def test_nothing_is_lost_or_counted_twice(old: list[str], new: list[str]) -> None:
    found = difference([Control(one) for one in old], [Control(one) for one in new])
    assert {one.identifier for one in found.removed} == set(old) - set(new)
    assert {one.identifier for one in found.added} == set(new) - set(old)
    assert found.same + len(found.changed) == len(set(old) & set(new))
    assert difference([Control(one) for one in old], [Control(one) for one in old]).none
