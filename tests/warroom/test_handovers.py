"""What the next shift must know is gathered once and kept; taken over by name; silence pages the coordinator, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.utils import DatabaseError

from paraat.accounts.actions import add_shift
from paraat.accounts.models import WaitingTask
from paraat.alerts.actions.paging import page_officers
from paraat.alerts.models import CallLine, Delivery, Notice
from paraat.incidents.models import Case, Clock, ClockStep
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, NotAllowed
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.warroom.actions import handovers
from paraat.warroom.models import Decision, Handover
from tests import cast
from tests.alerts import staging
from tests.warroom import rooms

pytestmark = pytest.mark.django_db


def _busy() -> None:
    now = moment.now()
    staging.alert_for(cast.ronse(), cast.wemmel())
    Notice.objects.filter(organisation=cast.ronse()).update(silent_since=now)
    CallLine.objects.filter(organisation=cast.wemmel()).update(claimed_by=cast.second_officer(), claimed_at=now)
    rooms.case("Ransomware at the counter")
    for town, hours in [(cast.ronse(), 3), (cast.eupen(), 30)]:
        clock = Clock.objects.create(organisation=town, regime="gdpr", regime_version="2018-05-25", proposed_at=now)
        due = now + timedelta(hours=hours)
        ClockStep.objects.create(
            clock=clock, organisation=town, key="notification", article="33", position=1, due_at=due
        )
    Decision.objects.create(room=rooms.room(), asked="Do we tell everybody?", recorded_at=now, recorded_by="x")


def texts(handover: Handover, section: str) -> str:
    return " | ".join(one["text"] for one in handover.content[section])


def test_it_says_who_is_silent_who_is_being_called_which_clocks_run_out_and_what_is_open() -> None:
    _busy()
    made = handovers.make_handover(by=rooms.officer(), remarks="  Mind the mayor ")
    assert "Ronse is silent" in texts(made, "silent")
    assert "Second duty officer is calling Wemmel" in texts(made, "calls")
    assert len(made.content["clocks"]) == 1, "the one within twelve hours"
    assert "Ronse" in texts(made, "clocks")
    assert "Do we tell everybody?" in texts(made, "decisions")
    assert "Ransomware at the counter" in texts(made, "cases")
    assert made.remarks == "Mind the mayor"
    assert made.due_at - made.made_at == timedelta(minutes=15)


def test_it_stays_as_it_was() -> None:
    _busy()
    made = handovers.make_handover(by=rooms.officer())
    Case.objects.update(title="renamed", owner=cast.duty_officer())
    made.refresh_from_db()
    assert "Ransomware" in texts(made, "cases")
    with pytest.raises(DatabaseError, match="does not change"):
        Handover.objects.filter(pk=made.pk).update(content={})


def test_its_marking_is_that_of_its_highest_row() -> None:
    assert handovers.make_handover(by=rooms.officer()).tlp == Tlp.AMBER_STRICT
    rooms.case("named recipients only", tlp=Tlp.RED)
    made = handovers.make_handover(by=rooms.officer())
    assert made.tlp == Tlp.RED
    auditor = handovers.viewer_of(cast.auditor())
    assert made not in Handover.objects.visible_to(auditor)


def test_somebody_else_of_the_team_takes_it_over_and_the_earlier_ones_with_it() -> None:
    early = handovers.make_handover(by=rooms.officer())
    made = handovers.make_handover(by=rooms.officer())
    for by in (rooms.officer(), rooms.actor(cast.auditor()), SYSTEM):
        with pytest.raises(NotAllowed):
            handovers.take_over(handover=made, by=by)
    handovers.take_over(handover=made, by=rooms.second())
    early.refresh_from_db()
    assert made.taken_label == early.taken_label == "Second duty officer"
    with pytest.raises(Conflict):
        handovers.take_over(handover=made, by=rooms.actor(cast.coordinator()))


def test_after_fifteen_minutes_the_coordinator_is_paged_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = moment.now()
    for user, position in [(cast.duty_officer(), "first"), (cast.coordinator(), "coordinator")]:
        add_shift(
            user=user,
            position=position,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=9),
            by=SYSTEM,
        )
    cast.coordinator().__class__.objects.filter(pk=cast.coordinator().pk).update(phone="+447700900777")
    made = handovers.make_handover(by=rooms.officer())
    monkeypatch.setattr(moment, "now", lambda: made.due_at - timedelta(seconds=1))
    assert handovers.page_for_handovers() == 0
    monkeypatch.setattr(moment, "now", lambda: made.due_at + timedelta(hours=2))
    assert handovers.page_for_handovers() == 1, "late rather than never"
    assert handovers.page_for_handovers() == 0
    task = WaitingTask.objects.open().get(kind="handover")
    assert task.url == f"/handover/{made.pk}/"
    assert page_officers() > 0
    assert set(Delivery.objects.filter(purpose="page", kind="sms").values_list("address", flat=True)) == {
        "+447700900777"
    }
    handovers.take_over(handover=made, by=rooms.second())
    assert not WaitingTask.objects.open().filter(kind="handover").exists()


def test_what_was_taken_in_time_pages_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    made = handovers.make_handover(by=rooms.officer())
    handovers.take_over(handover=made, by=rooms.second())
    monkeypatch.setattr(moment, "now", lambda: made.due_at + timedelta(hours=2))
    assert handovers.page_for_handovers() == 0
