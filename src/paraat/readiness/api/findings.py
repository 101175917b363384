"""Findings and researchers' reports: read by whoever may read them whole."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Query
from pydantic import Field

from paraat.kernel.marking import WATCHES, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible
from paraat.readiness.models import Disclosure, Finding

operations = Operations(tags=["findings"])
READS = frozenset({*WATCHES, Role.SPOC, Role.TESTER, Role.ASSESSOR})


class WeaknessOut(Answer):
    """A finding: something that is wrong with one organisation, told to its owner first."""

    id: UUID
    number: str
    organisation: UUID = Field(validation_alias="organisation_id")
    origin: str = Field(description="engagement, audit or researcher")
    engagement: UUID | None = Field(validation_alias="engagement_id")
    state: str = Field(description="draft, disclosed, seen, fixed, retested, reopened or accepted")
    title: str
    target: str
    what: str
    reproduction: str
    advice: str
    vector: str = Field(description="CVSS 4.0")
    score: Decimal | None
    pattern: str = Field(description="its kind, a CWE number")
    disclosed_at: datetime | None
    seen_at: datetime | None
    fixed_at: datetime | None
    retested_at: datetime | None
    accepted_because: str
    tlp: TlpLabel
    exercise: bool


class WeaknessFilter(Part):
    """Which findings."""

    state: Plain = Field("", max_length=9)
    organisation: UUID | None = None
    exercise: bool | None = Field(None, description="only exercises, or only real ones")


@operations.read(
    "/weaknesses", scope=Scope.READINESS_READ, roles=READS, answer=Page[WeaknessOut], operation_id="listWeaknesses"
)
def list_findings(request: ApiRequest, which: Query[WeaknessFilter]) -> dict[str, Any]:
    """Findings that you may read whole, the worst first. The team reads one when its owner has seen it, auditors of the house later."""
    rows = Finding.objects.visible_to(request.viewer)
    rows = rows if which.exercise is None else rows.filter(exercise=which.exercise)
    rows = rows.filter(organisation=which.organisation) if which.organisation else rows
    rows = rows.filter(state=which.state) if which.state else rows
    return page(rows.order_by("-score", "pk"), which)


@operations.read(
    "/weaknesses/{uuid:weakness}",
    scope=Scope.READINESS_READ,
    roles=READS,
    answer=WeaknessOut,
    operation_id="getWeakness",
)
def get_finding(request: ApiRequest, weakness: UUID) -> Finding:
    """One finding; 404 before it is yours to read."""
    found: Finding = visible(Finding.objects.all(), request, weakness)
    return found


class DisclosureOut(Answer):
    """What an outside researcher reported. Who it was and where he is reached is not given out here."""

    id: UUID
    number: str
    organisation: UUID | None = Field(validation_alias="organisation_id", description="null: not known yet")
    state: str = Field(description="new, passed_on, answered, closed or refused")
    text: str
    target: str
    found_at: datetime | None = Field(description="when it was discovered: the time limits of the law count from here")
    simple_at: datetime | None
    full_at: datetime | None
    simple_due_at: datetime | None
    full_due_at: datetime | None
    received_at: datetime
    passed_at: datetime | None
    tlp: TlpLabel
    exercise: bool


class DisclosureFilter(Part):
    """Which reports."""

    state: Plain = Field("", max_length=9)


@operations.read(
    "/disclosures",
    scope=Scope.READINESS_READ,
    roles=frozenset({*WATCHES, Role.SPOC}),
    answer=Page[DisclosureOut],
    operation_id="listDisclosures",
)
def list_disclosures(request: ApiRequest, which: Query[DisclosureFilter]) -> dict[str, Any]:
    """Researchers' reports that you may see, newest first; an owner sees those that were passed on."""
    rows = Disclosure.objects.visible_to(request.viewer)
    rows = rows.filter(state=which.state) if which.state else rows
    return page(rows.order_by("-received_at", "pk"), which)


@operations.read(
    "/disclosures/{uuid:disclosure}",
    scope=Scope.READINESS_READ,
    roles=frozenset({*WATCHES, Role.SPOC}),
    answer=DisclosureOut,
    operation_id="getDisclosure",
)
def get_disclosure(request: ApiRequest, disclosure: UUID) -> Disclosure:
    """One researcher's report."""
    found: Disclosure = visible(Disclosure.objects.all(), request, disclosure)
    return found
