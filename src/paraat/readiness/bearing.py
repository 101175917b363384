"""What the register says about a target today: every line that touches it, of whoever owns it; in two queries at most."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from paraat.kernel.hosts import suffixes
from paraat.kernel.networks import Interval
from paraat.readiness.rules import targets
from paraat.readiness.rules.scope import Held
from paraat.readiness.rules.targets import Target
from paraat.registry.models import Asset, Organisation

_NAMED = (Asset.Kind.DOMAIN, Asset.Kind.HOST)
_OVERLAPS = (  # the cast is tried for networks alone: a host name is no inet
    "CASE WHEN registry_asset.kind = 'network' AND registry_asset.value ~ '^[0-9a-fA-F:.]+(/[0-9]+)?$'"
    " THEN registry_asset.value::inet && ANY(%s::inet[]) ELSE registry_asset.kind = 'network' END"
)


def held_for(target: Target, day: date) -> list[Held]:
    """The assets that hold on `day` and have anything in common with the target, with whoever answers for them then."""
    rows = _networks(target.interval, day) if target.interval is not None else _names(target, day)
    found = (_held(row) for row in rows if row["owner_id"] is not None)
    return [one for one in found if targets.touches(one.kind, one.value, target)]


def _names(target: Target, day: date) -> Iterable[dict[str, Any]]:
    near = Q(value__in=list(suffixes(target.host)))
    if target.kind == targets.BELOW:
        near |= Q(value__endswith="." + target.host)
    return Asset.objects.real().filter(near, kind__in=_NAMED).for_attribution(day)


def _networks(interval: Interval, day: date) -> Iterable[dict[str, Any]]:
    make = ipaddress.IPv4Address if interval.version == 4 else ipaddress.IPv6Address
    pieces = ipaddress.summarize_address_range(make(interval.low), make(interval.high))
    near: QuerySet[Any] = Asset.objects.real().extra(  # noqa: S610  # the text is ours, what was asked is a parameter
        where=[_OVERLAPS], params=[[str(one) for one in pieces]]
    )
    rows: Iterable[dict[str, Any]] = near.for_attribution(day)  # type: ignore[attr-defined]
    return rows


def _held(row: dict[str, Any]) -> Held:
    return Held(
        kind=row["asset_kind"],
        value=row["value"],
        owner=str(row["owner_id"]),
        shared=row["shared"],
        provider=row["owner_kind"] == Organisation.Kind.PROVIDER,
    )
