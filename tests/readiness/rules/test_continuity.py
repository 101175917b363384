"""Dependencies, contradictions and proof, against slow references."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules import continuity as rules
from paraat.readiness.rules.continuity import Proof, Result, Resumes, Service

KEYS = list("abcdef")
hours = st.none() | st.integers(0, 200)
graphs = st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(KEYS), max_size=4, unique=True))
lists = st.fixed_dictionaries({key: st.builds(Service, hours, hours) for key in KEYS})


def closure(needs: dict[str, list[str]]) -> dict[str, set[str]]:
    """Warshall's: what each needs through others, itself included when it stands in a circle."""
    found = {key: set(needs.get(key, ())) for key in KEYS}
    for middle, start, end in itertools.product(KEYS, KEYS, KEYS):
        if middle in found[start] and end in found[middle]:
            found[start].add(end)
    return found


@given(graphs)
def test_what_is_reached_is_the_closure(needs: dict[str, list[str]]) -> None:
    whole = closure(needs)
    for key in KEYS:
        assert rules.reached(key, needs) == whole[key] - {key}


@given(graphs)
def test_circles_are_exactly_those_that_need_each_other(needs: dict[str, list[str]]) -> None:
    whole = closure(needs)
    rings = rules.cycles(needs)
    turning = {key for ring in rings for key in ring}
    assert turning == {key for key in KEYS if key in whole[key]}
    for ring in rings:
        assert all(other in whole[one] for one in ring for other in ring)
    assert sum(len(ring) for ring in rings) == len(turning)  # no service stands in two


@given(graphs, st.sets(st.sampled_from(KEYS)))
def test_what_stops_is_whoever_needs_what_is_gone(needs: dict[str, list[str]], gone: set[str]) -> None:
    whole = closure(needs)
    assert rules.stopped(gone, needs) == gone | {key for key in KEYS if whole[key] & gone}


@given(lists, graphs)
def test_a_service_is_not_back_before_what_it_needs(services: dict[str, Service], needs: dict[str, list[str]]) -> None:
    whole = closure(needs)
    for key, own in services.items():
        found = rules.slower(key, services, needs)
        allowed = own.claimed if own.claimed is not None else own.limit
        for other in KEYS:
            claimed = services[other].claimed
            slow = other != key and other in whole[key] and None not in (claimed, allowed) and claimed > allowed  # type: ignore[operator]
            assert (other in found) == slow


def test_a_claim_above_the_limit_is_a_contradiction() -> None:
    assert rules.contradicts(Service(24, 25))
    assert not rules.contradicts(Service(24, 24))
    assert not rules.contradicts(Service(None, 500))
    assert not rules.contradicts(Service(24, None))


def test_could_not_tell_is_its_own_result() -> None:
    assert rules.result(None, 24, resumed=None) == Result.UNKNOWN
    assert rules.result(4, None, resumed=True) == Result.UNKNOWN
    assert rules.result(4, 24, resumed=True) == Result.RESUMED
    assert rules.result(25, 24, resumed=True) == Result.LATE
    assert rules.result(4, 24, resumed=False) == Result.NOT


def test_a_drill_whose_computed_time_is_too_long_cannot_tell() -> None:
    assert rules.drilled(1, None, 24, began=True) == Result.RESUMED
    assert rules.drilled(1, 30, 24, began=True) == Result.UNKNOWN
    assert rules.drilled(30, 1, 24, began=True) == Result.LATE
    assert rules.drilled(None, None, 24, began=True) == Result.NOT
    assert rules.drilled(None, None, 24, began=False) == Result.UNKNOWN


@given(st.lists(st.sampled_from(list(Result))))
def test_the_worst_hides_nothing(results: list[Result]) -> None:
    found = rules.worst(results)
    assert (found == Result.RESUMED) == (bool(results) and set(results) == {Result.RESUMED})
    assert (found == Result.NOT) == (Result.NOT in results)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 120))
def test_months_before_keeps_the_day_or_takes_the_last(day: date, months: int) -> None:
    found = rules.months_before(day, months)
    assert (day.year * 12 + day.month) - (found.year * 12 + found.month) == months
    assert found.day == day.day or (found + timedelta(days=1)).day == 1


@given(
    st.builds(
        Proof,
        st.dates(date(2024, 1, 1), date(2026, 12, 31)),
        st.none() | st.floats(0, 100),
        st.sampled_from(list(Result)),
        st.booleans(),
    ),
    hours,
)
def test_a_proof_counts_only_with_everything(proof: Proof, limit: int | None) -> None:
    since, until = date(2025, 1, 1), date(2025, 12, 31)
    counts = rules.proves(proof, limit, since=since, until=until)
    if counts:
        assert proof.shown
        assert proof.result == Result.RESUMED
        assert since <= proof.on <= until
        assert limit is not None
        assert proof.hours is not None
        assert proof.hours <= limit
    elif proof.shown and proof.result == Result.RESUMED and since <= proof.on <= until:
        assert limit is None or proof.hours is None or proof.hours > limit


@given(st.lists(st.tuples(hours, st.booleans())), st.integers(1, 30))
def test_an_organisation_resumes_when_all_that_must_return_was_shown_to(
    services: list[tuple[int | None, bool]], days: int
) -> None:
    due = [proven for limit, proven in services if limit is None or limit <= 24 * days]
    wanted = Resumes.NOTHING if not due else {0: Resumes.NONE, len(due): Resumes.ALL}.get(sum(due), Resumes.SOME)
    assert rules.resumes(services, days) == wanted
