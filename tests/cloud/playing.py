"""A small catalog of its own, an engine in memory, and tenants in every state, for the tests of a tenant's life."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from paraat.accounts.middleware import actor_of
from paraat.cloud import bringing, catalog, configuration, drivers, entering
from paraat.cloud.actions import tenants as deeds
from paraat.cloud.drivers import memory
from paraat.cloud.models import Tenant
from paraat.kernel.actor import Actor
from tests import cast

SERVICES = {"page": (0, ()), "post": (1, ()), "reader": (2, ("post",))}
_YAML = """title: {{en: {name}, nl: {name}}}
text: {{en: A service of the tests}}
tier: {tier}
needs: [{needs}]
ports: {{http: {{port: 8080, entrance: https, host: {name}}}}}
weight: {{memory_mb: 64, cpu_millis: 100, disk_gb: 1}}
volumes: [{name}-data]
images: []
rto_minutes: 10
rpo_minutes: 10
"""
_MANIFEST = """apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data: {{domain: "${{DOMAIN}}", secret: "${{SECRET_{upper}}}", page: "${{NAME}}"}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: {name}-data}}
spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}
"""


@contextmanager
def small_catalog(folder: Path) -> Iterator[None]:
    """A catalog of `page`, `post` and `reader`, which needs `post`."""
    for name, (tier, needs) in SERVICES.items():
        (folder / name).mkdir()
        text = _YAML.format(name=name, tier=tier, needs=", ".join(needs))
        (folder / name / "service.yaml").write_text(text)
        (folder / name / "manifest.yaml").write_text(_MANIFEST.format(name=name, upper=name.upper()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog, "FOLDER", folder)
        catalog._services.cache_clear()
        try:
            yield
        finally:
            catalog._services.cache_clear()


class Engine(memory.Driver):
    """The memory engine, where clients do reach services: `proof` says what they find; everything asked is noted in `asked`."""

    real = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.missing: list[str] = []
        self.broken: dict[str, str] = {}  # service -> what its client says

    def lacks(self) -> list[str]:
        return self.missing

    def start(self, workload: Any, service: str) -> None:
        self.asked.append(("start", service))
        super().start(workload, service)

    def stop(self, tenant: str, service: str) -> None:
        self.asked.append(("stop", service))
        super().stop(tenant, service)

    def remove(self, tenant: str) -> None:
        self.asked.append(("remove", tenant))
        super().remove(tenant)

    def verify(self, service: str) -> list[str]:
        self.asked.append(("verify", service))
        if text := self.broken.get(service):
            raise catalog_error(text)
        return [f"{service} does its work"]


def catalog_error(text: str) -> Exception:
    """What a client raises."""
    from paraat.cloud.access import NotVerified

    return NotVerified(text)


@contextmanager
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The engine of the tests in the place of the configured one, with the small catalog."""
    made, folder = Engine(), tmp_path / "catalog"
    folder.mkdir()
    with small_catalog(folder), pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARAAT_CLOUD_DRIVER", "memory")
        patch.setattr(configuration, "place", lambda: tmp_path / "cloud")
        patch.setattr(drivers, "named", lambda _name: made)
        patch.setattr(entering, "certificate_for", lambda hosts: ("", ""))
        patch.setattr(catalog, "verifier", lambda name: SimpleNamespace(verify=lambda _access: made.verify(name)))
        yield made


@contextmanager
def engine_again(made: Engine) -> Iterator[None]:
    """The same engine, after the patches of a test were undone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drivers, "named", lambda _name: made)
        patch.setattr(entering, "certificate_for", lambda hosts: ("", ""))
        yield


def officer() -> Actor:
    """The duty officer."""
    return actor_of(cast.duty_officer())


def started(services: Sequence[str] = ("all",), **more: Any) -> Tenant:
    """A tenant of Ronse that was started with consent; nobody has brought it about yet."""
    return deeds.start_now(
        organisation=more.pop("organisation", None) or cast.ronse(),
        services=services,
        consent="The head of administration agreed by telephone",
        by=officer(),
        **more,
    )


def running(services: Sequence[str] = ("all",), **more: Any) -> Tenant:
    """A tenant of Ronse that runs and was verified."""
    return bringing.bring(started(services, **more).pk)
