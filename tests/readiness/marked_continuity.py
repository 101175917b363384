"""Critical services, their tests, sessions and attendances, for the test of who sees what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from paraat.platform import moment
from paraat.platform.marked import MarkedModel
from paraat.readiness.models import Attendance, ContinuityTest, CriticalService, Session

_number = count(1)


def service(place: int, **marking: Any) -> CriticalService:
    """A critical service of a town."""
    return CriticalService.objects.create(
        organisation_id=UUID(int=place), kind="other", name="x", changed_at=moment.now(), **marking
    )


def tested(place: int, **marking: Any) -> ContinuityTest:
    """A test of a town."""
    return ContinuityTest.objects.create(
        organisation_id=UUID(int=place), kind="real", on=date(2024, 1, 1), result="unknown", recorded_at=moment.now(), **marking
    )  # fmt: skip


def session(place: int, **marking: Any) -> Session:
    """A session to which a town was invited; place 0: to which nobody was."""
    now = moment.now()
    made = Session.objects.create(
        number=f"B2024-{next(_number):04}", state="invited", starts_at=now, ends_at=now, created_at=now, created_by="", **marking
    )  # fmt: skip
    if place:
        Attendance.objects.create(session=made, organisation_id=UUID(int=place))
    return made


def attendance(place: int, **marking: Any) -> Attendance:
    """A town's attendance of a session to which another town was invited too."""
    made = session(place % 3 + 1)
    return Attendance.objects.create(session=made, organisation_id=UUID(int=place), **marking)


def of_session(row: Session) -> Iterator[UUID | None]:
    """The house, and whoever was invited."""
    yield None
    yield from row.attendances.values_list("organisation", flat=True)


MAKERS: dict[type[MarkedModel], Callable[..., Any]] = {
    CriticalService: service,
    ContinuityTest: tested,
    Session: session,
    Attendance: attendance,
}
HAS_HOUSE = {Session}
CONCERNED = {Session: of_session}
