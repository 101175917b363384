"""Sessions: planned, announced to an audience, changed, held, or cancelled with a reason that everybody hears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from paraat.accounts.models import User
from paraat.alerts.actions.announcing import draft_announcement, send_announcement
from paraat.alerts.audience import recipients
from paraat.alerts.models import Alert
from paraat.alerts.rules.languages import KNOWN
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness import session_words
from paraat.readiness.actions.numbers import take_number
from paraat.readiness.actions.session_answers import move_up
from paraat.readiness.actions.session_telling import plan_reminder, tell
from paraat.readiness.actions.standing import touch
from paraat.readiness.models import Attendance, Lesson, Session
from paraat.readiness.rules import days
from paraat.registry.models import Organisation

State = Session.State
IN_CALENDARS = frozenset({"title", "starts_at", "ends_at", "place", "link", "text"})
"""What stands in calendars: when one of these changes, so does the sequence of the calendar file."""
FIELDS = IN_CALENDARS | {"kind", "language", "seats", "audience"}
LONGEST = 5000


@action
def plan_session(
    *,
    title: Mapping[str, str],
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    lesson: Lesson | None = None,
    tlp: int = Tlp.GREEN,
    exercise: bool = False,
    **fields: Any,
) -> Session:
    """Plan one; nobody is invited yet. Raises Invalid for a time that cannot be, no title, or an audience that is not understood."""
    now = moment.now()
    values = _checked({"title": title, "starts_at": starts_at, "ends_at": ends_at, **fields})
    session = Session.objects.create(
        number=take_number(kind="B", now=now), lesson=lesson, tlp=tlp, exercise=exercise or bool(lesson and lesson.exercise),
        created_at=now, created_by=by.label[:200], changed_at=now, **values,
    )  # fmt: skip
    record("session.planned", by=by, on=session, detail={"number": session.number, "starts_at": session.starts_at})
    return session


@action
def change_session(*, session: Session, version: int, by: Actor, **fields: Any) -> Session:
    """Change it. Who comes is told of another time or place, and gets another calendar file; with more seats others move up.

    Raises Conflict when somebody else changed it first, its invitation waits to be sent, or it is over; Invalid as `plan_session`.
    """
    if session.alert is not None and session.alert.state == Alert.State.DRAFT and session.state == State.DRAFT:
        raise Conflict("Its invitation waits to be sent; decline that first")
    before = {name: getattr(session, name) for name in FIELDS}
    values = _checked(before | fields, changing=set(fields))
    changed = {name for name, value in values.items() if value != before[name]}
    touched = bool(changed & IN_CALENDARS) and session.state == State.INVITED
    rows = Session.objects.filter(pk=session.pk, version=version, state__in=[State.DRAFT, State.INVITED])
    if "audience" in changed and session.state != State.DRAFT:
        raise Conflict("Who was invited stays invited; plan another session for others")
    sequence = session.sequence + touched
    if rows.update(**values, version=version + 1, sequence=sequence, changed_at=moment.now()) != 1:
        raise Conflict("Somebody else changed this session first; look at it again")
    session.refresh_from_db()
    record("session.changed", by=by, on=session, detail={"number": session.number, "fields": sorted(changed)})
    if session.state == State.INVITED:
        _after_change(session, before, changed)
    return session


def _after_change(session: Session, before: Mapping[str, Any], changed: set[str]) -> None:
    if "starts_at" in changed:
        plan_reminder(session, moment.now())
    if changed & {"starts_at", "ends_at", "place"}:
        rows = session.attendances.exclude(state=Attendance.State.DECLINED).select_related("organisation")
        tell(
            rows,
            f"{session.pk}:changed:{session.sequence}",
            lambda: session_words.changed(session, before["starts_at"]),
        )
    if "seats" in changed:
        move_up(session)


@action
def invite_to_session(*, session: Session, by: Actor, author: User) -> Alert:
    """Write the invitation as an announcement to its audience. To few it goes at once; to more than 25 a second person approves it first.

    Whoever it is sent to is invited from that moment (`note_invited`). Raises Conflict when it was invited to already or is past.
    """
    now = moment.now()
    row = Session.objects.select_for_update(of=("self",)).select_related("alert").get(pk=session.pk)
    if row.state != State.DRAFT or (row.alert is not None and row.alert.state != Alert.State.NOT_SENT):
        raise Conflict("This session was invited to already")
    if row.starts_at <= now:
        raise Conflict("This session has begun; nobody can be invited to it")
    alert: Alert = draft_announcement(
        by=by, author=author, sender=None, audience=row.audience, title=row.title, text=session_words.invitation(row),
        severity=0, tlp=row.tlp, valid_until=row.starts_at, exercise=row.exercise,
    )  # fmt: skip
    Session.objects.filter(pk=row.pk).update(alert=alert)
    record("session.inviting", by=by, on=row, detail={"number": row.number, "announcement": alert.number})
    if not alert.needs_second:
        send_announcement(alert=alert, by=by)
    session.refresh_from_db()
    alert.refresh_from_db()
    return alert


@action
def note_invited(*, session: Session, by: Actor) -> int:
    """Its announcement was sent: whoever got it is invited. How many."""
    assert session.alert is not None  # noqa: S101  # that is what was sent
    if (
        Session.objects.filter(pk=session.pk, state=State.DRAFT).update(state=State.INVITED, invited_at=moment.now())
        != 1
    ):
        return 0
    session.refresh_from_db()
    told = list(session.alert.notices.values_list("organisation", flat=True)) if session.alert else []
    number = ask(session, told)
    plan_reminder(session, moment.now())
    record("session.invited", by=by, on=session, detail={"number": session.number, "organisations": number})
    return number


@action
def invite_by_name(*, session: Session, organisations: Iterable[Organisation], by: Actor) -> int:
    """Put organisations on the list without an announcement: who asked for it, was told otherwise, or simply stood at the door. How many were added.

    A session that nobody was invited to yet counts as invited from now on. Raises Conflict when its announcement waits, or it is off.
    """
    row = Session.objects.select_for_update(of=("self",)).select_related("alert").get(pk=session.pk)
    if row.state == State.CANCELLED or (
        row.state == State.DRAFT and row.alert is not None and row.alert.state == Alert.State.DRAFT
    ):
        raise Conflict("Nobody can be put on the list of this session now")
    chosen = list(organisations)
    if row.state == State.DRAFT and chosen:
        Session.objects.filter(pk=row.pk).update(state=State.INVITED, invited_at=moment.now())
        row.state = State.INVITED
        plan_reminder(row, moment.now())
    number = ask(row, [one.pk for one in chosen])
    session.refresh_from_db()
    record("session.added", by=by, on=row, detail={"number": row.number, "organisations": [one.name for one in chosen]})
    return number


def ask(session: Session, organisations: Any) -> int:
    """An attendance for each; who has one keeps it. How many were asked now."""
    had = set(session.attendances.values_list("organisation", flat=True))
    fresh = [
        Attendance(session=session, organisation_id=one, exercise=session.exercise)
        for one in dict.fromkeys(organisations)
        if one not in had
    ]
    Attendance.objects.bulk_create(fresh, ignore_conflicts=True)
    touch([row.organisation_id for row in fresh])
    return len(fresh)


@action
def hold_session(*, session: Session, by: Actor) -> Session:
    """It was held: who registered and was not ticked was not there. Raises Conflict before it began, or when somebody said so first."""
    now = moment.now()
    rows = Session.objects.filter(pk=session.pk, state=State.INVITED, starts_at__lte=now)
    if rows.update(state=State.HELD, held_at=now) != 1:
        raise Conflict("Only a session that has begun can have been held, and only once")
    absent = session.attendances.filter(state=Attendance.State.COMING, came=None).update(came=False)
    session.refresh_from_db()
    came = session.attendances.filter(came=True).count()
    record("session.held", by=by, on=session, detail={"number": session.number, "came": came, "absent": absent})
    touch(session.attendances.values_list("organisation", flat=True))
    return session


@action
def cancel_session(*, session: Session, by: Actor, because: str) -> Session:
    """It does not take place. Everybody who was invited and did not decline hears it, with the reason; calendars get a cancellation."""
    why = because.strip()[:500]
    if not why:
        raise Invalid("Say why: the reason is kept", field="because")
    row = Session.objects.select_for_update(of=("self",)).select_related("alert").get(pk=session.pk)
    if row.state == State.DRAFT and row.alert is not None and row.alert.state == Alert.State.DRAFT:
        raise Conflict("Its invitation waits to be sent; decline that first")
    rows = Session.objects.filter(pk=row.pk, state__in=[State.DRAFT, State.INVITED])
    if (
        rows.update(state=State.CANCELLED, cancelled_at=moment.now(), cancelled_because=why, sequence=row.sequence + 1)
        != 1
    ):
        raise Conflict("This session was held or cancelled already")
    session.refresh_from_db()
    session.due.filter(fired_at=None).delete()
    invited = session.attendances.exclude(state=Attendance.State.DECLINED).select_related("organisation")
    told = tell(invited, f"{session.pk}:cancelled", lambda: session_words.cancelled(session))
    record("session.cancelled", by=by, on=session, detail={"number": session.number, "because": why, "told": told})
    return session


def _checked(fields: Mapping[str, Any], *, changing: set[str] | None = None) -> dict[str, Any]:
    """What may be written, tidied. Raises Invalid."""
    if unknown := set(fields) - FIELDS:
        raise Invalid("This cannot be said of a session", fields=", ".join(sorted(unknown)))
    values = dict(fields)
    for name in ("title", "text"):
        said = values.get(name) or {}
        values[name] = {one: said[one].strip()[:LONGEST] for one in KNOWN if str(said.get(one, "")).strip()}
    if not values["title"]:
        raise Invalid("A session needs a title", field="title")
    if values["ends_at"] <= values["starts_at"]:
        raise Invalid("It ends after it begins", field="ends_at")
    days.require_meant(values["ends_at"].date(), moment.today(), field="ends_at")
    moved = changing is None or "starts_at" in changing
    if moved and values["starts_at"] <= moment.now():
        raise Invalid("That moment is past", field="starts_at")
    if (
        values.get("audience")
        and (changing is None or "audience" in changing)
        and not recipients(values["audience"]).exists()
    ):
        raise Invalid("This audience has nobody in it", field="audience")
    return values
