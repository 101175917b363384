"""Tenants of the emergency cloud: listed, read, asked for, decided about. Who asks is the team or, for its own organisation, a SPOC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404
from ninja import Query, Schema
from pydantic import Field, StringConstraints

from paraat.accounts.models import User
from paraat.cloud import telling
from paraat.cloud.actions import tenants as actions
from paraat.cloud.models import Tenant
from paraat.kernel.errors import NotAllowed
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Plain, Scope, TlpLabel, page, visible
from paraat.registry.models import Contact, Organisation

operations = Operations(tags=["emergency cloud"])
READS = WATCHES | {Role.SPOC}
ASKS = TEAM | {Role.SPOC}
Words = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\u0000]*$", strip_whitespace=True)]
Why = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\u0000]*$", strip_whitespace=True)]


class TenantOut(Answer):
    """An emergency cloud."""

    id: UUID
    number: str
    name: str
    organisation: UUID = Field(validation_alias="organisation_id")
    case: UUID | None = Field(validation_alias="case_id")
    kind: str = Field(description="emergency, drill or exercise")
    state: str
    wanted: str = Field(description="what people decided: nothing, running, stopped or gone")
    driver: str
    real: bool = Field(
        description="whether clients can reach it; where it is false, verified says that it started and no more"
    )
    domain: str
    services: list[str]
    tlp: TlpLabel
    exercise: bool
    until: datetime | None = Field(description="somebody must decide about it then")
    requested_at: datetime
    called_back_at: datetime | None = Field(description="when a second contact confirmed the request")
    started_at: datetime | None
    healthy_at: datetime | None
    verified_at: datetime | None
    handed_over_at: datetime | None
    destroyed_at: datetime | None
    trouble: str


class TenantServiceOut(Schema):
    """One service as it was last seen."""

    service: str
    health: str
    restarts: int
    verified_at: datetime | None
    proven: list[str] = Field(description="what a real client proved")
    error: str


class TenantStepOut(Schema):
    """One step of the last run."""

    deed: str
    name: str
    state: str
    began_at: datetime | None
    seconds: float | None
    detail: str


class TenantStatusOut(Schema):
    """How an emergency cloud is now."""

    number: str
    state: str
    real: bool = Field(description="where it is false, no client proved anything")
    wanted: str
    trouble: str
    seconds: dict[str, float] = Field(description="from the request to started, healthy and verified")
    again_at: datetime | None = Field(description="when what failed is tried again by itself")
    seen: list[TenantServiceOut]
    addresses: dict[str, str]
    steps: list[TenantStepOut]


class TenantFilter(Part):
    """Which tenants."""

    state: Plain = Field("", max_length=12)
    organisation: UUID | None = None
    exercise: bool | None = Field(None, description="only exercises, or only real ones")


@operations.read("/tenants", scope=Scope.CASES_READ, roles=READS, answer=Page[TenantOut], operation_id="listTenants")
def list_tenants(request: ApiRequest, which: Query[TenantFilter]) -> dict[str, Any]:
    """Emergency clouds that you may see, newest first."""
    rows = Tenant.objects.visible_to(request.viewer)
    rows = rows.filter(state=which.state) if which.state else rows
    rows = rows.filter(organisation=which.organisation) if which.organisation else rows
    rows = rows if which.exercise is None else rows.filter(exercise=which.exercise)
    return page(rows.order_by("-requested_at", "pk"), which)


@operations.read(
    "/tenants/{uuid:tenant}", scope=Scope.CASES_READ, roles=READS, answer=TenantOut, operation_id="getTenant"
)
def get_tenant(request: ApiRequest, tenant: UUID) -> Tenant:
    """One emergency cloud."""
    return _one(request, tenant)


@operations.read(
    "/tenants/{uuid:tenant}/status",
    scope=Scope.CASES_READ,
    roles=READS,
    answer=TenantStatusOut,
    operation_id="getTenantStatus",
)
def get_status(request: ApiRequest, tenant: UUID) -> dict[str, Any]:
    """Its services, addresses and the steps of its last run."""
    return telling.whole(_one(request, tenant))


class TenantIn(Schema):
    """What is asked for."""

    organisation: UUID
    services: list[Annotated[str, StringConstraints(max_length=40, pattern="^[a-z-]+$")]] = Field(
        default_factory=list, max_length=50, description="names of the catalog, or all; empty: those prepared"
    )
    consent: Words = Field(
        "", description="who of the organisation agreed, how and when; for an officer who asks on behalf"
    )
    exercise: bool = False


@operations.write(
    "/tenants", scope=Scope.CASES_WRITE, roles=ASKS, answer=TenantOut, status=201, operation_id="requestTenant"
)
def request_tenant(request: ApiRequest, given: TenantIn) -> Tenant:
    """Ask for an emergency cloud. A SPOC asks for its own organisation; an officer on its behalf, with its consent."""
    organisation = Organisation.objects.filter(pk=given.organisation).first()
    own = given.organisation in request.viewer.own
    if organisation is None or not (request.viewer.is_team or own):
        raise Http404
    return actions.request_tenant(
        organisation=organisation,
        by=request.actor,
        services=given.services,
        consent=given.consent if request.viewer.is_team else "",
        exercise=given.exercise and request.viewer.is_team,
        user=User.objects.get(pk=request.owner) if own else None,
    )


class TenantApprovalIn(Schema):
    """An approval."""

    override_because: Words = Field("", description="why it may go above the programme's envelope; coordinators only")
    days: int | None = Field(None, ge=1, le=366, description="the programme's default when it is not said")


@operations.write(
    "/tenants/{uuid:tenant}/approve",
    scope=Scope.CASES_WRITE,
    roles=TEAM,
    answer=TenantOut,
    operation_id="approveTenant",
)
def approve_tenant(request: ApiRequest, tenant: UUID, given: TenantApprovalIn) -> Tenant:
    """Give it its budget from the programme's envelope. 409 when it does not fit and nobody overrides."""
    return actions.approve_tenant(
        tenant=_one(request, tenant), by=request.actor, override_because=given.override_because, days=given.days
    )


class TenantCallBackIn(Schema):
    """A call to a second contact."""

    contact: UUID = Field(description="of the same organisation, and not who asked")


@operations.write(
    "/tenants/{uuid:tenant}/call-back",
    scope=Scope.CASES_WRITE,
    roles=TEAM,
    answer=TenantOut,
    operation_id="callBackTenant",
)
def call_back(request: ApiRequest, tenant: UUID, given: TenantCallBackIn) -> Tenant:
    """Note that a second contact, called on a number on file, confirmed the request."""
    row = _one(request, tenant)
    contact = Contact.objects.filter(pk=given.contact, organisation=row.organisation_id).first()
    if contact is None:
        raise NotAllowed("This contact does not answer for the organisation")
    return actions.call_back(tenant=row, contact=contact, by=request.actor)


@operations.write(
    "/tenants/{uuid:tenant}/start", scope=Scope.CASES_WRITE, roles=TEAM, answer=TenantOut, operation_id="startTenant"
)
def start_tenant(request: ApiRequest, tenant: UUID) -> Tenant:
    """Start it; ask for its status to follow. 409 before the call-back."""
    return actions.start_tenant(tenant=_one(request, tenant), by=request.actor)


class TenantEndIn(Schema):
    """Why it ends."""

    because: Why


@operations.write(
    "/tenants/{uuid:tenant}/stop", scope=Scope.CASES_WRITE, roles=TEAM, answer=TenantOut, operation_id="stopTenant"
)
def stop_tenant(request: ApiRequest, tenant: UUID, given: TenantEndIn) -> Tenant:
    """Wind it down: nothing runs, everything is kept."""
    return actions.stop_tenant(tenant=_one(request, tenant), by=request.actor, because=given.because)


class TenantDestructionIn(TenantEndIn):
    """The end, said twice."""

    number: Plain = Field(max_length=14, description="the tenant's number, to confirm")
    keep_backups: bool = True


@operations.write(
    "/tenants/{uuid:tenant}/destroy",
    scope=Scope.CASES_WRITE,
    roles=TEAM,
    answer=TenantOut,
    operation_id="destroyTenant",
)
def destroy_tenant(request: ApiRequest, tenant: UUID, given: TenantDestructionIn) -> Tenant:
    """Have nothing left of it. It is destroyed when `destroyed_at` says so: the engine was looked through and nothing was found."""
    row = _one(request, tenant)
    if given.number != row.number:
        raise NotAllowed("This is not the number of the tenant")
    return actions.destroy_tenant(tenant=row, by=request.actor, because=given.because, keep_backups=given.keep_backups)


def _one(request: ApiRequest, key: UUID) -> Tenant:
    found: Tenant = visible(Tenant.objects.select_related("organisation"), request, key)
    return found
