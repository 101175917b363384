"""Certificates of a public authority for tenants that are served: orders what is due, and has the entrance serve it."""

from __future__ import annotations

import logging

from paraat.cloud import drivers, entering, ordering
from paraat.cloud.actions.certificates import begin_order, end_order, want_certificate
from paraat.cloud.models import PublicCertificate, Tenant
from paraat.kernel.errors import ParaatError
from paraat.platform import moment

_log = logging.getLogger("paraat.cloud")


def order_due() -> int:
    """Order what is wanted, about to end, or failed a while ago; returns how many came. Nothing where no authority is configured."""
    if not ordering.configured():
        return 0
    for tenant in _served():
        if names := entering.names_of(tenant):
            want_certificate(tenant=tenant, names=names)
    came = [row.tenant.driver for row in _due() if begin_order(certificate=row) and _order(row)]
    for name in sorted(set(came)):
        entering.enter(drivers.named(name))
    return len(came)


def _served() -> list[Tenant]:
    """Real ones only: nothing of a drill or an exercise leaves the house, and a name in a public log of certificates has left it."""
    served = Tenant.objects.real().filter(
        wanted=Tenant.Wanted.RUNNING, kind=Tenant.Kind.EMERGENCY, healthy_at__isnull=False
    )
    return list(served.exclude(driver="memory"))


def _due() -> list[PublicCertificate]:
    rows = PublicCertificate.objects.due(moment.now()).filter(tenant__in=[one.pk for one in _served()])
    return list(rows.select_related("tenant").order_by("due_at"))


def _order(row: PublicCertificate) -> bool:
    try:
        began, ends = ordering.order(row.names)
    except ParaatError as error:
        _log.warning("a certificate was not issued", extra={"tenant": row.tenant.name, "reason": str(error)})
        end_order(certificate=row, error=str(error))
        return False
    end_order(certificate=row, began=began, ends=ends)
    return True
