"""What is kept of a tenant and what was brought back: listed, and a backup asked for now. A restore wants a person on the page."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Query
from pydantic import Field

from paraat.cloud.actions import backups as actions
from paraat.cloud.models import Backup, Restore, Tenant
from paraat.kernel.marking import TEAM, WATCHES, Role
from paraat.platform.api import Answer, ApiRequest, Operations, Page, Part, Scope, page, visible

operations = Operations(tags=["emergency cloud"])
READS = WATCHES | {Role.SPOC}


class BackupOut(Answer):
    """One snapshot of a tenant's data."""

    id: UUID
    tenant: UUID = Field(validation_alias="tenant_id")
    state: str = Field(description="waiting, running, done or failed")
    snapshot: str
    because: str
    by: str
    began_at: datetime
    ended_at: datetime | None
    bytes: int
    files: int
    checked_at: datetime | None = Field(description="when the repository was last read through and found whole")
    forgotten_at: datetime | None = Field(description="when it was removed by the rule of what is kept")
    error: str


class RestoreOut(Answer):
    """Something brought back, from a backup or from the victim's own export."""

    id: UUID
    tenant: UUID = Field(validation_alias="tenant_id")
    backup: UUID | None = Field(validation_alias="backup_id")
    source: str = Field(description="the file that was taken in, when it is no backup")
    kind: str
    service: str
    paths: list[str]
    because: str = Field(description="why this point in time is clean")
    state: str = Field(description="waiting, running, done or failed")
    by: str
    began_at: datetime
    ended_at: datetime | None
    bytes: int
    files: int
    same: bool | None = Field(description="whether the hash of every file equals that of the backup")
    scanned: str
    error: str


@operations.read(
    "/tenants/{uuid:tenant}/backups",
    scope=Scope.CASES_READ,
    roles=READS,
    answer=Page[BackupOut],
    operation_id="listBackups",
)
def list_backups(request: ApiRequest, tenant: UUID, which: Query[Part]) -> dict[str, Any]:
    """What was kept of an emergency cloud, newest first."""
    return page(Backup.objects.filter(tenant=_tenant(request, tenant)).order_by("-began_at", "pk"), which)


@operations.read(
    "/tenants/{uuid:tenant}/restores",
    scope=Scope.CASES_READ,
    roles=READS,
    answer=Page[RestoreOut],
    operation_id="listRestores",
)
def list_restores(request: ApiRequest, tenant: UUID, which: Query[Part]) -> dict[str, Any]:
    """What was brought back or taken in, newest first."""
    return page(Restore.objects.filter(tenant=_tenant(request, tenant)).order_by("-began_at", "pk"), which)


@operations.write(
    "/tenants/{uuid:tenant}/backups",
    scope=Scope.CASES_WRITE,
    roles=TEAM,
    answer=BackupOut,
    status=201,
    operation_id="backUpTenant",
)
def back_up(request: ApiRequest, tenant: UUID) -> Backup:
    """Ask for a backup now; the list says when it is done. 409 while something is kept or brought back, or when there is nothing yet."""
    return actions.back_up(tenant=_tenant(request, tenant), by=request.actor, because="by hand")


def _tenant(request: ApiRequest, key: UUID) -> Tenant:
    found: Tenant = visible(Tenant.objects.select_related("organisation"), request, key)
    return found
