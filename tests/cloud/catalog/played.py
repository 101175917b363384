"""A throw-away tenant of podman, for tests of one service with real containers."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from paraat.cloud import catalog, images
from paraat.cloud.access import Access
from paraat.cloud.drivers import named
from paraat.cloud.drivers.base import Driver, Health
from paraat.cloud.workload import Budget, Prepared, Workload

BUDGET = Budget(memory_mb=4096, cpu_millis=4000, disk_gb=20)


def prepared(tenant: str, *services: str, **fields: Any) -> Prepared:
    """A town with these services; `fields` replace what it has by default."""
    known: dict[str, Any] = {
        "tenant": tenant,
        "domain": f"nood.{tenant}.example",
        "names": {"nl": "Stad van de proef", "fr": "Ville de l’essai"},
        "languages": ("nl", "fr"),
        "secrets": {name: secrets.token_urlsafe(18) for name in catalog.secrets_of(services)},
    }
    return Prepared(**known | fields)


def workload(town: Prepared, *services: str) -> Workload:
    """Its services with what they need."""
    return catalog.workload(town, services, BUDGET)


@contextmanager
def running(town: Prepared, *services: str) -> Iterator[Access]:
    """These services of the town in real containers, healthy; gone afterwards. Skipped, with the reason, where podman cannot run."""
    driver = named("podman")
    if lacking := driver.lacks():
        pytest.skip(" ".join(lacking))
    wanted = workload(town, *services)
    images.build({image for part in wanted.parts for image in catalog.service(part.service).images})
    driver.remove(town.tenant)
    try:
        bring(town, *services)
        yield Access(town, driver)
    finally:
        driver.remove(town.tenant)
    assert not driver.leftovers(town.tenant)


def bring(town: Prepared, *services: str, seconds: float = 30, driver: Driver | None = None) -> float:
    """Have the services run as they should be now, on the engine of this process unless told; returns how long it took until all were healthy."""
    driver, wanted, began = driver or named("podman"), workload(town, *services), time.monotonic()
    driver.prepare(wanted)
    for part in wanted.parts:
        driver.start(wanted, part.service)
    while time.monotonic() - began < seconds:
        seen = {one.service: one for one in driver.observe(town.tenant)}
        if all(seen.get(part.service) and seen[part.service].health == Health.HEALTHY for part in wanted.parts):
            return time.monotonic() - began
        time.sleep(0.05)
    logs = "\n".join(driver.logs(town.tenant, part.service) for part in wanted.parts)
    raise AssertionError(f"not healthy after {seconds} s: {seen}\n{logs}")


def eventually(check: Any, seconds: float = 10) -> Any:
    """What `check()` returns as soon as it returns something; it is asked until then."""
    until = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {check}")
        time.sleep(0.05)
    return found
