"""Twice a year, in office hours, a test alert to every SPOC; who does not answer becomes a task."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import translation
from django.utils.translation import gettext as _

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict
from paraat.platform import configuration, moment
from paraat.platform.actions import Subject, action, record
from paraat.platform.facts import Settled, Tells, Waits, announce
from paraat.registry import links
from paraat.registry.models import Contact, TestCall
from paraat.registry.rules.office_hours import ANSWER_WITHIN, EVERY, is_office_hour, next_office_moment

BATCH = 50
"""Tests sent at a time, so that a call centre is not flooded by whoever asks what this is."""


@action
def send_due_tests(*, now: datetime, by: Actor) -> int:
    """Test the SPOCs whose half-yearly test is due, in office hours only; how many were sent."""
    if not is_office_hour(now, configuration.TIME_ZONE.get()):
        return 0
    due = list(_due(now)[:BATCH])
    deadline = next_office_moment(now + ANSWER_WITHIN, configuration.TIME_ZONE.get())
    tests = TestCall.objects.bulk_create([TestCall(contact=contact, sent_at=now, due_at=deadline) for contact in due])
    for test in tests:
        _tell(test, now)
        record("test.send", by=by, on=test.contact, organisation=test.contact.organisation_id)
    return len(tests)


@action
def answer_test(*, test: TestCall, by: Actor, through: str = "link") -> None:
    """A person answered the test: its contact is tested. Raises Conflict when it was answered already."""
    now = moment.now()
    if TestCall.objects.filter(pk=test.pk, answered_at=None).update(answered_at=now) != 1:
        raise Conflict("This test has been answered already")
    Contact.objects.filter(pk=test.contact_id).update(tested_at=now)
    announce(Settled(_key(test)))
    record(
        "test.answer", by=by, on=test.contact, organisation=test.contact.organisation_id, detail={"through": through}
    )


@action
def note_unanswered(*, now: datetime, by: Actor) -> int:
    """Make a task of every test whose time to answer is over; how many there were."""
    over = TestCall.objects.filter(due_at__lte=now, answered_at=None, task_at=None)
    late = list(over.select_related("contact__organisation").select_for_update(of=("self",), skip_locked=True)[:500])
    for test in late:
        announce(_task(test))
    TestCall.objects.filter(pk__in=[test.pk for test in late]).update(task_at=now)
    if late:
        record("test.unanswered", by=by, on=Subject("testcall", "many", rows=len(late)))
    return len(late)


def open_test(contact: Contact) -> TestCall | None:
    """The test that this contact has not answered yet, newest first."""
    return TestCall.objects.filter(contact=contact, answered_at=None).order_by("-sent_at").first()


def _due(now: datetime) -> Any:
    lately = TestCall.objects.filter(contact=OuterRef("pk"), sent_at__gt=now - EVERY)
    present = Q(away_from=None) | Q(away_from__gt=now) | Q(away_until__lte=now)
    spocs = Contact.objects.real().as_of(moment.day(now)).answering().filter(present, role=Contact.Role.SPOC)
    known = spocs.filter(confirmed_at__isnull=False, organisation__constituent=True, channels__isnull=False)
    return known.exclude(Exists(lately)).select_related("organisation").distinct().order_by("pk")


def _tell(test: TestCall, now: datetime) -> None:
    contact = test.contact
    with translation.override((contact.languages or contact.organisation.languages or ["nl"])[0]):
        subject = _("TEST: can we reach you?")
        body = _(
            "This is a test; nothing is wrong. Press the button on this page so that we know that it reached you: %(link)s"
        )
        told = body % {"link": links.contact_url(contact, now)}
        announce(Tells(f"test:{test.pk}", contact.pk, "test", subject, told, exercise=contact.exercise))


def _task(test: TestCall) -> Waits:
    organisation = test.contact.organisation
    return Waits(
        kind="test_unanswered",
        key=_key(test),
        summary=f"{organisation.name}: the test alert was not answered",
        url=f"/organisations/{organisation.pk}/",
        organisation=organisation.pk,
        urgent=False,
    )


def _key(test: TestCall) -> str:
    return f"test:{test.pk}"
