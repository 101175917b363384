"""Operations of the API about findings, the doubtful among them, and hosts that nobody owns."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.kernel.errors import NotFound
from paraat.kernel.marking import MEMBERS, TEAM, WATCHES
from paraat.observations import actions
from paraat.observations.models import Finding, UnassignedHost
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible
from paraat.registry.models import Organisation

operations = Operations(tags=["findings"])
Words = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\u0000]*$")]


class FindingOut(Answer):
    """What a file says of one organisation and one host."""

    id: UUID
    run: UUID
    organisation: UUID = Field(validation_alias="organisation_id")
    target: str
    classification: str
    severity: int
    certainty: str
    reason: str
    because: str = Field(description="what on file explains it")
    rows: int
    listed_at: datetime
    decision: str = Field(description="of a perhaps: yes, no, or empty while it is open")
    exercise: bool
    tlp: TlpLabel


class FindingFilter(Part):
    """Which findings."""

    organisation: UUID | None = None
    run: UUID | None = None
    certainty: Plain = Field("", max_length=10)
    undecided: bool = Field(False, description="only a perhaps that nobody has decided")


@operations.read(
    "/findings",
    scope=Scope.FEEDS_READ,
    roles=MEMBERS,
    answer=Page[FindingOut],
    operation_id="listFindings",
)
def list_findings(request: ApiRequest, which: Query[FindingFilter]) -> dict[str, Any]:
    """What files say of organisations that you may see, newest first. A perhaps is shown to the team and to auditors."""
    rows = Finding.objects.visible_to(request.viewer)
    rows = rows if request.viewer.has(*WATCHES) else rows.telling()
    rows = rows.open_perhaps() if which.undecided else rows
    exact = {name: value for name in ("organisation", "run", "certainty") if (value := getattr(which, name))}
    return page(rows.filter(**exact).order_by("-listed_at", "target", "pk"), which)


class Decision(Schema):
    """Whether the organisations are really meant."""

    findings: list[UUID] = Field(min_length=1, max_length=500)
    yes: bool
    note: Words = ""


class Count(Answer):
    """How many were changed."""

    number: int


@operations.write("/perhaps/decide", scope=Scope.FEEDS_WRITE, roles=TEAM, answer=Count, operation_id="decidePerhaps")
def decide(request: ApiRequest, decision: Decision) -> dict[str, int]:
    """Decide doubtful findings, all or none; whoever is meant is told. 409 when somebody decided one meanwhile."""
    number = actions.decide_perhaps(findings=decision.findings, yes=decision.yes, by=request.actor, note=decision.note)
    return {"number": number}


class Host(Answer):
    """A host of interest that nobody owns."""

    id: UUID
    run: UUID
    host: str
    why: str
    hints: list[UUID] = Field(description="organisations that its name makes one think of")
    listed_at: datetime
    rows: int
    state: str
    assigned_to: UUID | None = Field(validation_alias="assigned_to_id")
    handed_to: UUID | None = Field(validation_alias="handed_to_id")
    receipt: str
    exercise: bool


class HostFilter(Part):
    """Which hosts."""

    run: UUID | None = None
    state: Plain = Field("open", max_length=12)


@operations.read("/unassigned", scope=Scope.FEEDS_READ, roles=WATCHES, answer=Page[Host], operation_id="listUnassigned")
def list_unassigned(request: ApiRequest, which: Query[HostFilter]) -> dict[str, Any]:
    """Hosts of interest that nobody owns."""
    exact = {name: value for name in ("run", "state") if (value := getattr(which, name))}
    return page(
        UnassignedHost.objects.visible_to(request.viewer).filter(**exact).order_by("-listed_at", "host", "pk"), which
    )


class Assignment(Schema):
    """Whose a host is."""

    organisation: UUID
    value: Annotated[str, StringConstraints(max_length=255, pattern=r"^[^\u0000]*$")] = Field(
        "", description="the host itself, which it is when left out, or a domain above it"
    )
    note: Words = ""


@operations.write(
    "/unassigned/{uuid:host}/assign",
    scope=Scope.FEEDS_WRITE,
    roles=TEAM,
    answer=list[FindingOut],
    operation_id="assignHost",
)
def assign(request: ApiRequest, host: UUID, whose: Assignment) -> list[Finding]:
    """Say whose a host is, so that later lists know it. The answer is what its run now says of the organisation."""
    found: UnassignedHost = visible(UnassignedHost.objects.all(), request, host)
    organisation = visible(Organisation.objects.all(), request, whose.organisation)
    return actions.assign_host(
        host=found, organisation=organisation, value=whose.value or found.host, by=request.actor, note=whose.note
    )


class HandOver(Schema):
    """To whom hosts are handed over, and the receipt."""

    hosts: list[UUID] = Field(min_length=1, max_length=500)
    partner: UUID
    receipt: Words = Field(min_length=1, description="who took it, how, under what number")
    note: Words = ""


@operations.write(
    "/unassigned/hand-over", scope=Scope.FEEDS_WRITE, roles=TEAM, answer=Count, operation_id="handOverHosts"
)
def hand_over(request: ApiRequest, what: HandOver) -> dict[str, int]:
    """Hand hosts outside our constituency to their own team."""
    partner = Organisation.objects.visible_to(request.viewer).filter(pk=what.partner).first()
    if partner is None:
        raise NotFound()
    number = actions.hand_over_hosts(
        hosts=what.hosts, partner=partner, receipt=what.receipt, by=request.actor, note=what.note
    )
    return {"number": number}


class Leave(Schema):
    """Why hosts are left as they are."""

    hosts: list[UUID] = Field(min_length=1, max_length=500)
    reason: Words = Field(min_length=1)


@operations.write("/unassigned/leave", scope=Scope.FEEDS_WRITE, roles=TEAM, answer=Count, operation_id="leaveHosts")
def leave(request: ApiRequest, what: Leave) -> dict[str, int]:
    """Leave hosts as they are, for a reason."""
    return {"number": actions.leave_hosts(hosts=what.hosts, reason=what.reason, by=request.actor)}
