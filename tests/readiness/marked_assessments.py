"""Assessments, for the test of who sees what. The next town wrote it; every second one is given to the account 99 by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from uuid import UUID

from paraat.accounts.models import User
from paraat.kernel.marking import Marking, Role, Tlp, Viewer, may_see
from paraat.platform import moment
from paraat.platform.marked import MarkedModel
from paraat.readiness.models import Assessment, Edition, Framework

_number = count(1)
AUDITOR = UUID(int=99)


def assessment(place: int, **marking: Any) -> Assessment:
    """An audit of a town, written by the next one."""
    framework, _ = Framework.objects.get_or_create(key="marked", defaults={"scoring": "checklist"})
    edition = Edition.objects.create(
        framework=framework, version=str(next(_number)), source="test", digest="", added_at=moment.now()
    )
    User.objects.get_or_create(pk=AUDITOR, defaults={"email": "auditor.99@team.example", "name": "Auditor"})
    number = next(_number)
    return Assessment.objects.create(
        number=f"S2024-{number:04}",
        organisation_id=UUID(int=place),
        edition=edition,
        kind="external",
        author_id=UUID(int=place % 3 + 1),
        auditor_id=AUDITOR if number % 4 == 0 else None,
        opened_at=moment.now(),
        opened_by="test",
        **marking,
    )


def concerned(row: Assessment) -> Iterator[UUID | None]:
    """The town, and who wrote it."""
    yield row.organisation_id
    yield row.author_id


def allowed(viewer: Viewer, row: Assessment) -> bool:
    """As its marking says for both; and its auditor, by name and in that role."""
    marked = any(may_see(viewer, Marking(Tlp(row.tlp), row.exercise, one)) for one in concerned(row))
    named = row.auditor_id is not None and row.auditor_id == viewer.user
    return marked or (named and viewer.has(Role.ASSESSOR))


MAKERS: dict[type[MarkedModel], Callable[..., Any]] = {Assessment: assessment}
CONCERNED = {Assessment: concerned}
ALLOWED = {Assessment: allowed}
