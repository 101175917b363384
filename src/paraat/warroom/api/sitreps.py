"""Situation reports and what may be said: read by machines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from ninja import Query
from pydantic import Field

from paraat.kernel.errors import NotFound
from paraat.kernel.marking import WATCHES, Role
from paraat.platform import moment
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Scope, TlpLabel, page
from paraat.warroom import shared
from paraat.warroom.models import Room, SituationReport, Statement

operations = Operations(tags=["situation reports"])
READS = WATCHES | {Role.PARTNER, Role.OBSERVER, Role.SPOC, Role.PROVIDER}


class SituationReportOut(Answer):
    """A frozen report; its content comes with `/situation-reports/{id}`."""

    id: UUID
    room: str = Field(description="number of the war room")
    room_id: UUID
    version: str = Field(description="tactical or executive")
    sequence: int
    state: str = Field(description="frozen or superseded")
    language: str
    tlp: TlpLabel
    exercise: bool
    as_of: datetime
    frozen_at: datetime
    digest: str = Field(description="SHA-256 of the content: JSON, keys sorted, no spaces, UTF-8")


class Which(Part):
    """Which reports."""

    room: UUID | None = None
    exercise: bool | None = None


class LineOut(Answer):
    """A line of a report."""

    id: str
    text: str
    tlp: int = Field(description="0 CLEAR, 1 GREEN, 2 AMBER, 3 AMBER+STRICT, 4 RED; never above the report's")
    source: str
    verified: bool | None = Field(description="null: nobody checked it")
    figures: dict[str, int]
    places: dict[str, int] = Field(description="hit per province (NIS code)")


class FrozenOut(Answer):
    """A frozen report as its JSON file has it (schema: docs/sitreps.md)."""

    format: str
    id: UUID
    room: str
    version: str
    sequence: int
    state: str
    language: str
    tlp: TlpLabel
    exercise: bool
    as_of: datetime
    frozen_at: datetime
    written_by: str
    approved_by: str
    left_out: int
    next_at: datetime | None
    digest: str
    supersedes: UUID | None
    content: dict[str, list[LineOut]]


class StatementOut(Answer):
    """What may be said now."""

    id: UUID
    room_id: UUID
    subject: str
    text: dict[str, str] = Field(description="per language, as it was approved")
    authority: str
    quoted_at: date
    quote_source: str
    expires_at: datetime
    tlp: TlpLabel
    exercise: bool


def _row(report: SituationReport) -> dict[str, Any]:
    names = (
        "id",
        "room_id",
        "version",
        "sequence",
        "state",
        "language",
        "tlp",
        "exercise",
        "as_of",
        "frozen_at",
        "digest",
    )
    return {name: getattr(report, name) for name in names} | {"room": report.room.number}


@operations.read(
    "/situation-reports",
    scope=Scope.CASES_READ,
    roles=READS,
    answer=Page[SituationReportOut],
    operation_id="listSituationReports",
)
def listing(request: ApiRequest, which: Query[Which]) -> dict[str, Any]:
    """Frozen reports that you may see, newest first; drafts are not among them."""
    rows = (
        SituationReport.objects.readable_by(request.viewer).kept().select_related("room").order_by("-frozen_at", "-pk")
    )
    if which.room is not None:
        rows = rows.filter(room__in=Room.objects.visible_to(request.viewer).filter(pk=which.room))
    if which.exercise is not None:
        rows = rows.filter(exercise=which.exercise)
    found = page(rows, which)
    return found | {"items": [_row(one) for one in found["items"]]}


@operations.read(
    "/situation-reports/{uuid:report}",
    scope=Scope.CASES_READ,
    roles=READS,
    answer=FrozenOut,
    operation_id="getSituationReport",
)
def one(request: ApiRequest, report: UUID) -> dict[str, Any]:
    """One frozen report with its content."""
    rows = SituationReport.objects.readable_by(request.viewer).kept().select_related("room")
    found = cast("SituationReport | None", rows.filter(pk=report).first())
    if found is None:
        raise NotFound()
    return shared.as_json(found)


@operations.read(
    "/statements", scope=Scope.CASES_READ, roles=READS, answer=Page[StatementOut], operation_id="listStatements"
)
def statements(request: ApiRequest, part: Query[Part]) -> dict[str, Any]:
    """What may be said now: approved, not withdrawn, not expired."""
    rows = Statement.objects.visible_to(request.viewer).standing(moment.now())
    return page(rows.order_by("expires_at", "pk"), part)
