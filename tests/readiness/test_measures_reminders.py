"""Reminders: each once, one letter per person, another day plans them anew, and who stands above is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from paraat.accounts.models import WaitingTask
from paraat.alerts.models import Delivery
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.readiness.actions import measures, measures_reminders, measures_states
from paraat.readiness.jobs_measures import remind_of_measures
from paraat.readiness.models import Measure, MeasureReminder
from paraat.readiness.rules.reminders import morning
from paraat.registry.models import Contact
from tests import cast
from tests.readiness import measured

pytestmark = pytest.mark.django_db


def letters() -> list[Delivery]:
    """What was told."""
    return list(Delivery.objects.filter(purpose="reminder").order_by("created_at"))


def fire(day: date) -> int:
    """What the clockwork does at nine on a day."""
    return measures_reminders.fire_measure_reminders(now=morning(day))


def late(days: int, **more: Any) -> Measure:
    """A measure that was planned long ago and whose day was so many days ago: its reminders lie where they were planned then."""
    row = measured.planned(due_on=moment.today() + timedelta(days=60), **more)
    due = moment.today() - timedelta(days=days)
    Measure.objects.filter(pk=row.pk).update(due_on=due)
    for one in row.reminders.all():
        at = one.due_at - timedelta(days=60 + days)
        MeasureReminder.objects.filter(pk=one.pk).update(due_at=at, for_day=due)
    row.refresh_from_db()
    return row


def test_the_owner_is_told_thirty_seven_and_one_day_before_and_when_it_is_late() -> None:
    row = measured.planned(title="Second factor on the VPN")
    due = row.due_on
    for days in (30, 7, 1, -1):
        assert fire(due - timedelta(days=days)) == 1
        assert fire(due - timedelta(days=days)) == 0, "nobody is told twice"
    told = letters()
    assert [one.address for one in told] == ["spoc@ronse.example"] * 4
    assert all(row.number in one.subject for one in told)
    assert not any("VPN" in one.subject + one.body for one in told), "a mailbox may be read by others"
    assert f"/measures/{row.pk}/" in told[0].body


def test_what_a_missed_run_left_is_told_once_with_what_presses_most() -> None:
    row = measured.planned()
    assert fire(row.due_on + timedelta(days=2)) == 4
    assert len(letters()) == 1
    with translation.override("nl"):
        assert letters()[0].subject == translation.gettext("Measure %(number)s is late") % {"number": row.number}


def test_several_of_one_day_go_into_one_letter() -> None:
    rows = [measured.planned(title=f"Number {number}") for number in range(10)]
    other = measured.planned(owner=cast.contact(cast.ronse(), "deputy"))
    assert fire(rows[0].due_on - timedelta(days=7)) == 22  # the first two rungs of eleven
    told = {one.address: one for one in letters()}
    assert set(told) == {"spoc@ronse.example", "deputy@ronse.example"}
    assert all(one.number in told["spoc@ronse.example"].body for one in rows)
    assert other.number not in told["spoc@ronse.example"].body
    assert "/measures/\n" in told["spoc@ronse.example"].body


def test_another_day_cancels_and_plans_anew_and_going_back_tells_nothing_twice() -> None:
    row = measured.planned()
    first = row.due_on
    fire(first - timedelta(days=30))
    later = first + timedelta(days=90)
    row = measures.change_measure(measure=row, version=0, by=measured.spoc(), due_on=later)
    assert row.reminders.filter(for_day=first, fired_at=None, cancelled_at=None).count() == 0
    assert row.reminders.filter(for_day=later, fired_at=None, cancelled_at=None).count() == 6
    row = measures.change_measure(measure=row, version=1, by=measured.spoc(), due_on=first)
    waiting = row.reminders.filter(fired_at=None, cancelled_at=None)
    assert {one.rung for one in waiting} == {"d7", "d1", "overdue", "head", "team"} and all(
        one.for_day == first for one in waiting
    )
    assert fire(first - timedelta(days=30)) == 0
    row = measures.change_measure(measure=row, version=2, by=measured.spoc(), due_on=None)
    assert not row.reminders.filter(fired_at=None, cancelled_at=None).exists()


def test_another_owner_does_not_start_the_ladder_again() -> None:
    row = late(5)
    fire(moment.today() + timedelta(days=1))
    before = set(row.reminders.values_list("pk", "due_at", "cancelled_at"))
    measures.change_measure(measure=row, version=0, by=measured.spoc(), owner=cast.contact(cast.ronse(), "deputy"))
    assert set(row.reminders.values_list("pk", "due_at", "cancelled_at")) == before


def test_the_head_of_administration_then_the_team(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_MEASURE_HEAD_AFTER", "10")
    monkeypatch.setenv("PARAAT_MEASURE_TEAM_AFTER", "20")
    row = measured.planned()
    due = row.due_on
    fire(due + timedelta(days=1))
    assert fire(due + timedelta(days=9)) == 0
    assert fire(due + timedelta(days=10)) == 1
    assert letters()[-1].address == "head@ronse.example" and not WaitingTask.objects.filter(kind="measure").exists()
    assert fire(due + timedelta(days=20)) == 1
    row.refresh_from_db()
    task = WaitingTask.objects.get(kind="measure")
    assert (
        row.shown_at is not None and task.organisation_id == row.organisation_id and task.url == f"/measures/{row.pk}/"
    )
    count = len(letters())
    measures_states.finish_measure(measure=row, by=measured.spoc())
    assert not WaitingTask.objects.filter(kind="measure", done_at=None).exists(), "dealt with"
    measures_states.refuse_measure(measure=row, by=measured.officer(), because="Not so")
    row.refresh_from_db()
    assert row.shown_at is not None and len(letters()) == count, "the team sees it again, nobody is told again"


def test_where_nobody_is_on_file_the_team_is_told() -> None:
    row = measured.planned(cast.wemmel(), owner=None, owner_name="ICT service")
    fire(row.due_on - timedelta(days=30))
    assert not letters() and WaitingTask.objects.get(kind="measure").organisation_id == row.organisation_id


def test_a_function_is_reminded_through_the_spoc_and_who_is_away_through_who_replaces_him() -> None:
    town = cast.ronse()
    row = measured.planned(owner=None, owner_name="ICT service")
    assert measures_reminders.owner_of(row, moment.now()) == cast.contact(town)
    ict, deputy = cast.contact(town, "ict_on_call"), cast.contact(town, "deputy")
    Contact.objects.filter(pk=ict.pk).update(away_from=moment.now() - timedelta(days=1), replaced_by=deputy)
    row = measured.planned(owner=Contact.objects.get(pk=ict.pk))
    assert measures_reminders.owner_of(row, moment.now()) == deputy
    Contact.objects.filter(pk=ict.pk).update(away_from=None, valid_until=moment.today())
    assert measures_reminders.owner_of(Measure.objects.get(pk=row.pk), moment.now()) == cast.contact(town)


def test_muting_wants_a_reason_and_does_not_silence_who_stands_above() -> None:
    row = measured.planned()
    with pytest.raises(Invalid):
        measures_reminders.mute(measure=row, because="", by=measured.spoc())
    measures_reminders.mute(measure=row, because="Delivery is fixed for May", by=measured.spoc())
    with pytest.raises(Conflict):
        measures_reminders.mute(measure=row, because="Again", by=measured.spoc())
    waiting = row.reminders.filter(fired_at=None, cancelled_at=None)
    assert {one.rung for one in waiting} == {"head", "team"}
    assert row.changes.first().because == "Delivery is fixed for May"
    measures_reminders.unmute(measure=row, by=measured.spoc())
    assert waiting.all().count() == 6


def test_an_exercise_stays_in_the_house() -> None:
    row = measured.planned(exercise=True)
    other = measured.planned()
    fire(row.due_on - timedelta(days=30))
    told = letters()
    assert {(one.exercise, row.number in one.subject) for one in told} == {(True, True), (False, False)}, (
        "never in one letter"
    )
    assert other.number in next(one.subject for one in told if not one.exercise)


def test_what_is_done_is_not_reminded_and_a_run_that_comes_twice_changes_nothing() -> None:
    row = late(3)
    measures_states.finish_measure(measure=row, by=measured.spoc())
    remind_of_measures(0)
    assert not letters()
    late(3)
    remind_of_measures(0)
    remind_of_measures(0)
    assert len(letters()) == 1


def test_the_words_hold_no_title() -> None:
    rows = [measured.planned(title="Old firewall"), measured.planned(title="Weak passwords")]
    with translation.override("en"):
        subject, body = measures_reminders.words([(rows[0], "overdue"), (rows[1], "d7")])
    assert subject == "2 measures ask for attention"
    assert f"{rows[0].number} was due on" in body and f"{rows[1].number} is due on" in body
    assert "firewall" not in body and isinstance(morning(rows[0].due_on), datetime)
