"""Drills: listed, read with how long each stretch took, and started."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404
from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.cloud.actions import drills as actions
from paraat.cloud.models import Drill
from paraat.cloud.rules import recovery
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible
from paraat.registry.models import Organisation

operations = Operations(tags=["emergency cloud"])
READS = WATCHES | {Role.SPOC}


class DrillOut(Answer):
    """A drill: everything lost, started, restored, proven and thrown away. Durations follow from its moments."""

    id: UUID
    number: str
    organisation: UUID = Field(validation_alias="organisation_id")
    state: str = Field(description="waiting, running, passed or failed")
    because: str
    by: str
    services: list[str]
    driver: str
    sample: bool = Field(description="whether generated data was restored, because there was no backup")
    requested_at: datetime
    lost_at: datetime | None
    started_at: datetime | None
    healthy_at: datetime | None
    restored_at: datetime | None
    verified_at: datetime | None
    gone_at: datetime | None
    bytes: int
    files: int
    same: bool | None = Field(description="whether the hash of every file equals that of the backup")
    target_rto_minutes: int
    claimed_rto_minutes: int | None
    extrapolated_minutes: int | None = Field(
        description="computed for the organisation's own size, from the measured speed"
    )
    tlp: TlpLabel
    exercise: bool
    error: str


class LegOut(Schema):
    """One stretch of a drill."""

    name: str
    seconds: float


class DrillWholeOut(DrillOut):
    """One drill with what was measured."""

    rto_minutes: int | None = Field(
        description="whole minutes from the request to the proof, rounded up; of a drill that passed only"
    )
    megabytes_per_second: float | None
    legs: list[LegOut]
    proven: dict[str, list[str]] = Field(description="per service what its client proved")


class DrillFilter(Part):
    """Which drills."""

    state: Plain = Field("", max_length=8)
    organisation: UUID | None = None


@operations.read("/drills", scope=Scope.CASES_READ, roles=READS, answer=Page[DrillOut], operation_id="listDrills")
def list_drills(request: ApiRequest, which: Query[DrillFilter]) -> dict[str, Any]:
    """Drills that you may see, newest first."""
    rows = Drill.objects.visible_to(request.viewer)
    rows = rows.filter(state=which.state) if which.state else rows
    rows = rows.filter(organisation=which.organisation) if which.organisation else rows
    return page(rows.order_by("-requested_at", "pk"), which)


@operations.read(
    "/drills/{uuid:drill}", scope=Scope.CASES_READ, roles=READS, answer=DrillWholeOut, operation_id="getDrill"
)
def get_drill(request: ApiRequest, drill: UUID) -> Drill:
    """One drill, with how long each stretch took and what was proven."""
    found: Any = visible(Drill.objects.all(), request, drill)
    took = recovery.recovery(actions.times(found), found.bytes)
    found.rto_minutes = took.minutes if found.state == Drill.State.PASSED else None
    found.megabytes_per_second = took.megabytes_per_second
    found.legs = [LegOut(name=leg.name, seconds=leg.seconds) for leg in took.legs]
    row: Drill = found
    return row


class DrillIn(Schema):
    """A drill that is asked for."""

    organisation: UUID
    because: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\u0000]*$", strip_whitespace=True)] = ""


@operations.write(
    "/drills", scope=Scope.CASES_WRITE, roles=TEAM, answer=DrillOut, status=201, operation_id="startDrill"
)
def start_drill(request: ApiRequest, given: DrillIn) -> Drill:
    """Start a drill of an organisation's prepared services in a throw-away tenant. 409 while one is under way."""
    organisation = Organisation.objects.visible_to(request.viewer).filter(pk=given.organisation).first()
    if organisation is None:
        raise Http404
    return actions.drill(organisation=organisation, by=request.actor, because=given.because)
