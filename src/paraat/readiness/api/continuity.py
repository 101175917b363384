"""Continuity: critical services and their tests, who could resume with proof, and what stops when a supplier does. Reads only."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import Http404
from ninja import Query, Schema
from pydantic import Field

from paraat.kernel.marking import WATCHES, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page
from paraat.readiness import resuming, supplier_reach
from paraat.readiness.models import ContinuityTest
from paraat.registry.models import Organisation

operations = Operations(tags=["continuity"])
READS = WATCHES | {Role.SPOC}


class CriticalServiceOut(Answer):
    """What an organisation cannot do without. Hours; null: nobody said."""

    id: UUID
    organisation: UUID = Field(validation_alias="organisation_id")
    kind: str = Field(description="key of the built-in list, or other")
    name: str
    max_downtime_hours: int | None
    max_downtime_proposed: bool = Field(description="the limit is the list's proposal; nobody there decided it")
    rto_hours: int | None = Field(description="claimed")
    rpo_hours: int | None = Field(description="claimed")
    contradicts: bool = Field(description="claimed to be back later than it may be gone")
    systems: list[str]
    workaround: str
    on_paper: bool
    cloud_services: list[str]
    exercised_hours: Decimal | None = Field(
        validation_alias="exercised", description="of the newest test that has them"
    )
    tested_on: date | None
    tested_result: str | None = Field(description="resumed, late, not or unknown")
    proven: bool = Field(
        description="a test of the last months brought it back within the decided limit, and can be shown"
    )
    reviewed_on: date | None
    changed_at: datetime
    tlp: TlpLabel
    exercise: bool


class CriticalServiceFilter(Part):
    """Which services."""

    organisation: UUID | None = None
    kind: Plain = Field("", max_length=30)
    proven: bool | None = None
    contradicts: bool | None = None


@operations.read(
    "/continuity/services", scope=Scope.READINESS_READ, roles=READS, answer=Page[CriticalServiceOut], operation_id="listCriticalServices"
)  # fmt: skip
def list_services(request: ApiRequest, which: Query[CriticalServiceFilter]) -> dict[str, Any]:
    """Critical services that you may see, in the order of organisations and limits."""
    rows = resuming.services(request.viewer, resuming.as_of())
    asked = {
        "organisation": which.organisation,
        "kind": which.kind or None,
        "proven": which.proven,
        "contradicts": which.contradicts,
    }
    rows = rows.filter(**{name: value for name, value in asked.items() if value is not None})
    return page(rows.order_by("organisation__name", "max_downtime_hours", "pk"), which)


class ContinuityTestedOut(Answer):
    """What a test showed of one service."""

    service: UUID = Field(validation_alias="service_id")
    limit_hours: int | None
    result: str


class ContinuityTestOut(Answer):
    """A drill of the emergency cloud, a table-top exercise or a real interruption."""

    id: UUID
    organisation: UUID = Field(validation_alias="organisation_id")
    kind: str = Field(description="drill, tabletop or real")
    on: date
    hours: Decimal | None
    result: str = Field(description="resumed, late, not or unknown: the worst of its services")
    sample: bool = Field(description="a drill that restored generated data")
    drill: UUID | None = Field(validation_alias="drill_id")
    remarks: str
    file_name: str
    tested: list[ContinuityTestedOut] = Field(validation_alias="shown")
    recorded_at: datetime
    tlp: TlpLabel
    exercise: bool


class ContinuityTestFilter(Part):
    """Which tests."""

    organisation: UUID | None = None
    kind: Literal["", "drill", "tabletop", "real"] = ""


@operations.read(
    "/continuity/tests", scope=Scope.READINESS_READ, roles=READS, answer=Page[ContinuityTestOut], operation_id="listContinuityTests"
)  # fmt: skip
def list_tests(request: ApiRequest, which: Query[ContinuityTestFilter]) -> dict[str, Any]:
    """Tests of continuity that you may see, newest first."""
    rows = ContinuityTest.objects.visible_to(request.viewer)
    rows = rows.filter(organisation=which.organisation) if which.organisation else rows
    rows = rows.filter(kind=which.kind) if which.kind else rows
    found = page(rows.prefetch_related("tested").order_by("-on", "-recorded_at", "pk"), which)
    for row in found["items"]:
        row.shown = list(row.tested.all())
    return found


class ResumesOut(Answer):
    """Whether one organisation could resume, with proof."""

    organisation: UUID = Field(validation_alias="pk")
    nis: str
    name: str
    state: str = Field(description="all, some, none or nothing (said)")
    due: int = Field(description="critical services that must be back within so many days")
    proven: int = Field(validation_alias="proven_due", description="of these, with proof")
    critical: int
    contradictions: int
    reviewed_on: date | None
    tested_on: date | None


class ResumeFigures(Schema):
    """The figures over all organisations that you may see."""

    as_of: date
    days: int
    months: int = Field(description="how long a test counts as proof")
    denominator: int
    all: int
    some: int
    none: int
    nothing: int
    definition: str


class ResumeOut(Schema):
    """Who could resume within so many days, with proof."""

    figures: ResumeFigures
    organisations: Page[ResumesOut]


class ResumeFilter(Part):
    """Within how many days, and which of them."""

    days: int = Field(resuming.DAYS, ge=1, le=365)
    state: Literal["", "all", "some", "none", "nothing"] = ""
    province: Plain = Field("", max_length=5)


@operations.read(
    "/continuity/resume", scope=Scope.READINESS_READ, roles=READS, answer=ResumeOut, operation_id="whoCouldResume"
)
def who_could_resume(request: ApiRequest, which: Query[ResumeFilter]) -> dict[str, Any]:
    """Who could resume, with proof: the figures with their definition and denominator, and the organisations. A SPOC reads its own."""
    day = resuming.as_of()
    rows = resuming.population(request.viewer, day, which.days)
    rows = rows if request.viewer.has(*WATCHES) else rows.filter(pk__in=request.viewer.own)
    rows = rows.filter(province=which.province) if which.province else rows
    figures = resuming.figures(rows, request.viewer, day, which.days)
    rows = resuming.in_state(rows, which.state, request.viewer, day, which.days) if which.state else rows
    found = page(rows.order_by("name", "pk"), which)
    for row in found["items"]:
        row.state = resuming.state(row)
    return {"figures": vars_of(figures), "organisations": found}


def vars_of(figures: resuming.Figures) -> dict[str, Any]:
    """The figures as JSON has them."""
    return {name: getattr(figures, name) for name in ResumeFigures.model_fields}


class StopsOut(Schema):
    """A service that stops when a supplier does."""

    organisation: UUID
    service: UUID
    name: str
    max_downtime_hours: int | None
    direct: bool = Field(description="whether the supplier carries it, or something that it needs")
    on_paper: bool


@operations.read(
    "/continuity/suppliers/{uuid:supplier}", scope=Scope.READINESS_READ, roles=WATCHES, answer=list[StopsOut], operation_id="whatStopsWithSupplier"
)  # fmt: skip
def what_stops(request: ApiRequest, supplier: UUID) -> list[dict[str, Any]]:
    """Every critical service that stops when this supplier fails, directly or through what it needs."""
    one = Organisation.objects.visible_to(request.viewer).filter(pk=supplier).first()
    if one is None:
        raise Http404
    return [
        {
            "organisation": found.service.organisation_id,
            "service": found.service.pk,
            "name": found.service.name,
            "max_downtime_hours": found.service.max_downtime_hours,
            "direct": found.direct,
            "on_paper": found.service.on_paper,
        }
        for found in supplier_reach.stops(request.viewer, one)
    ]
