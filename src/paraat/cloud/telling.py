"""A tenant as machines and the command line read it, and which one somebody means."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from paraat.cloud import preparing, trying
from paraat.cloud.models import Tenant
from paraat.kernel.errors import Invalid, NotFound, ParaatError
from paraat.kernel.marking import Tlp
from paraat.registry.naming import the_one


def find(words: str) -> Tenant:
    """The tenant with this number, id or name, else the living one of the organisation called so. NotFound for none, Invalid for several."""
    text = words.strip()
    named = Tenant.objects.filter(number__iexact=text) | Tenant.objects.alive().filter(name=text.lower())
    found = named.select_related("organisation").first() or _by_id(text) or _of_organisation(text)
    if found is None:
        raise NotFound("There is no such tenant", tenant=words)
    return found


def _by_id(text: str) -> Tenant | None:
    try:
        return Tenant.objects.select_related("organisation").filter(pk=UUID(text)).first()
    except ValueError:
        return None


def _of_organisation(text: str) -> Tenant | None:
    try:
        organisation = the_one(text)
    except NotFound:
        return None
    rows = list(Tenant.objects.alive().filter(organisation=organisation, kind=Tenant.Kind.EMERGENCY)[:2])
    if len(rows) > 1:
        raise Invalid("This organisation has several. Which one?", numbers=", ".join(one.number for one in rows))
    return rows[0] if rows else None


def summary(tenant: Tenant) -> dict[str, Any]:
    """A tenant in one line of JSON. No secret is in it."""
    return {
        "id": str(tenant.pk),
        "number": tenant.number,
        "name": tenant.name,
        "organisation": tenant.organisation.name,
        "kind": tenant.kind,
        "state": tenant.state,
        "real": tenant.real,
        "wanted": tenant.wanted,
        "driver": tenant.driver,
        "domain": tenant.domain,
        "services": list(tenant.services),
        "tlp": Tlp(tenant.tlp).label,
        "exercise": tenant.exercise,
        "until": _iso(tenant.until),
        "requested_at": _iso(tenant.requested_at),
        "called_back_at": _iso(tenant.called_back_at),
        "verified_at": _iso(tenant.verified_at),
        "over_envelope": tenant.over_envelope,
        "trouble": tenant.trouble,
    }


def whole(tenant: Tenant) -> dict[str, Any]:
    """A tenant with its services, addresses, budget and the steps of its last run."""
    last = tenant.steps.order_by("-run").values_list("run", flat=True).first() or 0
    return summary(tenant) | {
        "budget": {name: getattr(tenant, name) for name in ("memory_mb", "cpu_millis", "disk_gb", "cents_per_day")},
        "seconds": seconds(tenant),
        "again_at": _iso(trying.again_at(tenant)),
        "seen": [_service(row) for row in tenant.seen.all()],
        "addresses": addresses(tenant),
        "steps": [_step(step) for step in tenant.steps.filter(run=last)],
        "proof": tenant.proof,
    }


def seconds(tenant: Tenant) -> dict[str, float]:
    """Seconds from the request to each moment that was reached."""
    reached = {"started": tenant.started_at, "healthy": tenant.healthy_at, "verified": tenant.verified_at}
    return {name: round((at - tenant.requested_at).total_seconds(), 3) for name, at in reached.items() if at}


def addresses(tenant: Tenant) -> dict[str, str]:
    """Where people find each service; empty for what the catalog no longer has."""
    try:
        return dict(preparing.hosts(tenant))
    except ParaatError:
        return {}


def _service(row: Any) -> dict[str, Any]:
    return {
        "service": row.service,
        "health": row.health,
        "restarts": row.restarts,
        "verified_at": _iso(row.verified_at),
        "proven": row.proven,
        "error": row.error,
    }


def _step(step: Any) -> dict[str, Any]:
    took = (step.ended_at - step.began_at).total_seconds() if step.ended_at and step.began_at else None
    fields = {"deed": step.deed, "name": step.name, "state": step.state, "began_at": _iso(step.began_at)}
    return fields | {"seconds": took, "detail": step.detail}


def _iso(at: Any) -> str | None:
    return at.isoformat() if at else None
