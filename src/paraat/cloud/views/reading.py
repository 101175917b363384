"""Who opens the screens of the emergency cloud, and the rows that they may see: a victim its own, the team and its auditor all."""

from __future__ import annotations

from uuid import UUID

from paraat.alerts.views.acting import WATCHES, WORKS, found
from paraat.cloud.models import Tenant
from paraat.kernel.marking import Role
from paraat.platform.guard import Request

READS = (*WATCHES, Role.SPOC)
"""Who opens pages of tenants and preparations; `visible_to` decides which."""
LIVE = "tenants"
"""The topic under which every change of any tenant is told (`happening`)."""


def topic(tenant: UUID) -> str:
    """The topic of one tenant."""
    return f"tenant.{tenant}"


def tenant_of(request: Request, pk: UUID) -> Tenant:
    """The tenant, or 404: what one may not see does not exist."""
    rows = Tenant.objects.visible_to(request.viewer)
    rows = rows.select_related(
        "organisation", "case", "programme", "called_back_to", "requested_contact", "certificate"
    )
    tenant: Tenant = found(rows.prefetch_related("seen"), pk)
    return tenant


def is_own(request: Request, organisation: UUID) -> bool:
    """Whether the reader is the SPOC of this organisation."""
    return request.viewer.has(Role.SPOC) and organisation in request.viewer.own


def watches(request: Request) -> bool:
    """Whether the reader may read what is for the team: money, telephone numbers, who decided what against whom."""
    return request.viewer.has(*WATCHES)


def works(request: Request) -> bool:
    """Whether the reader decides."""
    return request.viewer.has(*WORKS)


__all__ = ["LIVE", "READS", "WATCHES", "WORKS", "found", "is_own", "tenant_of", "topic", "watches", "works"]
