"""When certificates of a public authority are ordered, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from paraat.cloud.happening import tenant_changed
from paraat.cloud.models import PublicCertificate, Tenant
from paraat.cloud.rules import renewal
from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.platform.actions import action, record

CLAIM = timedelta(minutes=15)
"""How long an order may take; whoever died over one is followed by another after that."""


@action
def want_certificate(*, tenant: Tenant, names: Sequence[str]) -> None:
    """Have a certificate for these names ordered, at once when they are new."""
    now = moment.now()
    row, made = PublicCertificate.objects.get_or_create(tenant=tenant, defaults={"names": list(names), "due_at": now})
    if made or row.names != list(names):
        PublicCertificate.objects.filter(pk=row.pk).update(
            names=list(names), due_at=now, failures=0, error="", ends_at=None
        )
        detail = {"name": tenant.name, "names": list(names)}
        record("tenant.certificate_wanted", by=SYSTEM, on=tenant, organisation=tenant.organisation_id, detail=detail)


@action
def begin_order(*, certificate: PublicCertificate) -> bool:
    """Whether this process orders it: the first that moves its moment on."""
    now = moment.now()
    mine = PublicCertificate.objects.due(now).filter(pk=certificate.pk, due_at=certificate.due_at)
    return mine.update(due_at=now + CLAIM) == 1


@action
def end_order(
    *, certificate: PublicCertificate, began: datetime | None = None, ends: datetime | None = None, error: str = ""
) -> None:
    """Write down that it is there, from when until when, or why not; and when it is ordered next."""
    tenant, now = certificate.tenant, moment.now()
    rows = PublicCertificate.objects.filter(pk=certificate.pk)
    if began and ends:
        rows.update(due_at=renewal.renew_at(began, ends), failures=0, error="", ordered_at=now, ends_at=ends)
        verb, detail = "tenant.certificate_received", {"names": certificate.names, "until": ends.isoformat()}
    else:
        failures = certificate.failures + 1
        rows.update(due_at=now + renewal.pause(failures), failures=failures, error=error[:500])
        verb, detail = "tenant.certificate_failed", {"names": certificate.names, "error": error[:500]}
    record(verb, by=SYSTEM, on=tenant, organisation=tenant.organisation_id, detail={"name": tenant.name, **detail})
    tenant_changed(tenant.pk, tenant.organisation_id)
