"""Reminders of statutory clocks against the real table and the real action: missed runs, restarts, two workers, a machine whose clock jumps."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paraat.accounts.models import WaitingTask
from paraat.alerts.models import Delivery
from paraat.incidents import clocks
from paraat.incidents.actions.clocks import decide_clock
from paraat.incidents.actions.filing import submit_step
from paraat.incidents.actions.regime_flags import set_regime
from paraat.incidents.actions.reminding import fire_reminders
from paraat.incidents.models import Clock, ClockReminder, ClockStep
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from paraat.registry.models import Contact
from tests import cast
from tests.incidents.test_clocks import BY, DPO, HOUR, a_case, nis2, running, submit, under_nis2

LEVELS = ["50", "75", "90", "due", "overdue"]


def without_gdpr() -> None:
    """Ronse has the clock of NIS2 only."""
    set_regime(organisation=cast.ronse(), regime="gdpr", applies=False, source="To look at one clock", by=BY)


def fired(clock: Clock, key: str) -> list[str]:
    """The levels that fired, in the order in which they did."""
    rows = ClockReminder.objects.filter(step__clock=clock, step__key=key, about="submission", fired_at__isnull=False)
    return list(rows.order_by("fired_at", "due_at").values_list("level", flat=True))


def recorded() -> Counter[str]:
    return Counter(JournalEntry.objects.filter(verb="clock.reminded").values_list("object_id", flat=True))


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ticks=st.lists(st.integers(-30 * 60, 200 * 60), max_size=12), crashes=st.sets(st.integers(0, 12), max_size=4))
def test_every_reminder_fires_exactly_once_whatever_runs_are_missed(ticks: list[int], crashes: set[int]) -> None:
    """`ticks` are the minutes at which the job happens to run, in any order: the clock of the machine may go back. A crash rolls its run back."""
    with transaction.atomic():
        clock = running(moment.now())
        starts = clock.facts.get().at
        for number, minutes in enumerate([*ticks, 300 * 60]):
            _run(starts + timedelta(minutes=minutes), crash=number in crashes and number < len(ticks))
            late = ClockReminder.objects.filter(step__clock=clock, cancelled_at=None, fired_at=None)
            assert number in crashes or not late.filter(due_at__lte=starts + timedelta(minutes=minutes)).exists()
        for key in ("early-warning", "notification"):
            assert fired(clock, key) == LEVELS
            step = ClockStep.objects.get(clock=clock, key=key)
            assert recorded()[str(step.pk)] == 5
        assert not ClockReminder.objects.filter(
            step__clock=clock, fired_at__isnull=False, cancelled_at__isnull=False
        ).exists()
        transaction.set_rollback(True)


def _run(at: datetime, *, crash: bool) -> None:
    class Killed(Exception):
        pass

    try:
        with transaction.atomic():
            fire_reminders(now=at)
            if crash:
                raise Killed
    except Killed:
        pass


@pytest.mark.django_db
def test_a_run_that_comes_days_late_fires_all_and_tells_people_once_per_step() -> None:
    without_gdpr()
    clock = running(moment.now())
    starts = clock.facts.get().at
    assert fire_reminders(now=starts + 25 * HOUR) == 5
    told = Delivery.objects.filter(purpose="reminder", contact=cast.contact(cast.ronse()))
    assert told.count() == 1
    assert fire_reminders(now=starts + 25 * HOUR) == 0
    assert fire_reminders(now=starts + 24 * 30 * HOUR) == 5
    assert told.count() == 2
    assert {one.number for one in [clock.case]} <= {
        part for one in told for part in one.subject.replace(":", " ").split()
    }
    assert clock.case.title not in "".join(one.subject + one.body for one in told)


@pytest.mark.django_db
def test_who_is_reminded_and_when_an_officer_is_paged() -> None:
    without_gdpr()
    ronse = cast.ronse()
    dpo = Contact.objects.create(organisation=ronse, role="dpo", name="DPO, Ronse", languages=["nl"], source="test")
    cast.channels(dpo, [("mail", "dpo@ronse.example")])
    clock = running(moment.now())
    starts = clock.facts.get().at
    fire_reminders(now=starts + 13 * HOUR)
    told = Delivery.objects.filter(purpose="reminder")
    assert {one.address for one in told} == {"dpo@ronse.example", cast.channel(ronse).address}
    task = WaitingTask.objects.open().get(kind="clock")
    assert (task.urgent, task.organisation_id, task.url) == (False, ronse.pk, f"/clocks/{clock.pk}/")
    fire_reminders(now=starts + 23 * HOUR)
    assert [one.urgent for one in WaitingTask.objects.open().filter(kind="clock")] == [True]
    submit(clock, "early-warning")
    assert not WaitingTask.objects.open().filter(kind="clock").exists()
    assert fire_reminders(now=starts + 30 * HOUR) == 0


@pytest.mark.django_db
def test_an_undecided_clock_reminds_of_the_decision_and_stops_when_it_is_taken() -> None:
    without_gdpr()
    clock = nis2()
    assert fire_reminders(now=clock.case.opened_at + 13 * HOUR) == 1
    assert ClockReminder.objects.filter(fired_at__isnull=False).values_list("about", "level").get() == (
        "decision",
        "50",
    )
    assert WaitingTask.objects.open().filter(kind="clock").count() == 1
    decide_clock(clock=clock, exists=False, said_by=DPO, because="Nothing significant", by=BY)
    assert not WaitingTask.objects.open().filter(kind="clock").exists()
    assert fire_reminders(now=clock.case.opened_at + 25 * HOUR) == 0


@pytest.mark.django_db
def test_a_late_decision_loses_no_reminder_of_the_submission() -> None:
    clock = nis2()
    fire_reminders(now=clock.case.opened_at + 40 * HOUR)  # every reminder of the decision fired
    decide_clock(clock=clock, exists=True, aware_at=moment.now(), said_by=DPO, by=BY)
    starts = clock.facts.get().at
    fire_reminders(now=starts + 400 * HOUR)
    assert fired(clock, "early-warning") == LEVELS


@pytest.mark.django_db
def test_exercises_remind_as_exercises() -> None:
    under_nis2(cast.ronse())
    case = a_case(exercise=True)
    fire_reminders(now=case.opened_at + 100 * HOUR)
    assert set(Delivery.objects.values_list("exercise", flat=True)) == {True}
    assert set(WaitingTask.objects.filter(kind="clock").values_list("exercise", flat=True)) == {True}


@pytest.mark.django_db
def test_a_town_without_contacts_still_has_its_task() -> None:
    case = a_case(cast.wemmel())
    fire_reminders(now=case.opened_at + 60 * HOUR)
    assert not Delivery.objects.filter(purpose="reminder").exists()
    assert WaitingTask.objects.open().filter(kind="clock").count() == 1


@pytest.mark.django_db
def test_the_check_tells_of_late_reminders_and_of_a_missing_file() -> None:
    without_gdpr()
    clock = running(moment.now() - 23 * HOUR)
    assert [one.level for one in clocks.check_reminders()] == ["error"]
    fire_reminders()
    assert [one.level for one in clocks.check_reminders()] == ["ok"]
    Clock.objects.filter(pk=clock.pk).update(regime_version="1999-01-01")
    assert [one.level for one in clocks.check_reminders()] == ["ok", "error"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_a_submission_at_once_fire_each_reminder_once() -> None:
    without_gdpr()
    clock = running(moment.now() - 20 * HOUR)
    starts = clock.facts.get().at
    found: list[int] = []

    def work() -> None:
        try:
            found.append(fire_reminders(now=starts + 300 * HOUR))
        finally:
            connection.close()

    def hand_in() -> None:
        try:
            step = ClockStep.objects.select_related("clock").get(clock=clock, key="early-warning")
            submit_step(step=step, at=moment.now(), by=BY, said_by=DPO)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for one in (work, hand_in, work, work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fire_reminders(now=starts + 300 * HOUR)
    rows = ClockReminder.objects.filter(
        step__clock=clock, about="submission", step__key__in=["early-warning", "notification"]
    )
    assert all((one.fired_at is None) != (one.cancelled_at is None) for one in rows)
    assert fired(clock, "notification") == LEVELS
    assert recorded()[str(ClockStep.objects.get(clock=clock, key="notification").pk)] == 5
