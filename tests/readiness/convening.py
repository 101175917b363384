"""Sessions, for tests: planned, invited, begun."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.readiness.actions.session_answers import answer_invitation
from paraat.readiness.actions.sessions import invite_to_session, plan_session
from paraat.readiness.models import Attendance, Session
from paraat.registry.models import Organisation
from tests import cast

TITLE = {"nl": "Lessen uit Antwerpen", "en": "Lessons from Antwerp"}


def planned(*towns: Organisation, days: float = 10, **more: Any) -> Session:
    """A session of two hours for these towns."""
    starts = in_days(days)
    audience = {"organisations": [str(town.pk) for town in towns]} if towns else {"all": True}
    return plan_session(
        title=more.pop("title", TITLE), text={"nl": "Kom.", "en": "Come."}, starts_at=starts, ends_at=starts + timedelta(hours=2),
        audience=more.pop("audience", audience), link="https://meet.example/secret-room", by=SYSTEM, **more,
    )  # fmt: skip


def invited(*towns: Organisation, **more: Any) -> Session:
    """One to which these were invited."""
    session = planned(*towns, **more)
    invite_to_session(session=session, by=SYSTEM, author=cast.duty_officer())
    session.refresh_from_db()
    return session


def begun(session: Session, *, hours_ago: float = 1) -> Session:
    """It began some hours ago."""
    starts = moment.now() - timedelta(hours=hours_ago)
    Session.objects.filter(pk=session.pk).update(starts_at=starts, ends_at=starts + timedelta(hours=2))
    session.refresh_from_db()
    return session


def of(session: Session, town: Organisation) -> Attendance:
    """A town's attendance."""
    row: Attendance = Attendance.objects.get(session=session, organisation=town)
    return row


def comes(session: Session, town: Organisation, seats: int = 1, **more: Any) -> Attendance:
    """A town registers."""
    return answer_invitation(attendance=of(session, town), by=SYSTEM, comes=True, seats=seats, **more)


def in_days(days: float) -> datetime:
    """So many days from now, on a whole minute."""
    return (moment.now() + timedelta(days=days)).replace(second=0, microsecond=0)
