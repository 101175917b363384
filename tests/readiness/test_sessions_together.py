"""The last seat, with two who want it at the same moment; and what the demonstration has of continuity and sessions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import close_old_connections, connection

from paraat.alerts.models import Delivery, Notice
from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.readiness import continuity_demonstration, session_demonstration
from paraat.readiness.actions.session_answers import answer_invitation
from paraat.readiness.actions.session_telling import remind_due
from paraat.readiness.models import Attendance, ContinuityTest, CriticalService, Session
from paraat.registry.models import Organisation
from tests import cast
from tests.readiness import convening


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of these at the same moment, each on a connection of its own."""
    ready = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            ready.wait(timeout=20)
            return deed()
        finally:
            connection.close()

    close_old_connections()
    with ThreadPoolExecutor(len(deeds)) as pool:
        return [one.result(timeout=60) for one in [pool.submit(run, deed) for deed in deeds]]


@pytest.mark.django_db(transaction=True)
def test_one_seat_is_given_once() -> None:
    towns = [
        Organisation.objects.create(kind="municipality", name=f"T{number}", languages=["nl"]) for number in range(6)
    ]
    session = convening.invited(*towns, seats=3)
    rows = [convening.of(session, town) for town in towns]
    at_once(*[lambda row=row: answer_invitation(attendance=row, by=SYSTEM, comes=True) for row in rows])  # type: ignore[misc]
    assert session.attendances.filter(state="coming").count() == 3
    assert session.attendances.filter(state="waiting").count() == 3
    leaving, staying = session.attendances.filter(state="coming")[:2]
    at_once(
        lambda: answer_invitation(attendance=leaving, by=SYSTEM, comes=False),
        lambda: answer_invitation(attendance=staying, by=SYSTEM, comes=False),
    )
    assert session.attendances.filter(state="coming").count() == 3
    assert session.attendances.filter(state="waiting").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_remind_once() -> None:
    session = convening.invited(cast.ronse())
    convening.comes(session, cast.ronse())
    then = session.due.get().due_at
    told = at_once(lambda: remind_due(now=then), lambda: remind_due(now=then))
    assert sorted(told) == [0, 1]
    assert Delivery.objects.filter(key__startswith=f"session:{session.due.get().pk}:").count() == 1


@pytest.mark.django_db
def test_the_demonstration_has_something_to_look_at_and_sends_nothing() -> None:
    for town in (cast.ronse(), cast.eupen()):
        cast.provider()
        assert town.pk
    continuity_demonstration.load()
    session_demonstration.load()
    before = (CriticalService.objects.count(), Session.objects.count(), Attendance.objects.count())
    continuity_demonstration.load()
    session_demonstration.load()
    assert before == (CriticalService.objects.count(), Session.objects.count(), Attendance.objects.count())
    assert CriticalService.objects.filter(suppliers=cast.provider()).exists()
    assert not ContinuityTest.objects.exclude(file="", kind="tabletop").exists()  # nothing made up as proven
    assert Session.objects.get().starts_at > moment.now()
    assert not Notice.objects.exists()
    assert not Delivery.objects.exists()
    assert not Attendance.objects.exclude(came=None).exists()
