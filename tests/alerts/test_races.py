"""Two things happen to the same notice at the same moment: whoever comes second sees what the first one did."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from paraat.alerts import actions
from paraat.alerts.models import Alert, CallLine, Delivery, Notice
from paraat.registry.models import Contact, ContactChannel, Organisation
from tests import cast
from tests.alerts import staging

pytestmark = pytest.mark.django_db(transaction=True)


def meet(first: Callable[[], object], second: Callable[[], object]) -> None:
    """`first` has done its work and not committed yet when `second` begins, which has to wait for it."""
    done, go, faults = threading.Event(), threading.Event(), []

    def in_a_thread(deed: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            try:
                deed()
            except Exception as fault:  # noqa: BLE001  # of a thread; told below
                faults.append(fault)
            finally:
                done.set()
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def hold() -> None:
        with transaction.atomic():
            first()
            done.set()
            assert go.wait(30)

    threads = [in_a_thread(hold)]
    assert done.wait(30)
    threads.append(in_a_thread(second))
    try:
        wait_until_it_waits()
    finally:
        go.set()
        for thread in threads:
            thread.join(30)
    assert not faults, faults


def wait_until_it_waits() -> None:
    end = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("the second one did not wait for the first")


def due(alert: Alert, town: Organisation) -> None:
    """Its next step is due, and no other's."""
    Notice.objects.filter(alert=alert, organisation=town).update(step_due_at=staging.NOW())


def share(address: str, kind: str, *towns: Organisation) -> None:
    """The SPOC of these towns is one person with one way."""
    for town in towns:
        Contact.objects.filter(organisation=town).exclude(role="spoc").delete()
        spoc = cast.contact(town)
        spoc.channels.all().delete()
        ContactChannel.objects.create(contact=spoc, kind=kind, address=address, position=1)


def test_what_a_climbing_ladder_is_sending_is_taken_back_by_a_withdrawal():
    ronse, by = cast.ronse(), staging.officer()
    alert = staging.alert_for(ronse)
    Delivery.objects.update(state="accepted")
    due(alert, ronse)
    meet(
        lambda: actions.climb_ladders(),
        lambda: actions.withdraw_alert(alert=Alert.objects.get(pk=alert.pk), by=by, reason="Wrong"),
    )
    assert set(Delivery.objects.filter(alert=alert).values_list("kind", "state")) == {
        ("mail", "accepted"),
        ("sms", "cancelled"),
    }


def test_an_acknowledgement_leaves_a_message_that_another_town_has_just_joined():
    ronse, eupen = cast.ronse(), cast.eupen()
    share("both@province.example", "mail", ronse, eupen)
    alert = staging.alert_for(ronse, eupen)
    Delivery.objects.all().delete()
    due(alert, ronse)
    actions.climb_ladders()
    notice, by = staging.notice_of(alert, ronse), staging.spoc(ronse)
    due(alert, eupen)
    meet(
        lambda: actions.climb_ladders(),
        lambda: actions.acknowledge_notice(notice=notice, by=by, through="link", name="SPOC, Ronse"),
    )
    assert Delivery.objects.get().notices.count() == 2
    assert Delivery.objects.get().state == "queued", "Eupen is told"


def test_an_acknowledgement_leaves_a_call_that_another_town_has_just_joined():
    ronse, eupen = cast.ronse(), cast.eupen()
    share("+447700900999", "voice", ronse, eupen)
    alert = staging.alert_for(ronse, eupen)
    due(alert, ronse)
    actions.climb_ladders()
    notice, by = staging.notice_of(alert, ronse), staging.spoc(ronse)
    assert CallLine.objects.get().notices.count() == 1
    due(alert, eupen)
    meet(
        lambda: actions.climb_ladders(),
        lambda: actions.acknowledge_notice(notice=notice, by=by, through="link", name="SPOC, Ronse"),
    )
    assert CallLine.objects.get().notices.count() == 2
    assert CallLine.objects.get().closed_at is None, "Eupen is phoned"
