"""Sessions: listed and read, with their figures for the team and one's own answer for who was invited. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Query
from pydantic import Field

from paraat.kernel.marking import WATCHES, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Scope, TlpLabel, page, visible
from paraat.readiness import session_figures
from paraat.readiness.models import Attendance, Session

operations = Operations(tags=["sessions"])
READS = WATCHES | {Role.SPOC}


class SessionOut(Answer):
    """A session. The counts are of organisations that you may see: all of them for the team, your own for who was invited."""

    id: UUID
    number: str
    kind: str = Field(description="information or workshop")
    state: str = Field(description="draft, invited, held or cancelled")
    title: dict[str, str]
    language: str
    starts_at: datetime
    ends_at: datetime
    place: str
    seats: int | None
    sequence: int = Field(description="of the calendar file")
    cancelled_because: str
    invited: int
    registered: int
    waiting: int
    declined: int
    came: int
    tlp: TlpLabel
    exercise: bool


class SessionMaterialOut(Answer):
    """A file or an address."""

    id: UUID
    name: str
    url: str
    size: int


class SessionQuestionOut(Answer):
    """A question as all may read it; who asked is not said."""

    text: str
    answer: str
    answered_at: datetime | None


class SessionWholeOut(SessionOut):
    """One session with what is around it."""

    text: dict[str, str]
    link: str | None = Field(description="to join; only for who registered and has a seat, and for the team")
    material: list[SessionMaterialOut]
    questions: list[SessionQuestionOut]


class SessionFilter(Part):
    """Which sessions."""

    state: Literal["", "draft", "invited", "held", "cancelled"] = ""


@operations.read(
    "/sessions", scope=Scope.READINESS_READ, roles=READS, answer=Page[SessionOut], operation_id="listSessions"
)
def list_sessions(request: ApiRequest, which: Query[SessionFilter]) -> dict[str, Any]:
    """Sessions that you may see, the latest first."""
    rows = session_figures.counted(request.viewer)
    rows = rows.filter(state=which.state) if which.state else rows
    return page(rows.order_by("-starts_at", "pk"), which)


@operations.read(
    "/sessions/{uuid:session}",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=SessionWholeOut,
    operation_id="getSession",
)
def get_session(request: ApiRequest, session: UUID) -> dict[str, Any]:
    """One session, with material and answered questions."""
    visible(Session.objects.all(), request, session)
    row = session_figures.counted(request.viewer).get(pk=session)
    own = Attendance.objects.visible_to(request.viewer).filter(session=row, organisation__in=request.viewer.own)
    joins = request.viewer.has(*WATCHES) or own.filter(state=Attendance.State.COMING).exists()
    plain = {
        name: getattr(row, name)
        for name in SessionWholeOut.model_fields
        if name not in {"link", "material", "questions"}
    }
    return plain | {
        "link": row.link or None if joins else None,
        "material": list(row.material.all()),
        "questions": list(row.questions.filter(shown=True)),
    }


class AttendanceOut(Answer):
    """One invited organisation. What it thought of the session is not told."""

    organisation: UUID = Field(validation_alias="organisation_id")
    state: str = Field(description="invited (no answer yet), coming, waiting or declined")
    seats: int
    who: str
    answered_at: datetime | None
    came: bool | None = Field(description="null: nobody said")
    chased_at: datetime | None


class AttendanceFilter(Part):
    """Which of them."""

    state: Literal["", "invited", "coming", "waiting", "declined"] = ""
    came: bool | None = None


@operations.read(
    "/sessions/{uuid:session}/attendance", scope=Scope.READINESS_READ, roles=READS, answer=Page[AttendanceOut], operation_id="listAttendance"
)  # fmt: skip
def list_attendance(request: ApiRequest, session: UUID, which: Query[AttendanceFilter]) -> dict[str, Any]:
    """Who was invited to a session, and came; of who was invited, its own."""
    row = visible(Session.objects.all(), request, session)
    rows = Attendance.objects.visible_to(request.viewer).filter(session=row)
    rows = rows.filter(state=which.state) if which.state else rows
    rows = rows if which.came is None else rows.filter(came=which.came)
    return page(rows.order_by("organisation__name", "pk"), which)
