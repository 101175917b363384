"""What the one entrance serves: the routes of every tenant that is to run and is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection

from paraat.cloud import catalog, preparing
from paraat.cloud.drivers.base import Driver, Route
from paraat.cloud.models import Tenant

_LOCK = 0x50434C45
"""The advisory lock of whoever speaks to the entrance: two that start at once must not undo each other's routes."""


def enter(driver: Driver) -> Mapping[str, tuple[str, int]]:
    """Have the entrance serve exactly the tenants that are to run; gives where it listens."""
    with _alone():
        return driver.enter(routes(driver.name))


def routes(driver: str) -> list[Route]:
    """Every way in to every tenant of an engine."""
    running = Tenant.objects.filter(driver=driver, wanted=Tenant.Wanted.RUNNING, healthy_at__isnull=False)
    reached = running.exclude(
        kind=Tenant.Kind.DRILL
    )  # nobody comes in to a drill: its clients go straight to the services
    return [route for tenant in reached.order_by("pk") for route in routes_of(tenant)]


def routes_of(tenant: Tenant) -> Iterator[Route]:
    """The ways in to one tenant, all with one certificate for its names."""
    wanted = _wanted(tenant)
    if not wanted:
        return
    certificate, key = certificate_for(names_of(tenant))
    for host, kind, service, port in wanted:
        yield Route(host, kind, tenant.name, service, port, certificate, key)


def forget(tenant: Tenant) -> None:
    """The keys and certificates of a tenant that is no longer served are gone from this host."""
    from paraat.cloud import certificates, ordering

    if names := names_of(tenant):
        certificates.forget(names)
        ordering.forget(names)


def _wanted(tenant: Tenant) -> list[tuple[str, str, str, str]]:
    """Host, kind, service and port of every way in."""
    return [
        (preparing.host_of(port.host, tenant.domain), port.entrance, name, port.name)
        for name in tenant.services
        for port in catalog.service(name).ports
        if port.entrance
    ]


def names_of(tenant: Tenant) -> list[str]:
    """What its one certificate is for."""
    return sorted({host for host, *_ in _wanted(tenant)})


def certificate_for(hosts: list[str]) -> tuple[str, str]:
    """Certificate and key (PEM) for names: of a public authority when there is one, else of our own, at once."""
    from paraat.cloud import certificates, ordering  # their libraries are for who starts something, not for every page

    return ordering.kept(hosts) or certificates.issue(hosts)


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, 0)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [_LOCK])
