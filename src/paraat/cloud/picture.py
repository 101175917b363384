"""What the overview and the page of one tenant show, read in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from paraat.cloud import catalog
from paraat.cloud.models import Step, Tenant, TenantService
from paraat.cloud.words import DEEDS, step_word

SOON = timedelta(days=3)
"""So long before its last day somebody has to decide."""


@dataclass(frozen=True, slots=True)
class Line:
    """One tenant on the overview: what is wrong with it, in words; empty when nothing is."""

    tenant: Tenant
    services: tuple[TenantService, ...]
    wrong: tuple[str, ...]
    rank: int  # 0 trouble, 1 waits for a person, 2 busy, 3 in order

    @property
    def kind(self) -> str:
        """How the line looks."""
        return ("silent", "waiting", "waiting", "known")[self.rank]

    @property
    def working(self) -> int:
        """How many of its services work."""
        return sum(one.health == "healthy" for one in self.services)


def lines(tenants: Iterable[Tenant], now: datetime) -> list[Line]:
    """Tenants (with `seen` fetched), trouble first."""
    return sorted((_line(one, now) for one in tenants), key=lambda one: (one.rank, one.tenant.requested_at))


def _line(tenant: Tenant, now: datetime) -> Line:
    seen, wrong = tuple(tenant.seen.all()), tuple(troubles(tenant, now))
    waits = tenant.state in {"requested", "approved"} or bool(tenant.until and tenant.until - now < SOON)
    busy = tenant.state in {"queued", "starting", "destroying"}
    rank = 0 if wrong else 1 if waits else 2 if busy else 3
    return Line(tenant, seen, wrong, rank)


def troubles(tenant: Tenant, now: datetime) -> Iterator[str]:
    """What keeps a tenant from being in order, one sentence each, as people say it."""
    from django.utils.translation import gettext as _

    if tenant.trouble:
        yield tenant.trouble
    if tenant.over_disk:
        yield _("Its data take more disk than its budget allows.")
    if tenant.until and tenant.until < now and tenant.state not in {"destroyed", "refused", "destroying"}:
        yield _("Its last day has passed: extend it, or wind it down.")
    if tenant.state in {"verified", "restored", "handed_over"}:
        names = [one.service for one in tenant.seen.all() if one.health in {"unhealthy", "absent"}]
        if names:
            yield _("Does not work now: %(services)s") % {"services": ", ".join(names)}


# Steps ----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One step as the page shows it."""

    step: Step
    title: str
    seconds: float | None  # how long it took, or takes already

    @property
    def state(self) -> str:
        """waiting, running, done, failed."""
        return str(self.step.state)


@dataclass(frozen=True, slots=True)
class Deed:
    """One start, restore or end with its steps."""

    title: str
    run: int
    rows: tuple[Row, ...]

    @property
    def began(self) -> datetime | None:
        """When its first step began."""
        return min((row.step.began_at for row in self.rows if row.step.began_at), default=None)

    @property
    def done(self) -> int:
        """Steps that are done."""
        return sum(row.state == "done" for row in self.rows)

    @property
    def failed(self) -> bool:
        """Whether a step went wrong."""
        return any(row.state == "failed" for row in self.rows)

    @property
    def going(self) -> bool:
        """Whether it is not over."""
        return any(row.state in {"running", "waiting"} for row in self.rows) and not self.failed

    @property
    def seconds(self) -> float | None:
        """From the first step's begin to the last one's end; None while it goes on."""
        ends = [row.step.ended_at for row in self.rows]
        if self.began is None or not all(ends):
            return None
        return (max(end for end in ends if end) - self.began).total_seconds()


def deeds(steps: Iterable[Step], language: str, now: datetime) -> list[Deed]:
    """The steps of a tenant by deed, the newest first."""
    grouped: dict[tuple[int, str], list[Row]] = {}
    for step in steps:
        grouped.setdefault((step.run, step.deed), []).append(
            Row(step, step_word(step.name, language), _took(step, now))
        )
    made = [Deed(str(DEEDS.get(deed, deed)), run, tuple(rows)) for (run, deed), rows in grouped.items()]
    return sorted(made, key=lambda one: (one.run, one.began or now), reverse=True)


def _took(step: Step, now: datetime) -> float | None:
    if step.began_at is None:
        return None
    return max(0.0, ((step.ended_at or now) - step.began_at).total_seconds())


# Services and addresses -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service of a tenant: what it is, how it is, what was proven, and where it is reached."""

    name: str
    title: str
    text: str
    seen: TenantService | None
    addresses: tuple[str, ...]


def service_lines(tenant: Tenant, language: str, ports: dict[str, int]) -> list[ServiceLine]:
    """Every service that was chosen, in the order in which they start."""
    seen = {one.service: one for one in tenant.seen.all()}
    known = catalog.services()
    names = [name for name in known if name in tenant.services]
    return [
        ServiceLine(
            name,
            known[name].title(language),
            known[name].text(language),
            seen.get(name),
            tuple(addresses(known[name], tenant.domain, ports)),
        )
        for name in names
    ]


def addresses(service: Any, domain: str, ports: dict[str, int]) -> Iterator[str]:
    """What people type to reach a service through the entrance."""
    plain = {"https": 443, "imaps": 993, "submissions": 465}
    for port in service.ports:
        if port.entrance not in plain:
            continue
        host = f"{port.host}.{domain}" if port.host else domain
        number = ports.get(port.entrance, plain[port.entrance])
        tail = "" if number == plain[port.entrance] else f":{number}"
        yield (
            f"https://{host}{tail}/" if port.entrance == "https" else f"{host}{tail or f':{number}'} ({port.entrance})"
        )
