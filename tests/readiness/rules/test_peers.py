"""Peers: nobody learns of fewer than five others, whatever it subtracts from whatever it was ever shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paraat.readiness.rules import peers
from paraat.readiness.rules.peers import Block, Place, Values, least_revealed, partition, quartiles, share

KINDS = ("municipality", "police_zone", "province")
SIZES = ("0", "10000", "20000", "50000", "100000")

places = st.builds(Place, st.sampled_from(KINDS), st.sampled_from(SIZES))
quarters = st.lists(
    st.tuples(
        st.lists(places, max_size=14),  # who begins
        st.integers(0, 9),  # how many end
        st.randoms(use_true_random=False),
    ),
    min_size=1,
    max_size=7,
)  # fmt: skip


def history(
    happens: Sequence[tuple[list[Place], int, object]],
) -> Iterator[tuple[int, list[Block[int]], dict[int, Place]]]:
    """The blocks of quarter after quarter while members begin and end; the living are numbered as they begin."""
    living: dict[int, Place] = {}
    seen: dict[int, list[frozenset[int]]] = {}
    blocks: Sequence[Block[int]] = ()
    born = 0
    for quarter, (begins, ends, chance) in enumerate(happens):
        for one in chance.sample(sorted(living), min(ends, len(living))):  # type: ignore[attr-defined]
            del living[one]
        for place in begins:
            living[born] = place
            born += 1
        found = partition(blocks, living, seen, f"Q{quarter}")
        blocks = found.blocks
        for block in blocks:
            for one in block.members:
                if block.members not in seen.setdefault(one, []):
                    seen[one].append(block.members)
        yield quarter, list(blocks), dict(living)


# Who is with whom -----------------------------------------------------------------------------------------------------------------
@given(quarters)
def test_it_is_a_partition_of_six_or_more_whose_members_never_change(
    happens: list[tuple[list[Place], int, object]],
) -> None:
    known: dict[str, frozenset[int]] = {}
    for _quarter, blocks, living in history(happens):
        members = [one for block in blocks for one in block.members]
        assert len(members) == len(set(members))
        for block in blocks:
            assert len(block.members) >= 6
            assert sum(one in living for one in block.members) >= 6
            assert known.setdefault(block.key, block.members) == block.members


@given(quarters)
def test_no_difference_of_views_speaks_of_fewer_than_five_others(
    happens: list[tuple[list[Place], int, object]],
) -> None:
    """The attack: a member keeps every view of every quarter, knows itself, and adds and subtracts them in every way up to twice each."""
    views: dict[int, list[frozenset[int]]] = {}
    for _quarter, blocks, living in history(happens):
        for block in blocks:
            for one in block.members & living.keys():
                if block.members not in views.setdefault(one, []):
                    views[one].append(block.members)
    for viewer, seen in views.items():
        for weights in product((-2, -1, 0, 1, 2), repeat=len(seen)):
            left = {
                one
                for one in frozenset[int]().union(*seen) - {viewer}
                if sum(weight for weight, view in zip(weights, seen, strict=True) if one in view)
            }
            assert not left or len(left) >= 5, (viewer, seen, weights)


@given(st.lists(st.frozensets(st.integers(0, 9), min_size=1), min_size=1, max_size=3), st.integers(0, 9))
def test_what_can_be_worked_out_is_found(views: list[frozenset[int]], viewer: int) -> None:
    """`least_revealed` against every combination of small whole weights: with three views these reach every hyperplane."""
    least = 0
    for weights in product((-2, -1, 0, 1, 2), repeat=len(views)):
        left = {
            one
            for one in frozenset[int]().union(*views) - {viewer}
            if sum(weight for weight, view in zip(weights, views, strict=True) if one in view)
        }
        if left:
            least = min(least or len(left), len(left))
    assert least_revealed(views, viewer) == least


def test_one_who_joins_or_leaves_would_be_seen_and_so_is_not() -> None:
    """The difference that must never be there, and the rule that sees it."""
    before, after = frozenset(range(8)), frozenset(range(9))
    assert least_revealed([before, after], 0) == 1
    assert least_revealed([frozenset(range(6)), frozenset(range(12))], 0) == 5
    assert least_revealed([frozenset(range(6)), frozenset(range(11))], 0) == 5
    assert least_revealed([frozenset(range(6)), frozenset(range(10))], 0) == 4


def towns(number: int, first: int = 0, size: str = "10000", kind: str = "municipality") -> dict[int, Place]:
    return {first + one: Place(kind, size) for one in range(number)}


def test_small_cells_go_with_their_neighbours() -> None:
    living = (
        towns(8)
        | towns(3, 10, "20000")
        | towns(2, 20, "50000")
        | towns(2, 30, kind="port")
        | towns(4, 40, kind="fire_zone")
    )
    found = partition((), living, {}, "2026-Q4")
    assert {(block.kind, block.sizes, len(block.members)) for block in found.blocks} == {
        ("municipality", ("10000", "20000", "50000"), 13), ("other", (), 6),
    }  # fmt: skip
    assert not found.waiting
    assert partition((), towns(5), {}, "2026-Q4").waiting == frozenset(range(5))


def test_the_mergers_of_january_change_nobodys_view() -> None:
    """300 municipalities become 285: 28 end, 13 begin. Who is left sees the very same members; the thirteen are a block of their own."""
    living = {one: Place("municipality", SIZES[one % 4]) for one in range(300)}
    before = partition((), living, {}, "2024-Q4")
    seen = {one: [block.members] for block in before.blocks for one in block.members}
    for ended in range(0, 280, 10):
        del living[ended]
    living |= {300 + one: Place("municipality", "20000") for one in range(12)} | {312: Place("municipality", "50000")}
    assert len(living) == 285
    after = partition(before.blocks, living, seen, "2025-Q1")
    assert set(before.blocks) < set(after.blocks)
    (fresh,) = set(after.blocks) - set(before.blocks)
    assert fresh.members == frozenset(range(300, 313))
    assert not after.waiting


def test_a_block_with_too_few_living_members_is_closed_and_they_wait_for_six_others() -> None:
    before = partition((), towns(7), {}, "2026-Q1")
    seen = {one: [before.blocks[0].members] for one in range(7)}
    living = towns(5)
    closed = partition(before.blocks, living, seen, "2026-Q2")
    assert (closed.blocks, closed.waiting) == ((), frozenset(range(5)))
    few = partition(closed.blocks, living | towns(2, 10), seen, "2026-Q3")
    assert (
        few.blocks == ()
    )  # seven again, but both views together would speak of four: the two that went and the two that came
    enough = partition(closed.blocks, living | towns(6, 10), seen, "2026-Q3")
    assert [len(block.members) for block in enough.blocks] == [11]


# What is shown --------------------------------------------------------------------------------------------------------------------
SCORES = (None, 20.0, 80.0)


def display(answers: Sequence[bool], scores: Sequence[float | None]) -> tuple[object, object]:
    members = [Values({"q": yes}, {"s": score}) for yes, score in zip(answers, scores, strict=True)]
    found = peers.shown(members, ["q"], {"s": 10})
    return str(found["shares"]), str(found["scores"])


@pytest.mark.parametrize("number", [6, 7, 8])
def test_who_knows_itself_learns_the_answer_of_nobody_else(number: int) -> None:
    """Every possible group: what is shown leaves open, for every other member, both answers; it is never all or nobody."""
    worlds: dict[tuple[bool, str], list[tuple[bool, ...]]] = {}
    for answers in product((False, True), repeat=number):
        worlds.setdefault((answers[0], str(share(answers))), []).append(answers)
    for possible in worlds.values():
        for other in range(1, number):
            assert {answers[other] for answers in possible} == {False, True}


def test_who_knows_itself_learns_the_score_of_nobody_else() -> None:
    worlds: dict[tuple[float | None, str], list[tuple[float | None, ...]]] = {}
    for scores in product(SCORES, repeat=6):
        worlds.setdefault((scores[0], str(quartiles(scores, 10))), []).append(scores)
    for possible in worlds.values():
        for other in range(1, 6):
            assert len({scores[other] for scores in possible}) > 1


@settings(max_examples=30)
@given(st.integers(1, 4), st.data())
def test_two_blocks_that_share_members_fix_nobody(left: int, data: st.DataObject) -> None:
    """The worst that can be shown: a block that was closed, and another with some of its members. All worlds that fit both are looked at."""
    first, second = frozenset(range(6)), frozenset(range(left)) | frozenset(range(6, 12))
    everybody = sorted(first | second)
    if any(least_revealed([first, second], viewer) < 5 for viewer in first & second):
        return  # it would not have been founded
    actual = tuple(data.draw(st.booleans()) for _one in everybody)

    def views(world: tuple[bool, ...]) -> tuple[object, object]:
        return str(share([world[one] for one in first])), str(share([world[one] for one in second]))

    said = views(actual)
    fits = [
        world
        for world in product((False, True), repeat=len(everybody))
        if world[0] == actual[0] and views(world) == said
    ]
    for other in everybody[1:]:
        assert {world[other] for world in fits} == {False, True}


@given(st.lists(st.booleans(), min_size=6, max_size=400))
def test_a_share_is_near_what_it_is(answers: list[bool]) -> None:
    said = share(answers)
    exact = 100 * sum(answers) / len(answers)
    low = 0 if said["end"] == "most" else said["percent"] - 5
    high = 100 if said["end"] == "least" else said["percent"] + 5
    assert low <= exact + 1e-9 or said["end"]
    assert low - 1e-9 <= exact <= high + 1e-9


def test_a_change_of_one_at_an_end_is_not_seen() -> None:
    nobody, one = [False] * 20, [True] + [False] * 19
    assert share(nobody) == share(one) == {"percent": 10, "end": "most"}
    assert quartiles([None] * 6, 10) == quartiles([None] * 5 + [90], 10) == [None, None, None]


def test_fewer_than_six_are_never_shown() -> None:
    with pytest.raises(ValueError, match="too few"):
        share([True] * 5)
    with pytest.raises(ValueError, match="too few"):
        quartiles([1.0] * 5, 1)
