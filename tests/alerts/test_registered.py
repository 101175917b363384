"""What alerts give to the platform: checks, and the personal data of one person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paraat.alerts import actions, checks, grabbag, jobs
from paraat.alerts.actions import personal
from paraat.alerts.models import CallLine, Delivery, Inbound, Notice, Told
from paraat.platform.registrations import Level
from tests import cast
from tests.alerts import staging
from tests.alerts.test_acknowledging import reply_to

pytestmark = pytest.mark.django_db


def levels(check) -> list[Level]:
    return [finding.level for finding in check()]


def test_what_does_not_leave_is_an_error():
    staging.alert_for(cast.ronse())
    assert levels(checks.check_sending) == [Level.OK]
    Delivery.objects.update(due_at=staging.NOW() - timedelta(minutes=6))
    assert levels(checks.check_sending) == [Level.ERROR]
    actions.stop_sending(by=staging.officer(), reason="A wrong list")
    assert levels(checks.check_sending) == [Level.WARNING]


def test_a_ladder_that_does_not_climb_is_an_error():
    staging.alert_for(cast.ronse())
    assert levels(checks.check_ladders) == [Level.OK]
    Notice.objects.update(step_due_at=staging.NOW() - timedelta(minutes=6))
    assert levels(checks.check_ladders) == [Level.ERROR]


def test_a_missing_grab_bag_is_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(grabbag, "folder", lambda: tmp_path)
    jobs.pack_grabbag(timestamp=0)
    assert levels(checks.check_grabbag) == [Level.WARNING]
    monkeypatch.setenv("PARAAT_GRABBAG_PASSPHRASE", "correct horse")
    assert levels(checks.check_grabbag) == [Level.WARNING]
    jobs.pack_grabbag(timestamp=0)
    assert levels(checks.check_grabbag) == [Level.OK]


def test_a_person_is_exported_and_forgotten_and_the_organisation_stays_warned():
    ronse = cast.ronse()
    contact = cast.contact(ronse)
    alert = staging.alert_for(ronse)
    delivery = Delivery.objects.get(alert=alert)
    actions.receive(message=reply_to(delivery, "We are on it"))
    Delivery.objects.filter(pk=delivery.pk).update(state="accepted")
    exported = personal.export_person(contact.pk)
    assert exported["deliveries"][0]["address"] == "spoc@ronse.example"
    assert exported["answers"][0]["text"] == "We are on it"
    assert exported["acknowledged"][0]["acknowledged_by"] == "SPOC, Ronse"
    assert personal.erase_person(contact=contact.pk) >= 4
    left = [*Delivery.objects.values_list("address", flat=True), *Told.objects.values_list("address", flat=True)]
    left += [*Inbound.objects.values_list("sender", flat=True), *Inbound.objects.values_list("text", flat=True)]
    left += Notice.objects.values_list("acknowledged_by", flat=True)
    assert not [one for one in left if "ronse" in one.casefold() or "on it" in one]
    assert staging.notice_of(alert, ronse).state == "acknowledged"


def test_an_erased_number_is_phoned_by_nobody_and_somebody_else_is():
    place = cast.spiere_helkijn()
    alert = staging.alert_for(place)
    notice = staging.notice_of(alert, place)
    first, other = cast.contact(place), cast.contact(place, "deputy")
    CallLine.objects.all().delete()
    line = CallLine.objects.create(
        organisation=place, contact=first, address="+32 56 00 00 01", since=staging.NOW(), severity=3
    )
    line.notices.add(notice)
    personal.erase_person(contact=first.pk)
    line.refresh_from_db()
    assert (line.closed_at is None, line.note) == (False, personal.GONE)
    (left,) = staging.lines()
    assert left.contact in {None, other} and list(left.notices.all()) == [notice]
