"""The register as a table that `formats.registry_file` reads back unchanged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from paraat.formats.registry_columns import PARTS, ROLES
from paraat.registry.models import Asset, Contact, Organisation

_PLAIN = ("kbo", "ovo", "nis", "province", "region", "population", "population_as_of", "active_from", "active_until")
_HEADS = {"province": "province_nis", "region": "region_nis"}
_ASSETS = {
    "domain": "domains",
    "host": "hosts",
    "network": "networks",
    "asn": "asns",
    "email_domain": "email_domains",
    "page": "website",
}
CONTACT_COLUMNS = tuple(f"{role}_{part}" for role in ROLES for part in PARTS)
COLUMNS: tuple[str, ...] = (
    "type",
    "name",
    "name_nl",
    "name_fr",
    "name_de",
    *(_HEADS.get(name, name) for name in _PLAIN),
    "merged_into",
    "languages",
    "citizen_languages",
    "constituent",
    *_ASSETS.values(),
    "unverified",
    *CONTACT_COLUMNS,
)
"""The columns of an export, by the names that an import knows."""

_CHUNK = 2000


def cells(day: date | None = None, *, rows: Any = None, contacts: bool = True) -> Iterator[list[str]]:
    """The rows, one an organisation: those that existed on `day`, or all. `contacts`: with personal data, for who may have it."""
    found = Organisation.objects.all() if rows is None else rows
    if day is not None:
        found = found.as_of(day)
    chunk: list[Organisation] = []
    for one in found.select_related("merged_into").order_by("kind", "nis", "name", "pk").iterator(chunk_size=_CHUNK):
        chunk.append(one)
        if len(chunk) == _CHUNK:
            yield from _chunk(chunk, contacts)
            chunk = []
    yield from _chunk(chunk, contacts)


def _chunk(chunk: list[Organisation], contacts: bool) -> Iterator[list[str]]:
    keys = [one.pk for one in chunk]
    assets: dict[UUID, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    held = Asset.objects.filter(organisation__in=keys, valid_until=None).order_by("kind", "value")
    for owner, kind, value, verified_at in held.values_list("organisation_id", "kind", "value", "verified_at"):
        assets[owner][_ASSETS[kind]].append(value)
        if verified_at is None:
            assets[owner]["unverified"].append(value)
    people = _contacts(keys) if contacts else {}
    for one in chunk:
        yield _cells(one, assets[one.pk], people.get(one.pk, {}))


def _cells(one: Organisation, assets: dict[str, list[str]], people: dict[str, str]) -> list[str]:
    into = one.merged_into
    values: dict[str, Any] = {
        "type": one.kind,
        "name": one.name,
        **{f"name_{language}": name for language, name in one.names.items()},
        **{_HEADS.get(name, name): getattr(one, name) for name in _PLAIN},
        "merged_into": (into.nis or into.kbo) if into else "",
        "languages": " ".join(one.languages),
        "citizen_languages": " ".join(one.citizen_languages),
        "constituent": "1" if one.constituent else "0",
        **{column: " ".join(values) for column, values in assets.items()},
        **people,
    }
    return ["" if values.get(column) is None else str(values[column]) for column in COLUMNS]


def _contacts(keys: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """The first contact of every role, as the columns of a file have room for one."""
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    rows = Contact.objects.answering().filter(organisation__in=list(keys), valid_until=None)
    for contact in rows.prefetch_related("channels").order_by("role", "pk"):
        said = found[contact.organisation_id]
        if f"{contact.role}_name" in said:
            continue
        said |= {f"{contact.role}_name": contact.name, f"{contact.role}_languages": " ".join(contact.languages)}
        for part in ("mail", "sms", "voice"):
            ways = [channel.address for channel in contact.channels.all() if channel.kind == part]
            said[f"{contact.role}_{part}"] = ";".join(ways)
    return found
