"""Who is first when there is no room for all."""

from __future__ import annotations

from paraat.cloud.models import Tenant
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform.actions import action, record

OVER = (Tenant.State.REFUSED, Tenant.State.DESTROYING, Tenant.State.DESTROYED)


@action
def set_priority(*, tenant: Tenant, priority: int, by: Actor, because: str) -> Tenant:
    """Give a tenant another place in the queue: 1 is first, 5 last. Invalid without a reason or for another number, Conflict when it is over."""
    if not because.strip():
        raise Invalid("Write why", field="because")
    if not 1 <= priority <= 5:
        raise Invalid("A priority is a number from 1 to 5", field="priority")
    before = tenant.priority
    if Tenant.objects.filter(pk=tenant.pk, priority=before).exclude(state__in=OVER).update(priority=priority) != 1:
        raise Conflict("Somebody else changed this tenant first; look again")
    tenant.refresh_from_db()
    detail = {"before": before, "priority": priority, "because": because.strip()}
    record("tenant.prioritised", by=by, on=tenant, organisation=tenant.organisation_id, detail=detail)
    return tenant
