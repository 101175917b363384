"""Assets: what makes something ours, from when until when."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from paraat.formats import registry_cells as cells
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.registry.actions.reach import recompute_reach
from paraat.registry.models import Asset, Organisation

_READERS = {
    Asset.Kind.DOMAIN: cells.domain,
    Asset.Kind.HOST: cells.host,
    Asset.Kind.NETWORK: cells.network,
    Asset.Kind.ASN: cells.asn,
    Asset.Kind.EMAIL_DOMAIN: cells.host,
}


def normalised(kind: str, value: str) -> str:
    """The value as it is kept: lower-case ASCII host, CIDR, digits, host with path. Raises Invalid when it is none."""
    try:
        if kind == Asset.Kind.PAGE:
            page = cells.site(value)
            return page.value if page else ""
        return _READERS[Asset.Kind(kind)](value)
    except (ValueError, KeyError) as error:
        raise Invalid(str(error)) from error


@action
def add_asset(
    *,
    organisation: Organisation,
    kind: str,
    value: str,
    by: Actor,
    shared: bool = False,
    verified: bool = True,
    valid_from: date | None = None,
    source: str = "by hand",
) -> Asset:
    """Put an asset on file; the same one as a guess on file becomes certain. Raises Invalid, and Conflict when it is there already."""
    kept = normalised(kind, value)
    doubted: Asset | None = Asset.objects.filter(
        organisation=organisation, kind=kind, value=kept, valid_until=None, verified_at=None
    ).first()
    if doubted is not None:
        verify_asset(asset=doubted, by=by)
        return doubted
    try:
        with transaction.atomic():
            made = Asset.objects.create(
                organisation=organisation,
                kind=kind,
                value=kept,
                shared=shared,
                valid_from=valid_from,
                verified_at=moment.now() if verified else None,
                source=source[:200],
            )
    except IntegrityError as error:
        raise Conflict("This asset is on file already", value=kept) from error
    detail = {"kind": kind, "value": kept, "shared": shared, "source": source}
    record("asset.add", by=by, on=made, organisation=organisation.pk, detail=detail)
    recompute_reach([organisation.pk])
    return made


@action
def verify_asset(*, asset: Asset, by: Actor) -> None:
    """Somebody made sure that this is theirs. Raises Conflict when it is not in doubt."""
    now = moment.now()
    if Asset.objects.filter(pk=asset.pk, verified_at=None, valid_until=None).update(verified_at=now) != 1:
        raise Conflict()
    record("asset.verify", by=by, on=asset, organisation=asset.organisation_id, detail={"value": asset.value})
    asset.refresh_from_db()


@action
def mark_shared(*, asset: Asset, shared: bool, by: Actor) -> None:
    """Say that others sit behind the same address (or no longer): shared infrastructure never matches by IP alone."""
    if Asset.objects.filter(pk=asset.pk, shared=not shared).update(shared=shared) != 1:
        raise Conflict()
    record(
        "asset.share",
        by=by,
        on=asset,
        organisation=asset.organisation_id,
        detail={"value": asset.value, "shared": shared},
    )
    asset.refresh_from_db()


@action
def close_asset(*, asset: Asset, on: date, by: Actor) -> None:
    """It is theirs until the day before `on`; what was matched before stays matched. Raises Conflict when it was closed already."""
    if Asset.objects.filter(pk=asset.pk, valid_until=None).update(valid_until=on) != 1:
        raise Conflict("This asset has been closed already")
    record("asset.close", by=by, on=asset, organisation=asset.organisation_id, detail={"value": asset.value, "on": on})
    recompute_reach([asset.organisation_id])
    asset.refresh_from_db()
