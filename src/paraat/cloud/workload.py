"""What a tenant should be, said without naming an engine: the values that go into the catalog's manifests, and the manifests with them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Manifest = dict[str, Any]
"""One Kubernetes object, as the API server would take it; names are those of the catalog, without the tenant's."""

LABEL = "paraat.tenant"
"""Every object of a tenant, whatever the engine, carries this label with the tenant's name as value."""
SERVICE_LABEL = "paraat.service"
REVISION_LABEL = "paraat.revision"
"""The digest of the manifests an object was made from: another digest is drift, and the object is made anew."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one tenant may take. Enforced as quota by the engine; `cents_per_day` (euro cents) by the programme."""

    memory_mb: int
    cpu_millis: int
    disk_gb: int
    cents_per_day: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a tenant, named after a role. `one_time_hash` (argon2) opens nothing but the page where its holder chooses a password."""

    login: str
    name: str
    language: str
    one_time_hash: str = ""
    generation: int = 1  # grows when a code is issued anew: the older one and the password chosen with it stop working


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the call list that calendar and contacts are loaded with."""

    name: str
    role: str
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything a service may want to know of the tenant it is played for. Plain values: a service's hooks import no Django."""

    tenant: str  # a DNS label, such as `ronse`; unique on the engine
    domain: str  # such as `nood.ronse.be`: services answer at `<host>.<domain>`
    names: Mapping[str, str]  # the organisation's name per language
    languages: tuple[str, ...]  # those of its citizens, first one first
    phone: str = ""
    page: Mapping[str, Any] = field(default_factory=dict)  # the emergency page, see `docs/cloud/page.md`
    accounts: tuple[Account, ...] = ()
    calls: tuple[Call, ...] = ()
    forms: tuple[str, ...] = ()  # citizen intake: names of the forms that are offered; empty means all
    counters: tuple[str, ...] = ()  # citizen intake: counters with a queue
    relay: str = ""  # host:port that outgoing mail goes to, reached through the entrance; empty: mail stays inside
    hosts: Mapping[str, str] = field(default_factory=dict)  # service -> the name citizens and staff type, https://…
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)  # made at random per tenant; see `secret`
    exercise: bool = False

    def secret(self, name: str) -> str:
        """The tenant's secret of this name, such as `SECRET_WEBMAIL_KEY`. KeyError when the service did not declare it."""
        return self.secrets[name]


@dataclass(frozen=True, slots=True)
class Part:
    """One service of a workload: its manifests with every value in, ready for any engine."""

    service: str
    manifests: tuple[Manifest, ...]
    revision: str  # digest of the manifests
    egress: tuple[str, ...] = ()  # what it may reach outside, by the catalog's names; nothing else


@dataclass(frozen=True, slots=True)
class Workload:
    """A tenant as it should be, in the order in which its parts start."""

    tenant: str
    parts: tuple[Part, ...]
    budget: Budget
    relay: str = ""  # host:port behind the egress `relay`

    def part(self, service: str) -> Part:
        """The part of this service; KeyError when the tenant has none."""
        return {part.service: part for part in self.parts}[service]
