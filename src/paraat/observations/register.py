"""The register as attribution sees it: everybody and everything that held on one day, in as many queries for three hundred as for 100,000."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from paraat.observations.rules import Asset, Owner, OwnershipIndex, build_index
from paraat.registry.models import Asset as AssetRow
from paraat.registry.models import Organisation


@dataclass(frozen=True, slots=True)
class Register:
    """The index, and what stands behind its places: ids of organisations and assets, and the asset's value in words people can check."""

    index: OwnershipIndex
    organisations: Sequence[str]
    assets: Sequence[str]
    values: Mapping[str, str]


def register_as_of(day: date, *, only: Sequence[UUID] = ()) -> Register:
    """Everything that held on `day`; `only`: the assets of these organisations alone. Two queries."""
    organisations = Organisation.objects.as_of(day).order_by("id")
    assets = AssetRow.objects.as_of(day).order_by("id")
    if only:
        organisations, assets = organisations.filter(pk__in=only), assets.filter(organisation__in=only)
    found = [
        Asset(str(key), str(owner), kind, value, shared=shared, guessed=verified is None and source.startswith(RULE))
        for key, owner, kind, value, shared, verified, source in assets.values_list(
            "id", "organisation_id", "kind", "value", "shared", "verified_at", "source"
        ).iterator(chunk_size=5000)
    ]
    owners = [
        Owner(str(key), kind, tuple(dict.fromkeys([name, *names.values()])))
        for key, kind, name, names in organisations.values_list("id", "kind", "name", "names").iterator(chunk_size=5000)
    ]
    index = build_index(found, owners, as_of=day)
    return Register(
        index,
        index.organisations.to_pylist(),
        index.assets.to_pylist(),
        {asset.id: asset.value for asset in found},
    )


RULE = "rule"
"""How the source of an asset begins that was made by the `www.<name>.be` rule and that nobody confirmed yet: it yields to a sourced claim."""
