"""How each constituent stands: noted at once, counted later, and the same whether counted bit by bit or from nothing."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.readiness import resuming
from paraat.readiness.actions import standing
from paraat.readiness.actions.assessments import reopen_assessment, submit_assessment
from paraat.readiness.actions.measures import plan_measure
from paraat.readiness.models import ControlTally, Participation, Programme, Standing, Step, Touched
from paraat.registry.models import Organisation
from tests import cast
from tests.readiness import continuing
from tests.readiness.assessed import answered, edition, opened

pytestmark = pytest.mark.django_db


def of(town: Organisation) -> Standing:
    """How a town stands, counted now."""
    standing.refresh([town.pk])
    row: Standing = Standing.objects.get(organisation=town)
    return row


def tallies() -> dict[str, tuple[int, int]]:
    rows = ControlTally.objects.exclude(unmet=0, unclear=0).values_list("identifier", "unmet", "unclear")
    return {identifier: (unmet, unclear) for identifier, unmet, unclear in rows}


def reached(town: Organisation, key: str, name: str, on: date) -> Step:
    """A step of a programme, as an import records it."""
    now = moment.now()
    programme, _new = Programme.objects.get_or_create(key=key, defaults={"created_at": now})
    taking, _new = Participation.objects.get_or_create(
        programme=programme, organisation=town, defaults={"state": "going", "state_at": now}
    )
    made: Step = Step.objects.create(participation=taking, name=name, on=on, recorded_at=now)
    return made


# Noting ---------------------------------------------------------------------------------------------------------------------------
def test_a_note_is_one_insert_whatever_else_holds() -> None:
    ids = [cast.ronse().pk, cast.eupen().pk, cast.ronse().pk]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        standing.touch(ids)
        standing.touch([])
    assert ["INSERT INTO readiness_touched" in one["sql"] for one in asked] == [True]
    assert Touched.objects.count() == 2
    assert all(abs(one.at - moment.now()) < timedelta(minutes=1) for one in Touched.objects.all())


def test_what_was_noted_is_counted_once_and_the_notes_are_gone() -> None:
    town = cast.ronse()
    plan_measure(organisation=town, title="Backups", by=SYSTEM, due_on=moment.today() + timedelta(days=9))
    standing.touch([town.pk])
    assert standing.catch_up() == 0
    assert not Touched.objects.exists()
    row = Standing.objects.get(organisation=town)
    assert (row.measures_open, row.measures_overdue_from) == (1, moment.today() + timedelta(days=9))
    assert row.involved_in == ["measure"]
    with CaptureQueriesContext(connection) as asked:
        standing.catch_up()
    assert len(asked) == 1  # nothing was noted


def test_a_page_counts_a_few_and_says_how_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "AT_ONCE", 1)
    standing.touch([cast.ronse().pk])
    standing.touch([cast.eupen().pk])
    assert standing.catch_up() == 1
    assert [row.organisation.name for row in Standing.objects.all()] == ["Ronse"]  # the oldest note first
    assert standing.catch_up() == 0


def test_who_reads_about_itself_counts_itself_and_nobody_else() -> None:
    town = cast.ronse()
    standing.touch([town.pk, cast.eupen().pk])
    assert standing.catch_up_of([town.pk]) == 0
    assert [row.organisation for row in Standing.objects.all()] == [town]
    assert [one.organisation for one in Touched.objects.all()] == [cast.eupen().pk]
    with CaptureQueriesContext(connection) as asked:
        assert standing.catch_up_of([town.pk]) == 0
    assert len(asked) == 1


# Counting -------------------------------------------------------------------------------------------------------------------------
def test_the_newest_submitted_assessment_counts_and_one_that_is_open_again_does_not() -> None:
    town, basics = cast.ronse(), edition(3, key="basics")
    first = submit_assessment(assessment=answered(opened(town, basics), C01="met", C02="not_met"), by=SYSTEM)
    row = of(town)
    assert (row.basics_score, row.basics_on, row.unmet, row.unclear) == (
        Decimal("33.33"),
        moment.today(),
        ["C02"],
        ["C03"],
    )
    assert tallies() == {"C02": (1, 0), "C03": (0, 1)}
    second = answered(opened(town, basics), C01="met", C02="met", C03="partly")
    assert of(town).unmet == ["C02"]  # it is not submitted yet
    submit_assessment(assessment=second, by=SYSTEM)
    assert (of(town).unmet, tallies()) == (["C03"], {"C03": (1, 0)})
    reopen_assessment(assessment=second, by=SYSTEM, because="A mistake")
    assert (of(town).basics_score, of(town).unmet) == (Decimal(first.result["total"]), ["C02"])
    assert tallies() == {"C02": (1, 0), "C03": (0, 1)}


def test_bit_by_bit_and_from_nothing_are_the_same() -> None:
    basics, towns = edition(4, key="basics"), [cast.ronse(), cast.eupen(), cast.drogenbos()]
    for place, town in enumerate(towns):
        submit_assessment(
            assessment=answered(opened(town, basics), C01="not_met", C02=["met", "error"][place % 2]), by=SYSTEM
        )
        standing.refresh([town.pk])
    Organisation.objects.filter(pk=towns[0].pk).update(
        province="20001", population=12_000
    )  # it moved, and is known to be larger
    standing.touch_stale()
    standing.refresh_due()
    bit_by_bit = set(
        ControlTally.objects.exclude(unmet=0, unclear=0).values_list(
            "identifier", "province", "size", "unmet", "unclear"
        )
    )
    standing.recount()
    assert set(ControlTally.objects.values_list("identifier", "province", "size", "unmet", "unclear")) == bit_by_bit
    assert ("C01", "20001", "10000", 1, 0) in bit_by_bit


def test_a_successor_answers_for_its_parts_and_who_ended_counts_nowhere() -> None:
    part, heir = cast.drogenbos(), cast.ronse()
    today = moment.today()
    reached(part, "audit", "carried-out", date(2024, 5, 1))
    basics = edition(2, key="basics")
    submit_assessment(assessment=answered(opened(part, basics), C01="not_met"), by=SYSTEM)
    standing.refresh([part.pk, heir.pk])
    assert tallies() == {"C01": (1, 0), "C02": (0, 1)}
    Organisation.objects.filter(pk=part.pk).update(active_until=today, merged_into=heir)
    standing.touch_stale()
    standing.refresh_due()
    assert not Standing.objects.get(organisation=part).current
    assert Standing.objects.get(organisation=heir).programmes == {
        "audit": "carried-out"
    }  # its note brought its heir along
    assert tallies() == {}


def test_exercises_and_withdrawn_steps_do_not_count() -> None:
    town = cast.ronse()
    step = reached(town, "audit", "signed-up", date(2024, 5, 1))
    assert of(town).programmes == {"audit": "signed-up"}
    Step.objects.filter(pk=step.pk).update(undone_at=moment.now())
    assert of(town).programmes == {}
    plan_measure(organisation=town, title="Played", by=SYSTEM, exercise=True)
    assert of(town).involved_in == []


def test_an_own_equivalent_is_involvement_until_its_day() -> None:
    town = cast.ronse()
    programme = Programme.objects.create(key="audit", created_at=moment.now())
    taking = Participation.objects.create(
        programme=programme,
        organisation=town,
        state="equivalent",
        state_at=moment.now(),
        equivalent_until=moment.today(),
    )
    assert (of(town).equivalents, of(town).involved_in) == (["audit"], ["equivalent"])
    Participation.objects.filter(pk=taking.pk).update(equivalent_until=moment.today() - timedelta(days=1))
    assert of(town).involved_in == []


def test_counting_asks_the_same_however_many_there_are() -> None:
    towns = [cast.ronse(), cast.eupen(), cast.drogenbos(), cast.ixelles()]
    standing.refresh([town.pk for town in towns])

    def queries(some: list[Organisation]) -> int:
        with CaptureQueriesContext(connection) as asked:
            standing.refresh([town.pk for town in some])
        return len(asked)

    assert queries(towns[:1]) == queries(towns)


def test_who_is_no_constituent_any_more_counts_nowhere() -> None:
    town = cast.ronse()
    of(town)
    Organisation.objects.filter(pk=town.pk).update(constituent=False)
    standing.touch_stale()
    standing.refresh_due()
    assert not Standing.objects.get(organisation=town).current
    assert standing.touch_stale() == 0


# At once --------------------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_who_counts_and_no_note_is_lost() -> None:
    town = cast.ronse()
    standing.refresh([town.pk])
    standing.touch([town.pk])
    counts, saved, waited = threading.Event(), threading.Event(), []

    def elsewhere(work: Any) -> threading.Thread:
        def run() -> None:
            try:
                work()
            finally:
                connections.close_all()

        started = threading.Thread(target=run)
        started.start()
        return started

    def saves() -> None:
        counts.wait(10)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
            plan_measure(organisation=town, title="Backups", by=SYSTEM)
            standing.touch([town.pk])
        waited.append(standing.catch_up())
        saved.set()

    other = elsewhere(saves)
    with transaction.atomic():
        assert standing.refresh_due() == 1
        counts.set()
        assert saved.wait(10)  # it saved, and read, while we hold everything that counting holds
    other.join()
    assert waited == [1]  # it read what there was, and said that one waits
    assert standing.refresh_due() == 1
    assert Standing.objects.get(organisation=town).measures_open == 1


def test_whether_it_could_resume_is_what_the_page_of_continuity_says() -> None:
    town, other, silent = cast.ronse(), cast.eupen(), cast.wemmel()
    continuing.tested(continuing.service(town))
    continuing.tested(continuing.service(other), hours=90, resumed=True)
    standing.refresh([town.pk, other.pk, silent.pk])
    counted = dict(Standing.objects.values_list("organisation", "resumes"))
    viewer = cast.team_viewer()
    for one in (town, other):
        assert counted[one.pk] == resuming.state(resuming.state_of(viewer, one.pk))
    assert (counted[town.pk], counted[other.pk], counted[silent.pk]) == ("all", "none", "")
