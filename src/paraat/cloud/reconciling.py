"""Which tenants are not as they are wanted: something died, drifted from its manifests, is left half done, or waits for room."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from paraat.cloud import bringing, drivers, entering, room, trying
from paraat.cloud.actions import progress
from paraat.cloud.models import Tenant
from paraat.cloud.rules import life
from paraat.cloud.starting import Starting
from paraat.kernel.errors import Conflict, ParaatError
from paraat.platform import moment

_log = logging.getLogger("paraat.cloud")
GB = 1_000_000_000


def not_as_wanted() -> Iterator[UUID]:
    """Tenants to be brought about now, those that wait for room in the order in which they may start."""
    now = moment.now()
    for tenant in Tenant.objects.alive().exclude(wanted=Tenant.Wanted.NOTHING).order_by("priority", "state_at", "pk"):
        if not _failed_lately(tenant, now) and _differs(tenant):
            yield tenant.pk


def _differs(tenant: Tenant) -> bool:
    if tenant.wanted == Tenant.Wanted.STOPPED:
        return tenant.state not in {Tenant.State.STOPPED, Tenant.State.EXPORTED}
    if tenant.wanted == Tenant.Wanted.GONE:
        return True
    if tenant.state == Tenant.State.QUEUED:
        return room.has_room_for(tenant)
    if tenant.state not in life.PROVEN:
        return tenant.state in life.RUNS
    return _runs_otherwise(tenant)


def _runs_otherwise(tenant: Tenant) -> bool:
    """Whether a tenant that was proven is no longer so, or somebody died over it; not looked at while somebody works on it."""
    try:
        with bringing.alone(tenant.pk, patience=0):
            needed = Starting(tenant, drivers.named(tenant.driver), lambda _: None).needed()
            return needed or tenant.steps.filter(state__in=progress.OPEN).exists()
    except Conflict:
        return False
    except ParaatError as error:
        _log.warning("a tenant could not be looked at", extra={"tenant": tenant.name, "reason": str(error)})
        return True


def _failed_lately(tenant: Tenant, now: datetime) -> bool:
    again = trying.again_at(tenant)
    return again is not None and now < again


def serve() -> None:
    """Have the entrance there, with certificates that are not about to end, wherever a tenant runs."""
    for name in (
        Tenant.objects.filter(state__in=life.PROVEN).values_list("driver", flat=True).distinct().order_by("driver")
    ):
        try:
            entering.enter(drivers.named(name))
        except ParaatError as error:
            _log.warning("the entrance does not serve", extra={"driver": name, "reason": str(error)})


def measure() -> None:
    """Compare what every tenant that runs holds on disk with its budget; one that cannot be measured keeps no other from it."""
    for tenant in Tenant.objects.filter(state__in=life.RUNS).select_related("organisation"):
        try:
            used = drivers.named(tenant.driver).use(tenant.name).disk
        except ParaatError as error:
            _log.warning("a tenant could not be measured", extra={"tenant": tenant.name, "reason": str(error)})
            continue
        progress.say_full(tenant=tenant, full=used > tenant.disk_gb * GB, bytes_used=used)
