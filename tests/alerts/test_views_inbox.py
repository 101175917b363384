"""What came in, on screen: who may read it, and that somebody does."""

from __future__ import annotations

import pytest

from paraat.alerts.actions.receiving import inbound_key
from paraat.alerts.models import Alert, Delivery, Inbound
from paraat.kernel.marking import Tlp
from paraat.platform import facts, moment
from tests import cast
from tests.alerts import staging
from tests.web.pages import client_of, officer, page

pytestmark = pytest.mark.django_db


def unplaced() -> Inbound:
    """A mail that belongs to nothing Paraat sent, waiting for a person."""
    row = Inbound.objects.create(
        reference="<a@b.example>", kind="mail", verdict="unknown", sender="somebody@b.example",
        subject="Is this you?", text="=HYPERLINK(1)", at=moment.now(),
    )  # fmt: skip
    facts.announce(facts.Waits("inbound", inbound_key(row), "A message to read", f"/inbound/{row.pk}/", urgent=False))
    return row


def test_a_message_that_could_not_be_placed_is_read_by_a_person_and_its_task_is_done() -> None:
    row = unplaced()
    assert "could not be placed" in page(officer(), "/inbound/?waits=yes")
    assert "=HYPERLINK(1)" in page(officer(), f"/inbound/{row.pk}/")
    officer().post(f"/inbound/{row.pk}/read/")
    row.refresh_from_db()
    assert row.read_by == "Duty officer" and row.read_at is not None
    assert "Nothing matches" in page(officer(), "/inbound/?waits=yes")


def test_only_the_team_and_the_auditor_read_what_came_in() -> None:
    row = unplaced()
    alert = staging.alert_for(cast.ronse())
    Inbound.objects.filter(pk=row.pk).update(delivery=Delivery.objects.get(alert=alert))
    for user, status in [(cast.auditor(), 200), (cast.observer(), 403), (cast.spoc_user(cast.ronse()), 403)]:
        assert client_of(user).get(f"/inbound/{row.pk}/").status_code == status
    assert client_of(cast.auditor()).post(f"/inbound/{row.pk}/read/").status_code == 403


def test_an_auditor_reads_no_answer_to_a_red_alert_and_nothing_that_could_not_be_placed() -> None:
    row, auditor = unplaced(), client_of(cast.auditor())
    assert "somebody@b.example" not in page(auditor, "/inbound/")
    assert auditor.get(f"/inbound/{row.pk}/").status_code == 404
    alert = staging.alert_for(cast.ronse())
    Inbound.objects.filter(pk=row.pk).update(delivery=Delivery.objects.get(alert=alert))
    assert "somebody@b.example" in page(auditor, "/inbound/")
    Alert.objects.filter(pk=alert.pk).update(tlp=Tlp.RED)
    assert "somebody@b.example" not in page(auditor, "/inbound/")
    assert auditor.get(f"/inbound/{row.pk}/").status_code == 404
    assert "somebody@b.example" in page(officer(), "/inbound/")


def test_an_officer_lets_phones_ring_at_night_for_one_alert() -> None:
    alert = staging.alert_for(cast.ronse())
    Alert.objects.filter(pk=alert.pk).update(severity=2)
    assert "Let phones ring at night" in page(officer(), f"/alerts/{alert.pk}/")
    officer().post(f"/alerts/{alert.pk}/ring/")
    alert.refresh_from_db()
    assert alert.ring_at_night
    assert "Let phones ring at night" not in page(officer(), f"/alerts/{alert.pk}/")
