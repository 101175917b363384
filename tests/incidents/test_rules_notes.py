"""Merging notes line by line: whatever two people do to a text, nothing that anybody wrote is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paraat.incidents.rules.notes import differences, lines, merge

texts = st.lists(st.sampled_from(["a", "b", "c", "", "d e"]), max_size=8).map("\n".join)
edits = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["put", "drop", "change"]), st.text("xyz", min_size=1, max_size=3))
)


def edited(text: str, some: list[tuple[int, str, str]]) -> str:
    """The text after these edits."""
    found = text.split("\n")
    for place, kind, word in some:
        at = min(place, len(found))
        if kind == "put":
            found.insert(at, word)
        elif at < len(found):
            found[at : at + 1] = [] if kind == "drop" else [word]
    return "\n".join(found)


def test_two_places_become_one_text() -> None:
    assert merge("one\ntwo\nthree", "ONE\ntwo\nthree", "one\ntwo\nTHREE") == "ONE\ntwo\nTHREE"


def test_the_same_place_is_for_a_person() -> None:
    assert merge("one", "mine", "theirs") is None
    assert merge("head\n", "head\nmine\n", "head\ntheirs\n") is None


def test_the_same_change_counts_once() -> None:
    assert merge("one\ntwo", "one\n2", "one\n2") == "one\n2"


def test_browsers_line_ends_are_no_change() -> None:
    assert merge("one\ntwo", "one\r\ntwo\r\nthree", "zero\none\ntwo") == "zero\none\ntwo\nthree"


def test_twins_that_each_loses_the_other_of_stay() -> None:
    """Each takes away another copy of the same line; both still read it, so it may not go."""
    base = "x\nq\nx"
    joined = merge(base, "q\nx", "x\nq")
    assert joined is None or "x" in joined.split("\n")


@given(texts, edits, edits)
def test_no_line_that_anybody_wrote_is_lost(
    base: str, mine: list[tuple[int, str, str]], theirs: list[tuple[int, str, str]]
) -> None:
    left, right = edited(base, mine), edited(base, theirs)
    joined = merge(base, left, right)
    if joined is not None:
        kept = set(lines(joined))
        assert (set(lines(left)) | set(lines(right))) - set(lines(base)) <= kept
        assert set(lines(left)) & set(lines(right)) <= kept
        assert kept <= set(lines(left)) | set(lines(right)) | set(lines(base))


@given(texts, texts, texts)
def test_any_three_texts(base: str, mine: str, theirs: str) -> None:
    joined = merge(base, mine, theirs)
    if joined is not None:
        assert (set(lines(mine)) | set(lines(theirs))) - set(lines(base)) <= set(lines(joined))
        assert set(lines(mine)) & set(lines(theirs)) <= set(lines(joined))


@given(texts, texts)
def test_who_changed_alone_gets_his_own_text(base: str, mine: str) -> None:
    assert merge(base, mine, base) == mine
    assert merge(base, base, mine) == mine
    assert merge(base, mine, mine) == mine


@given(texts, texts, texts)
def test_whether_it_merges_does_not_depend_on_who_was_first(base: str, mine: str, theirs: str) -> None:
    assert merge(base, mine, theirs) == merge(base, theirs, mine)


@given(texts, texts)
def test_differences_tell_both_texts(old: str, new: str) -> None:
    told = differences(old, new)
    assert [line for kind, line in told if kind != "new"] == lines(old)
    assert [line for kind, line in told if kind != "gone"] == lines(new)
