"""The register as it stands, as frozen values for the pure import rules; a handful of queries whatever its size."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Q

from paraat.platform import configuration
from paraat.registry import belgium
from paraat.registry.models import Asset, Contact, Organisation
from paraat.registry.rules.importing import COMPARED, Ground
from paraat.registry.rules.matching import AssetOnFile, ContactOnFile, OnFile


def on_file() -> list[OnFile]:
    """Every organisation with its open assets and present contacts: four queries."""
    assets, contacts = _assets(), _contacts()
    return [
        OnFile(
            id=row.pk,
            kind=row.kind,
            name=row.name,
            kbo=row.kbo,
            ovo=row.ovo,
            nis=row.nis,
            names=row.names,
            values=_values(row),
            manual=frozenset(row.manual_fields),
            assets=tuple(assets[row.pk]),
            contacts=tuple(contacts[row.pk]),
        )
        for row in Organisation.objects.select_related("merged_into").order_by("pk")
    ]


def _values(row: Organisation) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in COMPARED if name != "merged_into"}
    if row.merged_into is not None:
        values["merged_into"] = row.merged_into.nis or row.merged_into.kbo
    return values


def _assets() -> dict[UUID, list[AssetOnFile]]:
    found: dict[UUID, list[AssetOnFile]] = defaultdict(list)
    columns = ("organisation_id", "id", "kind", "value", "source", "verified_at")
    for owner, pk, kind, value, source, verified_at in Asset.objects.filter(valid_until=None).values_list(*columns):
        found[owner].append(AssetOnFile(pk, kind, value, source, verified_at is None))
    return found


def _contacts() -> dict[UUID, list[ContactOnFile]]:
    found: dict[UUID, list[ContactOnFile]] = defaultdict(list)
    rows = Contact.objects.answering().filter(Q(valid_until=None)).prefetch_related("channels").order_by("role", "pk")
    for row in rows:
        channels = frozenset((channel.kind, channel.address) for channel in row.channels.all())
        found[row.organisation_id].append(
            ContactOnFile(row.pk, row.role, row.name, tuple(row.languages), frozenset(row.manual_fields), channels)
        )
    return found


def ground() -> Ground:
    """What is built in, in the form that the rules ask for."""
    places = {body.nis: (body.region, body.province) for body in belgium.bodies()}
    return Ground(_languages, _sites, places, configuration.LANGUAGE.get())


def _languages(nis: str, region: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    official, citizens, _german = belgium.languages_of(nis, region)
    return official, citizens


def _sites(kind: str, nis: str, names: list[str]) -> list[str]:
    return [site.domain for site in belgium.site_domains(kind, nis, names)]
