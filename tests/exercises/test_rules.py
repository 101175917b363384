"""The clock of an exercise, what a scenario must be, which inject a deed answers, and what the report counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.exercises import injects, scenarios
from paraat.exercises.rules import report
from paraat.exercises.rules.matching import Answer, Deed, Open, answers
from paraat.exercises.rules.scenario import LANGUAGES, WrongScenario, parse
from paraat.exercises.rules.timing import ScenarioClock, words

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
minutes = st.floats(min_value=0, max_value=20_000, allow_nan=False)
speeds = st.integers(min_value=1, max_value=1440)


# The clock ------------------------------------------------------------------------------------------------------------------------
def test_a_clock_that_stands_shows_the_same_and_comes_nowhere() -> None:
    clock = ScenarioClock(90.0, None, 60)
    assert clock.at(NOON + timedelta(days=9)) == 90
    assert clock.when(91) is None


def test_an_hour_of_the_scenario_takes_a_minute_at_sixty() -> None:
    clock = ScenarioClock(0.0, NOON, 60)
    assert clock.at(NOON + timedelta(minutes=1)) == 60
    assert clock.when(120) == NOON + timedelta(minutes=2)


def test_a_clock_of_the_machine_that_goes_back_takes_nothing_away() -> None:
    assert ScenarioClock(30.0, NOON, 1).at(NOON - timedelta(hours=5)) == 30


@given(minutes, speeds, minutes)
def test_the_moment_at_which_it_shows_a_minute_is_the_moment_at_which_it_does(
    stood: float, speed: int, more: float
) -> None:
    clock = ScenarioClock(stood, NOON, speed)
    when = clock.when(stood + more)
    assert when is not None
    assert clock.at(when) == pytest.approx(stood + more, abs=0.001 * speed)


@given(st.lists(st.tuples(st.integers(min_value=1, max_value=3600), speeds), min_size=1, max_size=8))
def test_changing_the_speed_moves_no_minute(steps: list[tuple[int, int]]) -> None:
    now, clock, passed = NOON, ScenarioClock(0.0, NOON, 1), 0.0
    for seconds, speed in steps:
        now += timedelta(seconds=seconds)
        passed += seconds / 60 * clock.speed
        clock = replace(clock, minutes=clock.at(now), since=now, speed=speed)
        assert clock.at(now) == pytest.approx(passed)


def test_minutes_are_said_with_their_days() -> None:
    assert (words(0), words(75.9), words(1440), words(3 * 1440 + 61)) == ("00:00", "01:15", "1+00:00", "3+01:01")


# Scenarios ------------------------------------------------------------------------------------------------------------------------
def test_the_two_that_ship_can_be_played() -> None:
    found = scenarios.found()
    assert {"ransomware-december-2022", "target-lists-october-2024"} <= set(found)
    for scenario in found.values():
        assert scenario.sources, "what is public record is named"
        assert [one.minute for one in scenario.injects] == sorted(one.minute for one in scenario.injects)


def test_the_october_one_has_three_days_of_lists() -> None:
    october = scenarios.get("target-lists-october-2024")
    assert [int(one.minute // 1440) for one in october.injects if one.kind == "targets"] == [0, 1, 2]


def test_every_text_is_in_four_languages_and_no_shipped_one_says_that_something_cannot_be_hacked() -> None:
    never = ("cannot be hacked", "niet te hacken", "ne peuvent pas être pirat", "nicht gehackt werden")
    for scenario in scenarios.found().values():
        for one in scenario.injects:
            for texts in [one.title, *(value for value in one.payload.values() if isinstance(value, dict))]:
                assert set(texts) == set(LANGUAGES), one.key
                assert not [word for word in never for text in texts.values() if word in text.lower()]


def test_every_kind_is_a_module_with_keys_and_a_way_to_play_it() -> None:
    for name, kind in injects.kinds().items():
        assert kind.KEYS.needs, name
        assert callable(kind.play), name
        assert not kind.KEYS.needs & kind.KEYS.may, name


WORDS = "{ en = 'a', nl = 'b', fr = 'c', de = 'd' }"
SMALL = f"""
format = 1
key = "small"
version = "1"
sources = ["somebody"]
title = {WORDS}
about = {WORDS}
disclaimer = {WORDS}
[[part]]
key = "town"
kinds = ["municipality"]
defaults = ["municipality:45041"]
title = {WORDS}
[[inject]]
key = "one"
minute = 5
kind = "message"
part = "town"
asked = ["town"]
expects = "room.opened"
within = 10
title = {WORDS}
payload = {{ text = {WORDS} }}
"""


def read(text: str) -> Any:
    return parse(text, name="small.toml", kinds=injects.keys())


def test_a_small_one_is_read() -> None:
    assert read(SMALL).injects[0].within == 10
    assert read(SMALL).minutes == 15


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("minute = 5", "minute = 'x'", "inject[one].minute"),
        ("minute = 5", "minute = -1", "inject[one].minute"),
        ("minute = 5", "minut = 5", "inject[one].minute"),
        ("within = 10", "", "inject[one].within"),
        ("within = 10", "within = 0", "inject[one].within"),
        ('expects = "room.opened"', 'expects = "room.opend"', "inject[one].expects"),
        ('kind = "message"', 'kind = "massage"', "inject[one].kind"),
        ('part = "town"', 'part = "city"', "inject[one].part"),
        ("payload = { text", "payload = { txt", "inject[one].payload.text"),
        ("payload = { text = { en = 'a', ", "payload = { text = { ", "inject[one].payload.text.en"),
        ("payload = {", "sound = 1\npayload = {", "inject[one].sound"),
        ('defaults = ["municipality:45041"]', 'defaults = ["45041"]', "part[town].defaults"),
        ("format = 1", "format = 2", "format"),
        ("format = 1", "format = ", "no TOML"),
        ('version = "1"', "", "version"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(before: str, after: str, where: str) -> None:
    assert before in SMALL
    with pytest.raises(WrongScenario) as wrong:
        read(SMALL.replace(before, after, 1))
    assert "small.toml" in str(wrong.value)
    assert where in str(wrong.value)


def test_a_key_that_is_there_twice_is_refused() -> None:
    again = SMALL + SMALL[SMALL.index("[[inject]]") :]
    with pytest.raises(WrongScenario, match="'one' is there twice"):
        read(again)


# Matching -------------------------------------------------------------------------------------------------------------------------
RONSE, EUPEN, INJECT, OTHER = (UUID(int=number) for number in range(1, 5))


def test_the_report_that_an_inject_made_is_what_answers_it() -> None:
    opened = [
        Open(INJECT, frozenset({"report.accepted"}), {"report": "r1"}),
        Open(OTHER, frozenset({"report.accepted"}), {"report": "r2"}),
    ]
    assert answers(Deed("report.accepted", {"report": "r2"}), opened) == [Answer(OTHER, None)]
    assert answers(Deed("report.accepted", {"report": "r9"}), opened) == []
    assert answers(Deed("report.dismissed", {"report": "r2"}), opened) == []


def test_one_deed_answers_the_oldest_question_only() -> None:
    opened = [Open(INJECT, frozenset({"decision.recorded"}), {}), Open(OTHER, frozenset({"decision.recorded"}), {})]
    assert answers(Deed("decision.recorded", {"decision": "d"}), opened) == [Answer(INJECT, None)]
    opened[0] = replace(opened[0], answered=frozenset({None}))
    assert answers(Deed("decision.recorded", {"decision": "d"}), opened) == [Answer(OTHER, None)]


def test_each_that_is_asked_answers_for_itself() -> None:
    opened = [
        Open(
            INJECT, "notice.acknowledged", {"alert": "a"}, asked=frozenset({RONSE, EUPEN}), answered=frozenset({EUPEN})
        )
    ]
    assert answers(Deed("notice.acknowledged", {"notice": "n"}, RONSE), opened) == [Answer(INJECT, RONSE)]
    assert answers(Deed("notice.acknowledged", {"notice": "n"}, EUPEN), opened) == []
    assert answers(Deed("notice.acknowledged", {"notice": "n"}, OTHER), opened) == []


def test_a_deed_about_somebody_else_is_no_answer() -> None:
    opened = [Open(INJECT, frozenset({"clock.decided"}), {}, about=RONSE)]
    assert answers(Deed("clock.decided", {"clock": "c"}, EUPEN), opened) == []
    assert answers(Deed("clock.decided", {"clock": "c"}, RONSE, actor=RONSE), opened) == [Answer(INJECT, RONSE)]


def test_of_two_lists_the_one_whose_alert_it_is_was_answered() -> None:
    both = [
        Open(one, frozenset({"notice.acknowledged"}), {"alert": a}, asked=frozenset({RONSE}))
        for one, a in [(INJECT, "a"), (OTHER, "b")]
    ]
    assert answers(Deed("notice.acknowledged", {"notice": "n", "alert": "b"}, RONSE), both) == [Answer(OTHER, RONSE)]
    assert answers(Deed("notice.acknowledged", {"notice": "n", "alert": "c"}, RONSE), both) == []


@given(
    st.lists(st.sampled_from(["a.b", "c.d"]), min_size=1, max_size=5),
    st.sampled_from(["a.b", "c.d"]),
    st.sampled_from([None, RONSE, EUPEN]),
)
def test_a_deed_answers_at_most_one_and_never_the_same_twice(verbs: list[str], verb: str, who: UUID | None) -> None:
    opened = [Open(UUID(int=100 + place), frozenset({one}), {}) for place, one in enumerate(verbs)]
    seen: set[tuple[UUID, UUID | None]] = set()
    for _ in range(len(opened) + 2):
        given_now = answers(Deed(verb, {"x": "1"}, who, who), opened)
        assert len(given_now) <= 1
        for one in given_now:
            assert (one.inject, one.organisation) not in seen
            seen.add((one.inject, one.organisation))
            opened = [
                replace(inject, answered=inject.answered | {one.organisation})
                if inject.inject == one.inject
                else inject
                for inject in opened
            ]
    assert {inject for inject, _ in seen} == {one.inject for one in opened if verb in one.verbs}


# The report -----------------------------------------------------------------------------------------------------------------------
def played(**changes: Any) -> report.Played:
    values: dict[str, Any] = {
        "key": "k", "title": {"en": "K"}, "planned": 0, "minute": 1.0, "expects": "notice.acknowledged", "within": 60.0,
        "asked": ["Ronse", "Eupen", "Wemmel"],
        "answered": [report.Answered("Ronse", "SPOC", 59.9), report.Answered("Eupen", "SPOC", 60.1)],
    }  # fmt: skip
    return report.Played(**(values | changes))


def test_in_time_late_and_never_are_told_apart() -> None:
    made = report.report([played()], [])
    assert [one["outcome"] for one in made["injects"][0]["answers"]] == ["in_time", "late", "never"]
    assert made["totals"] == {"played": 1, "not_played": 0, "expected": 3, "in_time": 1, "late": 1, "never": 1}


def test_the_median_counts_answers_and_silence_is_shown_beside_it() -> None:
    later = played(key="l", answered=[report.Answered("Ronse", "SPOC", 20)])
    rows = {one["organisation"]: one for one in report.report([played(), later], [])["organisations"]}
    assert (rows["Ronse"]["median"], rows["Ronse"]["answered"], rows["Ronse"]["expected"]) == (40.0, 2, 2)
    assert (rows["Wemmel"]["median"], rows["Wemmel"]["answered"], rows["Wemmel"]["expected"]) == (None, 0, 2)


def test_what_was_not_played_expects_nothing() -> None:
    made = report.report([played(minute=None, answered=[], note="left out")], [])
    assert made["totals"]["expected"] == 0
    assert made["totals"]["not_played"] == 1


def test_a_duty_is_measured_against_its_own_limit() -> None:
    duties = [report.Duty("Ronse", "gdpr", "33", 4320, 4319), report.Duty("Ronse", "nis2-be", "early", 1440, None)]
    assert [one["outcome"] for one in report.report([], duties)["duties"]] == ["in_time", "never"]
