"""What stays on this host after a tenant was destroyed, for a while: the exports that were made of it, and what a scanner put aside."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from paraat.cloud import configuration
from paraat.cloud.happening import tenant_changed
from paraat.cloud.models import Export, Restore, Tenant
from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.platform.actions import action, record


def kept_until(ended: datetime) -> datetime:
    """When the files of a tenant that was destroyed at `ended` go, by PARAAT_CLOUD_KEPT_DAYS."""
    return ended + timedelta(days=configuration.KEPT_DAYS.get())


def due(*, now: datetime) -> list[Tenant]:
    """The tenants that were destroyed so long ago, and of which something is still said to be here."""
    own = {"tenant": OuterRef("pk"), "removed_at": None}
    here = Exists(Export.objects.filter(**own).exclude(file="")) | Exists(
        Restore.objects.filter(**own).exclude(found=[])
    )
    over = now - timedelta(days=configuration.KEPT_DAYS.get())
    return list(Tenant.objects.filter(Q(here), state=Tenant.State.DESTROYED, destroyed_at__lte=over)[:50])


def held(tenant: Tenant) -> dict[str, int]:
    """How many exports, and how many restores with something put aside, are still here."""
    return {
        "exports": Export.objects.filter(tenant=tenant, removed_at=None).exclude(file="").count(),
        "put_aside": Restore.objects.filter(tenant=tenant, removed_at=None).exclude(found=[]).count(),
    }


@action
def say_removed(*, tenant: Tenant, files: Collection[str]) -> None:
    """These files are not there any more; the rows stay and say since when."""
    now = moment.now()
    exports = Export.objects.filter(tenant=tenant, removed_at=None).exclude(file="").update(removed_at=now)
    aside = Restore.objects.filter(tenant=tenant, removed_at=None).exclude(found=[]).update(removed_at=now)
    if not exports + aside:
        return
    detail = {"exports": exports, "put_aside": aside, "files": len(files)}
    record("tenant.remains_removed", by=SYSTEM, on=tenant, organisation=tenant.organisation_id, detail=detail)
    tenant_changed(tenant.pk, tenant.organisation_id)
