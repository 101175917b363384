"""No line above a report's TLP, whatever it is made of; the same content has the same digest; differences are by words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.kernel.errors import Invalid
from paraat.kernel.marking import Tlp
from paraat.warroom.rules import sitrep

levels = st.sampled_from([level.value for level in Tlp])
words = st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip()))
made = st.builds(
    lambda text, tlp, key, verified: sitrep.line(text, tlp, key=key, verified=verified),
    words,
    levels,
    st.uuids().map(str),
    st.sampled_from([None, True, False]),
)
contents = st.dictionaries(st.sampled_from(sitrep.TACTICAL), st.lists(made, max_size=5))


@given(contents, levels)
def test_nothing_above_the_ceiling_is_left_and_all_that_was_dropped_is_counted(
    content: sitrep.Content, ceiling: int
) -> None:
    kept, dropped = sitrep.allowed(content, ceiling)
    assert sitrep.highest(kept) <= ceiling
    before, after = list(sitrep.lines(content)), list(sitrep.lines(kept))
    assert len(before) == len(after) + dropped
    assert after == [pair for pair in before if pair[1]["tlp"] <= ceiling], "what may stay stays, in order"
    assert sitrep.allowed(kept, ceiling) == (kept, 0)


@given(contents, levels)
def test_a_report_freezes_exactly_when_no_line_is_above_it(content: sitrep.Content, ceiling: int) -> None:
    content["bottom_line"] = [sitrep.line("So it is", Tlp.CLEAR, key="b")]
    if sitrep.highest(content) > ceiling:
        with pytest.raises(Invalid, match="above the marking"):
            sitrep.check(content, version="tactical", ceiling=ceiling)
    else:
        sitrep.check(content, version="tactical", ceiling=ceiling)


@given(contents)
def test_the_digest_is_that_of_the_content_whatever_the_order_of_its_keys(content: sitrep.Content) -> None:
    turned = dict(reversed([(key, [dict(reversed(one.items())) for one in found]) for key, found in content.items()]))
    assert sitrep.digest(turned) == sitrep.digest(content)
    assert json.loads(sitrep.canonical(content)) == content
    if any(content.values()):
        section = next(key for key, found in content.items() if found)
        other = {
            **content,
            section: [{**content[section][0], "text": "something else entirely, never drawn"}, *content[section][1:]],
        }
        assert sitrep.digest(other) != sitrep.digest(content)


@given(contents, contents)
def test_differences_of_equal_contents_are_none_and_turn_round(one: sitrep.Content, other: sitrep.Content) -> None:
    assert sitrep.differences(one, one) == []
    there = {d.section: (d.added, d.gone) for d in sitrep.differences(one, other)}
    back = {d.section: (d.gone, d.added) for d in sitrep.differences(other, one)}
    assert there == back


@pytest.mark.parametrize("tlp", [None, "2", -1, 5, True, 1.0])
def test_a_line_without_a_proper_tlp_is_above_everything(tlp: Any) -> None:
    broken = {"bottom_line": [sitrep.line("So", 0, key="b") | {"tlp": tlp}]}
    assert sitrep.allowed(broken, Tlp.RED) == ({"bottom_line": []}, 1)
    with pytest.raises(Invalid):
        sitrep.check(broken, version="tactical", ceiling=Tlp.RED)


def test_a_report_has_a_bottom_line_and_only_sections_of_its_version() -> None:
    with pytest.raises(Invalid, match="bottom line"):
        sitrep.check({}, version="executive", ceiling=Tlp.CLEAR)
    content = {"bottom_line": [sitrep.line("So", 0, key="b")], "actions": [sitrep.line("Done", 0, key="a")]}
    sitrep.check(content, version="tactical", ceiling=Tlp.CLEAR)
    with pytest.raises(Invalid, match="no such section"):
        sitrep.check(content, version="executive", ceiling=Tlp.CLEAR)


def test_affected_are_counted_per_province() -> None:
    lines = [
        sitrep.line("a", 0, key="1", places={"10000": 1}),
        sitrep.line("b", 0, key="2", places={"10000": 1, "40000": 2}),
    ]
    assert sitrep.places({"affected": lines}) == {"10000": 2, "40000": 2}
