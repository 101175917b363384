"""Telling those whom a session concerns, each once: reminders of the day before, seats that came free, changes, and that it does not take place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.utils import translation

from paraat.alerts import ladders
from paraat.kernel.actor import SYSTEM
from paraat.platform import facts, moment
from paraat.platform.actions import action, record
from paraat.readiness import session_words
from paraat.readiness.models import Attendance, Session, SessionDue
from paraat.readiness.rules import sessions as rules
from paraat.registry.models import Contact

COMING = Attendance.State.COMING
BATCH = 50


def tell(attendances: Iterable[Attendance], key: str, words: Callable[[], session_words.Words]) -> int:
    """Tell the SPOC (else the deputy) of each; how many could be told. `key` with the attendance makes it once, whoever asks again."""
    rows = list(attendances)
    people = _contacts({row.organisation_id for row in rows}, moment.now())
    for row in rows:
        contact = people.get(row.organisation_id)
        if contact is None:
            continue
        with translation.override(ladders.written_languages(contact.organisation, contact)[0]):
            subject, body = words()
        facts.announce(
            facts.Tells(f"session:{key}:{row.pk}", contact.pk, "reminder", subject, body, exercise=row.exercise)
        )
    return sum(1 for row in rows if row.organisation_id in people)


def _contacts(organisations: set[UUID], now: datetime) -> dict[UUID, Contact]:
    """Whom to write to at each organisation: the SPOC before the deputy, nobody who is away."""
    rows = (
        Contact.objects.filter(organisation__in=organisations, role__in=["spoc", "deputy"])
        .as_of(moment.day(now))
        .answering()
    )
    found: dict[UUID, Contact] = {}
    for one in sorted(
        rows.select_related("organisation").order_by("pk"), key=lambda one: one.role != Contact.Role.SPOC
    ):
        if not one.is_away(now):
            found.setdefault(one.organisation_id, one)
    return found


def plan_reminder(session: Session, now: datetime) -> None:
    """The day before is a row. Whatever had not been said yet moves with the session; what was said stays said."""
    session.due.filter(fired_at=None).delete()
    at = rules.reminder_at(session.starts_at, now)
    if at is not None and session.state == Session.State.INVITED:
        SessionDue.objects.get_or_create(session=session, kind=SessionDue.Kind.REMINDER, due_at=at)


@action
def remind_due(*, now: datetime) -> int:
    """Say what is due; how many were told. Each row is fired once, by whoever takes it first; a session that is over or off is not spoken of."""
    told = 0
    for due in SessionDue.objects.filter(due_at__lte=now, fired_at=None).select_related("session")[:BATCH]:
        if SessionDue.objects.filter(pk=due.pk, fired_at=None).update(fired_at=now) != 1:
            continue
        session = due.session
        if session.state != Session.State.INVITED or session.starts_at <= now:
            continue
        told += _remind(due, session)
    return told


def _remind(due: SessionDue, session: Session) -> int:
    """Remind everybody who comes; how many."""
    coming = session.attendances.filter(state=COMING).select_related("organisation")
    number = tell(coming, f"{due.pk}", lambda: session_words.reminder(session))
    record("session.reminded", by=SYSTEM, on=session, detail={"number": session.number, "told": number})
    return number
