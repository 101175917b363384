"""The catalog of services: one folder each, found by looking. Adding one edits nothing else and passes `tests/cloud/test_catalog.py`.

<service>/service.yaml    what it is: titles, tier, ports, volumes, weight, targets (`Service` below)
          manifest.yaml   plain Kubernetes, names without the tenant's; `${NAME}` in texts is a value (see `values`)
          Containerfile   and the files that go into its image
          verify.py       `verify(access)`: a real client; returns what was proven, raises `NotVerified`
          hooks.py        optional: `values(prepared)`, `before_backup(access)`, `after_restore(access)`, `take_in(access, kind, path)`
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from paraat.cloud.workload import Budget, Manifest, Part, Prepared, Workload
from paraat.kernel.errors import Invalid, NotFound

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a service, and how the entrance serves it (`""`: inside the tenant only)."""

    name: str
    port: int
    entrance: str = ""  # https, imaps, submissions
    host: str = ""  # the label before the tenant's domain; "" with https: the domain itself


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the catalog, as `service.yaml` has it."""

    name: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    tier: int  # lower starts first; those of one tier start together
    ports: tuple[Port, ...]
    weight: Budget
    needs: tuple[str, ...] = ()  # services it does not work without
    volumes: tuple[str, ...] = ()  # what a backup holds
    images: tuple[str, ...] = ()  # folders of images; its own by default
    egress: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()  # kinds of exports that `hooks.take_in` reads: mbox, maildir, ics, vcf, files
    rto_minutes: int = 60
    rpo_minutes: int = 60
    order: int = 0
    folder: Path = field(default=FOLDER)

    def title(self, language: str) -> str:
        """Its name for people."""
        return self.titles.get(language) or self.titles["en"]

    def text(self, language: str) -> str:
        """One sentence on what it does."""
        return self.texts.get(language) or self.texts["en"]


def services() -> dict[str, Service]:
    """Every service by name, in the order in which they start."""
    return dict(_services())


@cache
def _services() -> tuple[tuple[str, Service], ...]:
    found = [_read(path) for path in FOLDER.glob("*/service.yaml")]
    return tuple((one.name, one) for one in sorted(found, key=lambda one: (one.tier, one.order, one.name)))


def service(name: str) -> Service:
    """The service of this name; NotFound when there is none."""
    try:
        return services()[name]
    except KeyError:
        raise NotFound(f"There is no service {name} in the catalog", name=name) from None


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """These services with all that they need, in the order in which they start. `all` stands for the whole catalog."""
    wanted = set(names)
    if "all" in wanted:
        wanted = set(services())
    while missing := {need for name in wanted for need in service(name).needs} - wanted:
        wanted |= missing
    return tuple(name for name in services() if name in wanted)


def workload(prepared: Prepared, names: Iterable[str], budget: Budget) -> Workload:
    """The tenant's services with every value in their manifests."""
    parts = tuple(part(service(name), prepared) for name in chosen(names))
    return Workload(tenant=prepared.tenant, parts=parts, budget=budget, relay=prepared.relay)


def part(one: Service, prepared: Prepared) -> Part:
    """One service with the tenant's values in its manifests. Invalid names a value that the manifest wants and nobody gives."""
    text = (one.folder / "manifest.yaml").read_text(encoding="utf-8")
    known = values(one, prepared)
    manifests = tuple(_filled(found, known, one.name) for found in yaml.safe_load_all(text) if found)
    revision = sha256(yaml.safe_dump(manifests, sort_keys=True).encode()).hexdigest()[:16]
    return Part(service=one.name, manifests=manifests, revision=revision, egress=one.egress)


def values(one: Service, prepared: Prepared) -> dict[str, str]:
    """What `${NAME}` stands for: the tenant's own, its secrets (`SECRET_…`), the images, and what the service's hook adds."""
    from paraat.cloud import images  # it looks for Containerfiles in this folder

    known = {"TENANT": prepared.tenant, "DOMAIN": prepared.domain, "PHONE": prepared.phone, "RELAY": prepared.relay}
    known |= {"NAME": prepared.names[prepared.languages[0]], "LANGUAGE": prepared.languages[0]} | dict(prepared.secrets)
    known |= {f"HOST_{name.upper()}": host for name, host in prepared.hosts.items()}
    known |= {f"IMAGE_{name.upper().replace('-', '_')}": images.reference(name) for name in one.images}
    own = getattr(hooks(one.name), "values", None)
    return known | (own(prepared) if own else {})


def secrets_of(names: Iterable[str]) -> tuple[str, ...]:
    """The secrets that these services' manifests ask for: what is made at random for a new tenant."""
    found = {"SECRET_VERIFIER"}
    for name in chosen(names):
        text = (service(name).folder / "manifest.yaml").read_text(encoding="utf-8")
        found |= {one for one in string.Template(text).get_identifiers() if one.startswith("SECRET_")}
    return tuple(sorted(found))


def verifier(name: str) -> ModuleType:
    """The service's `verify.py`."""
    return import_module(f"paraat.cloud.catalog.{service(name).name}.verify")


def hooks(name: str) -> ModuleType | None:
    """The service's `hooks.py`; None when it has none."""
    if not (service(name).folder / "hooks.py").exists():
        return None
    return import_module(f"paraat.cloud.catalog.{service(name).name}.hooks")


def _filled(value: Any, known: Mapping[str, str], name: str) -> Any:
    """`value` with the values in its texts. Done after the YAML is read, so that no value can change its structure."""
    if isinstance(value, dict):
        return {key: _filled(inner, known, name) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, known, name) for inner in value]
    if not isinstance(value, str):
        return value
    try:
        return string.Template(value).substitute(known)
    except (KeyError, ValueError) as error:
        raise Invalid(f"The manifest of {name} has a value that nobody gives: {error}", service=name) from error


def _read(path: Path) -> Service:
    """The service of one `service.yaml`; Invalid names the file and the field."""
    raw: Manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        return Service(
            name=path.parent.name,
            titles=raw["title"],
            texts=raw["text"],
            tier=raw["tier"],
            order=raw.get("order", 0),
            ports=tuple(Port(name=name, **fields) for name, fields in raw.get("ports", {}).items()),
            weight=Budget(**raw["weight"]),
            needs=tuple(raw.get("needs", ())),
            volumes=tuple(raw.get("volumes", ())),
            images=tuple(raw.get("images", (path.parent.name,))),
            egress=tuple(raw.get("egress", ())),
            takes=tuple(raw.get("takes", ())),
            rto_minutes=raw["rto_minutes"],
            rpo_minutes=raw["rpo_minutes"],
            folder=path.parent,
        )
    except (KeyError, TypeError) as error:
        raise Invalid(f"{path.parent.name}/service.yaml is wrong: {error}", file=str(path)) from error
