"""What the host has and what its tenants take, gathered for `rules.capacity`; remembered for seconds, since asking an engine costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.core.cache import caches

from paraat.cloud import catalog, configuration, drivers
from paraat.cloud.models import Tenant
from paraat.cloud.rules import capacity as rules
from paraat.cloud.rules.capacity import NOTHING, Share, Size, Waiting
from paraat.cloud.workload import Budget
from paraat.kernel.errors import ParaatError
from paraat.platform import moment

T = TypeVar("T")
SECONDS = 10
"""For so long a process remembers what the engine said."""
SAMPLE = 25
"""So many tenants are measured at most."""
RUNNING = ("starting", "verified", "restored", "handed_over")


@dataclass(frozen=True, slots=True)
class Engine:
    """What the configured driver says of itself. `total` is None when it cannot say what the host has."""

    name: str
    lacks: tuple[str, ...]  # plain sentences with what to install; empty: ready
    total: Size | None = None
    free: Size | None = None
    hosts: int = 1

    @property
    def ready(self) -> bool:
        """Whether something can be started."""
        return not self.lacks


def engine() -> Engine:
    """What runs here, at most ten seconds old."""
    return _remembered(f"cloud:engine:{configuration.DRIVER.get()}", _engine)


def _engine() -> Engine:
    name = configuration.DRIVER.get()
    try:
        driver = drivers.configured()
        lacks = tuple(driver.lacks())
        if lacks:
            return Engine(name, lacks)
        has = driver.capacity()
    except ParaatError as error:
        return Engine(name, (str(error),))
    total = Size(has.memory / rules.MB, has.cpu_millis, has.disk / rules.MB)
    free = Size(has.memory_free / rules.MB, has.cpu_millis, has.disk_free / rules.MB)
    return Engine(name, (), total, free, has.hosts)


def weights() -> dict[str, Budget]:
    """The weight of every service of the catalog."""
    return {one.name: one.weight for one in catalog.services().values()}


def measured() -> dict[str, Size]:
    """What each tenant that runs takes now, by name, at most ten seconds old; those that the engine cannot tell of are left out."""
    return _remembered("cloud:use", _measured)


def _measured() -> dict[str, Size]:
    running = Tenant.objects.filter(state__in=RUNNING).exclude(started_at=None).order_by("-started_at")
    found, now = {}, moment.now()
    for name, started in running.values_list("name", "started_at")[:SAMPLE]:
        try:
            use = drivers.configured().use(name)
        except ParaatError:
            continue
        seconds = max((now - started).total_seconds(), 1)
        found[name] = Size(use.memory / rules.MB, use.cpu_seconds / seconds * 1000, use.disk / rules.MB)
    return found


def known_share() -> Share:
    """What tenants take of their weight, as measured on those that run."""
    had = measured()
    of = Tenant.objects.filter(name__in=had).alive().values_list("name", "services")
    return rules.share([(had[name], rules.weight(services, weights())) for name, services in of])


def size_of(services: Iterable[str], known: Share | None = None) -> Size:
    """What a tenant with these services will take."""
    return rules.size(catalog.chosen(_in_catalog(services)), weights(), known or known_share())


def left(known: Share, *, besides: Tenant | None = None) -> Size | None:
    """What may still be given away: free, less the reserve, the processor promised to others, and what is starting and not yet seen.

    None where the engine cannot say what it has. `besides`: as if this tenant were not there.
    """
    has = engine()
    if has.total is None or has.free is None:
        return None
    rows = Tenant.objects.filter(state__in=RUNNING).values_list("services", "state")
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    promised = NOTHING
    for services, state in rows:
        one = size_of(services, known)
        promised = promised + (one if state == Tenant.State.STARTING else Size(0, one.cpu_millis, 0))
    return rules.at_least_nothing(rules.room(has.total, has.free) - promised)


def queue(known: Share) -> list[Waiting]:
    """Who waits for room, first one first."""
    rows = Tenant.objects.filter(state=Tenant.State.QUEUED).values_list("pk", "priority", "state_at", "services")
    return rules.ordered(Waiting(str(pk), first, since, size_of(names, known)) for pk, first, since, names in rows)


def has_room_for(tenant: Tenant) -> bool:
    """Whether this tenant may start now: it fits, and so does everybody who is before it. Yes where the engine cannot say what it has."""
    known = known_share()
    free = left(known, besides=tenant)
    if free is None:
        return True
    me = Waiting(str(tenant.pk), tenant.priority, tenant.state_at, size_of(tenant.services, known))
    others = [one for one in queue(known) if one.id != me.id]
    return me in rules.admitted(free, [*others, me])


def _in_catalog(services: Iterable[str]) -> list[str]:
    known = catalog.services()
    return [name for name in services if name in known]


def _remembered(key: str, ask: Callable[[], T]) -> T:
    found: Any = caches["local"].get(key)
    if found is None:
        found = ask()
        caches["local"].set(key, found, SECONDS)
    return cast("T", found)
