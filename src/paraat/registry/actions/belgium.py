"""Loading what is built in about Belgium: in bulk, and only what is not on file yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from paraat.kernel.actor import Actor
from paraat.platform.actions import Subject, action, record
from paraat.registry import belgium
from paraat.registry.actions.turn import take_turn
from paraat.registry.belgium import Body
from paraat.registry.models import Asset, Organisation


@action
def load_belgium(
    *, by: Actor, as_of: date | None = None, regions: Collection[str] = (), constituent: bool = True
) -> list[Organisation]:
    """Put municipalities and provinces on file that are not; their sites as guesses, unverified. The new ones.

    With `as_of` those of that day, as was known then; without it all since 2019, with the mergers as facts. `regions`: NIS codes; none: all.
    """
    take_turn()
    wanted = [body for body in belgium.bodies() if not regions or body.region in regions]
    if as_of is not None:
        wanted = [replace(body, active_until=None, merged_into="") for body in wanted if body.existed(as_of)]
    known = set(Organisation.objects.filter(kind__in=("municipality", "province")).values_list("kind", "nis"))
    new = [body for body in wanted if (body.kind, body.nis) not in known]
    made = Organisation.objects.bulk_create([_row(body, constituent) for body in new], batch_size=1000)
    Asset.objects.bulk_create(_assets(new, made), batch_size=2000)
    _merge(new, made)
    if made:
        detail = {"as_of": as_of, "regions": sorted(regions), "source": belgium.STATBEL}
        record("organisation.load", by=by, on=Subject("organisation", "many", rows=len(made)), detail=detail)
    return made


def _row(body: Body, constituent: bool) -> Organisation:
    return Organisation(
        kind=body.kind,
        name=body.name,
        names=dict(body.names),
        languages=list(body.languages),
        citizen_languages=list(body.citizen_languages),
        nis=body.nis,
        region=body.region,
        province=body.province,
        active_from=body.active_from,
        active_until=body.active_until,
        constituent=constituent,
        source=body.source[:200],
    )


def _assets(bodies: Sequence[Body], rows: Sequence[Organisation]) -> list[Asset]:
    return [
        Asset(organisation=row, kind=Asset.Kind.DOMAIN, value=site.domain, source=f"{site.source}, unverified"[:200])
        if site.source != belgium.RULE
        else Asset(organisation=row, kind=Asset.Kind.DOMAIN, value=site.domain, source=site.source)
        for body, row in zip(bodies, rows, strict=True)
        for site in body.sites
    ]


def _merge(bodies: Sequence[Body], rows: Sequence[Organisation]) -> None:
    merged = [(body, row) for body, row in zip(bodies, rows, strict=True) if body.merged_into]
    targets = dict(
        Organisation.objects.filter(kind="municipality", nis__in=[body.merged_into for body, _ in merged]).values_list(
            "nis", "pk"
        )
    )
    for body, row in merged:
        row.merged_into_id = targets.get(body.merged_into)
    Organisation.objects.bulk_update([row for _, row in merged], ["merged_into"])
