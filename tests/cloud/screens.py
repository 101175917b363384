"""A tenant in any state, as the screens show it: rows only, nothing runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from paraat.accounts.middleware import actor_of
from paraat.cloud.actions import tenants as actions
from paraat.cloud.models import Preparation, Programme, Step, Tenant, TenantService
from paraat.kernel.actor import Actor
from paraat.platform import moment
from paraat.registry.models import Organisation
from tests import cast

CONSENT = "The mayor, by telephone at 02:10, number from the card"


def officer() -> Actor:
    return actor_of(cast.duty_officer())


def programme(**fields: Any) -> Programme:
    known = {"name": "2026", "envelope_cents": 1_000_000, "begins_on": moment.today() - timedelta(days=10)}
    return Programme.objects.create(**(known | fields))


def requested(town: Organisation | None = None, **more: Any) -> Tenant:
    given = {"services": ["web"], "consent": CONSENT} | more
    return actions.request_tenant(organisation=town or cast.ronse(), by=officer(), **given)


def approved(town: Organisation | None = None, **more: Any) -> Tenant:
    if not Programme.objects.exists():
        programme()
    return actions.approve_tenant(tenant=requested(town, **more), by=officer())


def running(
    town: Organisation | None = None, *, state: str = "verified", health: str = "healthy", **more: Any
) -> Tenant:
    """As the engine would have left it: started, proven, with its steps."""
    tenant, now = approved(town, **more), moment.now()
    began = now - timedelta(minutes=2)
    Tenant.objects.filter(pk=tenant.pk).update(
        state=state, state_at=now, wanted="running", started_at=began, healthy_at=began, verified_at=now
    )
    for place, name in enumerate(["network", "web", "verified"]):
        Step.objects.create(
            tenant=tenant, deed="start", name=name, order=place, state="done", began_at=began,
            ended_at=began + timedelta(seconds=1.5), detail="It answered" if name == "web" else "",
        )  # fmt: skip
    TenantService.objects.create(
        tenant=tenant, service="web", health=health, seen_at=now, verified_at=now, proven=["The page has its title"]
    )
    tenant.refresh_from_db()
    return tenant


def prepared(town: Organisation | None = None, **fields: Any) -> Preparation:
    town = town or cast.ronse()
    known = {"services": ["web"], "label": town.name.lower(), "changed_at": moment.now(), "tlp": 3}
    return Preparation.objects.create(organisation=town, **(known | fields))
