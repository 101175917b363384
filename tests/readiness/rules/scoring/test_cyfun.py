"""CyFun is scored as it is published: compared with a slow reference, and with figures that the official workbook gave."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.frameworks.shipped import shipped
from paraat.readiness.rules.scoring import score
from paraat.readiness.rules.scoring.cyfun import asked_at, may_be_left_out
from paraat.readiness.rules.scoring.result import Reply, shown
from tests.readiness.rules.scoring.reference import slowly

STATUSES = ["open", "met", "partly", "not_met", "not_applicable", "not_testable", "error"]


@dataclass(frozen=True)
class Control:
    identifier: str
    level: str
    key_measure: bool = False
    management: bool = False
    function: str = "PROTECT"
    weight: int = 1

    @property
    def subcategory(self) -> str:
        return self.identifier.rpartition(".")[0]

    @property
    def category(self) -> str:
        return self.identifier.partition("-")[0]


def official() -> list[Control]:
    """All 218, as they ship."""
    return [
        Control(one["identifier"], one["level"], one["key_measure"], one["management"], one["function"])
        for one in shipped("cyfun-2025").controls
    ]


def cyfun(controls: list[Any], answers: dict[str, Reply], level: str) -> Any:
    return score(controls, answers, level, scheme="cyfun-2025")


replies = st.builds(
    Reply,
    status=st.sampled_from(STATUSES),
    documentation=st.none() | st.integers(1, 5),
    implementation=st.none() | st.integers(1, 5),
)


@given(level=st.sampled_from(["basic", "important", "essential"]), data=st.data())
def test_it_equals_the_slow_reference(level: str, data: st.DataObject) -> None:
    controls = official()
    names = [one.identifier for one in controls]
    some = data.draw(st.dictionaries(st.sampled_from(names), replies, max_size=40))
    rest = data.draw(st.sampled_from([None, Reply("met", 3, 3), Reply("met", 5, 4), Reply("partly", 2, 3)]))
    answers = (dict.fromkeys(names, rest) if rest else {}) | some
    found, expected = cyfun(controls, answers, level), slowly(controls, answers, level)
    assert found.total == expected["total"]
    assert found.met is expected["met"]
    assert {one.name: one.maturity for one in found.categories if one.maturity is not None} == expected["categories"]
    left = {one.identifier: one.reason for one in found.left_out}
    assert {name for name, why in left.items() if why in ("not_applicable", "not_allowed")} == set(expected["skipped"])
    assert {name for name, why in left.items() if why not in ("not_applicable", "not_allowed")} == set(
        expected["unknown"]
    )


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=34, max_size=34))
def test_a_better_answer_never_lowers_the_total(figures: list[tuple[int, int]]) -> None:
    controls = asked_at(official(), "basic")
    answers = {one.identifier: Reply("met", *pair) for one, pair in zip(controls, figures, strict=True)}
    before = cyfun(controls, answers, "basic")
    better = {name: Reply("met", min(5, one.documentation + 1), one.implementation) for name, one in answers.items()}
    assert cyfun(controls, better, "basic").total >= before.total


def test_the_figures_of_the_official_workbook_for_one_category() -> None:
    # PR.AA at Basic, as the published tool computed it: (4 + (2 + 2.5)/2 + 3)/3 and (5 + (1 + 2.5)/2 + 3)/3.
    controls = [Control(f"PR.AA-{one}", "basic") for one in ("01.1", "03.1", "03.2", "06.1")]
    answers = {
        "PR.AA-01.1": Reply("met", 4, 5),
        "PR.AA-03.1": Reply("met", 2, 1),
        "PR.AA-03.2": Reply("not_applicable"),
        "PR.AA-06.1": Reply("met", 3, 3),
    }
    (category,) = cyfun(controls, answers, "basic").categories
    assert (category.documentation, category.implementation) == (Fraction("9.25") / 3, Fraction("9.75") / 3)
    assert category.maturity == Fraction(19) / 6


def test_an_average_of_averages_is_not_the_average_of_all() -> None:
    controls = [Control("PR.AA-01.1", "basic"), Control("PR.AA-01.2", "basic"), Control("PR.AA-02.1", "basic")]
    answers = {"PR.AA-01.1": Reply("met", 1, 1), "PR.AA-01.2": Reply("met", 1, 1), "PR.AA-02.1": Reply("met", 5, 5)}
    assert cyfun(controls, answers, "basic").total == 3


@pytest.mark.parametrize(("level", "figures"), [("basic", (2, 3)), ("important", (3, 3)), ("essential", (3, 4))])
def test_the_threshold_itself_is_enough(level: str, figures: tuple[int, int]) -> None:
    controls = official()
    whole = {one.identifier: Reply("met", *figures) for one in controls}
    assert cyfun(controls, whole, level).met is True
    less = {one.identifier: Reply("met", figures[0], figures[1] - 1) for one in controls}
    assert cyfun(controls, less, level).met is False


def test_one_key_measure_below_its_threshold_is_enough_to_fail() -> None:
    controls = official()
    answers = {one.identifier: Reply("met", 5, 5) for one in controls} | {"PR.AA-03.2": Reply("met", 2, 2)}
    result = cyfun(controls, answers, "essential")
    assert result.met is False
    assert [one.identifier for one in result.key_measures if one.met is False] == ["PR.AA-03.2"]
    assert result.total > 4


def test_a_category_below_three_fails_at_essential_only() -> None:
    controls = official()
    answers = {one.identifier: Reply("met", 5, 5) for one in controls} | {
        one.identifier: Reply("met", 2, 3) for one in controls if one.category == "RS.AN"
    }
    assert cyfun(controls, answers, "essential").met is False
    assert cyfun(controls, answers, "important").met is True


@pytest.mark.parametrize(("level", "most"), [("basic", 1), ("important", 3), ("essential", 5)])
def test_so_many_may_be_not_applicable_and_no_more(level: str, most: int) -> None:
    controls = official()
    free = [one.identifier for one in asked_at(controls, level) if may_be_left_out(one, level)]
    answers = {one.identifier: Reply("met", 4, 4) for one in controls}
    allowed = cyfun(controls, answers | {name: Reply("not_applicable") for name in free[:most]}, level)
    assert allowed.met is True
    assert [one.code for one in allowed.notes] == ["counts_as"]
    beyond = cyfun(controls, answers | {name: Reply("not_applicable") for name in free[: most + 1]}, level)
    assert beyond.met is False
    assert [one.code for one in beyond.notes] == ["counts_as", "too_many_left_out"]


def test_what_management_is_asked_may_be_left_out_before_essential() -> None:
    controls = official()
    answers = {one.identifier: Reply("met", 4, 4) for one in controls} | {"GV.RM-01.1": Reply("not_applicable")}
    assert cyfun(controls, answers, "important").met is True
    result = cyfun(controls, answers, "essential")
    assert result.met is False
    assert {"identifiers": ["GV.RM-01.1"]} in [one.values for one in result.notes]


@pytest.mark.parametrize("status", ["open", "not_testable", "error"])
def test_what_nobody_knows_is_not_fine(status: str) -> None:
    controls = official()
    answers = {one.identifier: Reply("met", 5, 5) for one in controls} | {"PR.DS-11.1": Reply(status)}
    result = cyfun(controls, answers, "basic")
    assert result.met is None
    assert [(one.identifier, one.reason) for one in result.left_out] == [("PR.DS-11.1", status)]


def test_a_test_that_failed_is_not_scored_by_figures_that_stand_beside_it() -> None:
    controls = official()
    answers = {one.identifier: Reply("met", 5, 5) for one in controls} | {"PR.DS-11.1": Reply("error", 5, 5)}
    assert cyfun(controls, answers, "basic").met is None


def test_status_result_and_score_stay_apart() -> None:
    controls = official()
    answers = {one.identifier: Reply("not_met", 5, 5) for one in controls}
    result = cyfun(controls, answers, "basic")
    assert (result.total, result.met, result.statuses) == (5, True, {"not_met": 34})


def test_nothing_answered_has_no_score() -> None:
    result = cyfun(official(), {}, "basic")
    assert (result.total, result.met, result.asked, result.answered) == (None, None, 34, 0)
    assert result.as_json()["total"] is None


@pytest.mark.parametrize(
    ("level", "asked", "keys"), [("basic", 34, 13), ("important", 133, 22), ("essential", 218, 29), ("", 218, 29)]
)
def test_levels_are_cumulative_and_count_as_published(level: str, asked: int, keys: int) -> None:
    found = asked_at(official(), level)
    assert (len(found), sum(one.key_measure for one in found)) == (asked, keys)


def test_six_functions_twenty_two_categories_ninety_subcategories() -> None:
    controls = official()
    assert len({one.identifier for one in controls}) == 218
    assert (len({one.category for one in controls}), len({one.subcategory for one in controls})) == (22, 90)
    per_function = Counter((one.function, one.level) for one in controls)
    assert [per_function["GOVERN", one] for one in ("basic", "important", "essential")] == [4, 19, 17]
    assert [per_function["PROTECT", one] for one in ("basic", "important", "essential")] == [15, 29, 35]


@pytest.mark.parametrize(
    ("value", "seen"), [("2.5", "2.50"), ("2.494", "2.49"), ("2.495", "2.50"), ("10/3", "3.33"), ("2.4999", "2.50")]
)
def test_people_see_two_decimals_rounded_half_up(value: str, seen: str) -> None:
    assert str(shown(Fraction(value))) == seen


def test_rounding_never_passes_a_threshold() -> None:
    controls = [Control(f"PR.AA-01.{number}", "basic") for number in range(1, 401)]
    answers = {one.identifier: Reply("met", 2, 3) for one in controls} | {"PR.AA-01.1": Reply("met", 2, 2)}
    result = cyfun(controls, answers, "basic")
    assert (str(shown(result.total)), result.met) == ("2.50", False)
