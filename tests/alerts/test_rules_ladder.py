"""The ladder, the night and what is never done: pure decisions, over many situations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from paraat.alerts.rules import ladder, night
from paraat.alerts.rules.ladder import Next, Person, Situation, Way

NOON = datetime(2024, 10, 8, 10, 0, tzinfo=UTC)
NIGHT = datetime(2024, 10, 8, 21, 0, tzinfo=UTC)  # 23:00 in Brussels
KINDS = ("mail", "sms", "voice", "matrix")


def person(number: int, role: str = "spoc", kinds: tuple[str, ...] = ("mail", "sms"), **more: object) -> Person:
    ways = tuple(Way(kind, f"{number}-{place}", None, True) for place, kind in enumerate(kinds))
    values = {"confirmed_at": NOON - timedelta(days=10)} | more
    return Person(UUID(int=number), role, ways, **values)  # type: ignore[arg-type]


SPOC, DEPUTY, ICT = person(1), person(2, "deputy"), person(3, "ict_on_call", ("voice",))
PROVIDER = person(9, "ict_on_call", ("mail",))


def addresses(rungs: tuple[ladder.Rung, ...]) -> list[list[str]]:
    return [[call.way.address for call in rung.calls] for rung in rungs]


def climb(rungs: tuple[ladder.Rung, ...], now: datetime, severity: int = 3, **more: object) -> list[ladder.Step]:
    """All steps of a notice that nobody ever answers, until it is exhausted for the second time."""
    steps: list[ladder.Step] = []
    used: set[tuple[str, str]] = set()
    listed = False
    while [step.next for step in steps].count(Next.EXHAUSTED) < 2 and len(steps) < 60:
        step = ladder.step(Situation(severity, rungs, frozenset(used), listed=listed, **more), now)  # type: ignore[arg-type]
        used |= {call.way.key for call in step.calls}
        listed = listed or step.next is Next.CALL_LIST
        steps.append(step)
        assert step.due_at is not None
        assert step.due_at > now
        now = step.due_at
    return steps


def test_it_goes_from_the_spoc_to_the_deputy_to_the_on_call_to_the_provider():
    assert addresses(ladder.rungs([ICT, DEPUTY, SPOC], [PROVIDER], NOON)) == [
        ["1-0"], ["1-1"], ["2-0"], ["2-1"], ["3-0"], ["9-0"],
    ]  # fmt: skip


def test_whoever_is_away_is_replaced_by_whom_they_named():
    away = person(1, away=True, replaced_by=UUID(int=3))
    assert addresses(ladder.rungs([away, DEPUTY, ICT], [], NOON))[:2] == [["3-0"], ["2-0"]]


def test_whoever_is_away_and_named_nobody_is_left_out():
    assert addresses(ladder.rungs([person(1, away=True), DEPUTY], [], NOON)) == [["2-0"], ["2-1"]]


def test_a_circle_of_replacements_leads_nowhere_and_everybody_is_asked():
    one, other = person(1, away=True, replaced_by=UUID(int=2)), person(2, "deputy", away=True, replaced_by=UUID(int=1))
    assert addresses(ladder.rungs([one, other], [], NOON)) == [["1-0"], ["1-1"], ["2-0"], ["2-1"]]


def test_an_unconfirmed_contact_is_used_with_the_deputy_in_parallel():
    old = person(1, confirmed_at=NOON - timedelta(days=181))
    assert addresses(ladder.rungs([old, DEPUTY], [], NOON)) == [["1-0", "2-0"], ["1-1", "2-1"]]


def test_the_head_is_asked_only_when_nobody_else_is_on_file():
    head = person(4, "head", ("mail",))
    assert addresses(ladder.rungs([head, DEPUTY], [], NOON)) == [["2-0"], ["2-1"]]
    assert addresses(ladder.rungs([head], [], NOON)) == [["4-0"]]


def test_an_address_that_two_people_share_is_used_once():
    twin = Person(UUID(int=5), "deputy", SPOC.ways)
    assert addresses(ladder.rungs([SPOC, twin], [], NOON)) == [["1-0"], ["1-1"]]


def test_each_rung_gets_its_whole_interval_however_late_it_is():
    rungs = ladder.rungs([SPOC, DEPUTY], [], NOON)
    late = NOON + timedelta(hours=3)
    step = ladder.step(Situation(3, rungs, frozenset({("mail", "1-0")})), late)
    assert [call.way.address for call in step.calls] == ["1-1"]
    assert step.due_at == late + timedelta(minutes=10)


def test_an_automatic_reply_moves_on_to_the_deputy():
    situation = Situation(3, ladder.rungs([SPOC, DEPUTY], [], NOON), frozenset({("mail", "1-0")}), frozenset({SPOC.id}))
    assert [call.way.address for call in ladder.step(situation, NOON).calls] == ["2-0"]


def test_below_severity_3_no_phone_rings_at_night():
    step = ladder.step(Situation(2, ladder.rungs([SPOC], [], NIGHT), frozenset({("mail", "1-0")})), NIGHT)
    assert step == ladder.Step(
        Next.WAIT, (), datetime(2024, 10, 9, 5, 0, tzinfo=UTC), datetime(2024, 10, 9, 5, 0, tzinfo=UTC)
    )


def test_an_officer_can_let_it_ring_at_night():
    situation = Situation(2, ladder.rungs([SPOC], [], NIGHT), frozenset({("mail", "1-0")}), ring_at_night=True)
    assert [call.way.kind for call in ladder.step(situation, NIGHT).calls] == ["sms"]


def test_who_never_wants_to_be_rung_is_passed_over_at_night_and_rung_in_the_morning():
    quiet = person(1, kinds=("sms",), night="never")
    rungs = ladder.rungs([quiet, DEPUTY], [], NIGHT)
    assert [call.way.address for call in ladder.step(Situation(3, rungs), NIGHT).calls] == ["2-0"]
    told = frozenset({("mail", "2-0"), ("sms", "2-1")})
    assert ladder.step(Situation(3, rungs, told), NIGHT).next is Next.CALL_LIST
    morning = night.morning(NIGHT)
    assert [call.way.address for call in ladder.step(Situation(3, rungs, told, listed=True), morning).calls] == ["1-0"]


def test_the_sentence_says_who_comes_next():
    rungs = ladder.rungs([SPOC, DEPUTY], [], NOON)
    assert ladder.upcoming(Situation(3, rungs, frozenset({("mail", "1-0")}))) == "again"
    assert ladder.upcoming(Situation(3, rungs, frozenset({("mail", "1-0"), ("sms", "1-1")}))) == "deputy"
    assert ladder.upcoming(Situation(3, rungs, frozenset(c.way.key for r in rungs for c in r.calls))) == "call_list"


def test_reach_is_ok_only_with_a_way_that_works_when_the_owner_is_down():
    own = Person(UUID(int=1), "spoc", (Way("mail", "spoc@own.example"),))
    assert (ladder.reach([]), ladder.reach([own]), ladder.reach([own, DEPUTY])) == ("none", "not_out_of_band", "ok")


people = st.lists(
    st.builds(
        person,
        st.integers(1, 6),
        st.sampled_from(["spoc", "deputy", "ict_on_call", "head", "dpo"]),
        st.lists(st.sampled_from(KINDS), max_size=3).map(tuple),
        night=st.sampled_from(["severe", "always", "never"]),
        away=st.booleans(),
        replaced_by=st.one_of(st.none(), st.integers(1, 6).map(lambda number: UUID(int=number))),
        confirmed_at=st.sampled_from([None, NOON, NOON - timedelta(days=300)]),
    ),
    max_size=5,
    unique_by=lambda one: one.id,
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2025, 12, 31), timezones=st.just(UTC))


@given(people, moments, st.integers(0, 5), st.booleans())
def test_nobody_is_told_twice_and_silence_ends_with_a_person(everybody, now, severity, officer):
    steps = climb(ladder.rungs(everybody, [], now), now, severity, ring_at_night=officer)
    told = [call.way.key for step in steps for call in step.calls]
    assert len(told) == len(set(told))
    assert steps[-1].next is Next.EXHAUSTED
    assert [step.next for step in steps].count(Next.CALL_LIST) == 1


@given(people, moments, st.integers(0, 2))
def test_below_severity_3_only_who_wants_it_is_rung_at_night(everybody, now, severity):
    for step in climb(ladder.rungs(everybody, [], now), now, severity):
        for call in step.calls:
            assert call.way.kind not in night.RINGING or call.person.night == "always" or not night.is_night(now)
        assert step.due_at is not None
        now = step.due_at


@given(moments)
def test_the_morning_is_the_next_seven_oclock_also_when_the_clock_changes(now):
    morning = night.morning(now)
    assert morning > now
    assert morning - now <= timedelta(hours=25)
    assert (morning.astimezone(night.ZONE).hour, morning.astimezone(night.ZONE).minute) == (7, 0)
    assert not night.is_night(morning)


def test_the_night_follows_the_clock_on_the_wall_when_summer_time_ends():
    assert night.is_night(datetime(2024, 10, 27, 5, 30, tzinfo=UTC))  # 06:30 after the change
    assert night.morning(datetime(2024, 10, 26, 21, 0, tzinfo=UTC)) == datetime(2024, 10, 27, 6, 0, tzinfo=UTC)
