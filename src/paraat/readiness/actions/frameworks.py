"""Writes frameworks: what ships with Paraat, what a user imports, and taking a running assessment along to a newer edition."""

from __future__ import annotations

from typing import Any

from paraat.kernel.actor import SYSTEM, Actor
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.frameworks.shipped import KEYS, Shipped, shipped
from paraat.readiness.models import Control, Edition, Framework

OWN = ("title", "why", "how", "checking", "effort", "weight", "maps_to", "recommendations")
"""Our own words and judgement about a control: they may be bettered without a new edition."""


def load_built_in() -> list[Edition]:
    """The editions that ship, loaded where they are not there yet; again changes nothing."""
    return [load_shipped(key=key) for key in KEYS]


@action
def load_shipped(*, key: str, by: Actor = SYSTEM) -> Edition:
    """The shipped edition of one framework: made, or its own words brought up to date; identifiers and levels of an edition never change."""
    one = shipped(key)
    framework, _ = Framework.objects.get_or_create(
        key=one.key, defaults={"title": one.title, "scoring": one.scoring, "owner": one.owner, "url": one.url}
    )
    edition = Edition.objects.select_for_update().filter(framework=framework, version=one.version).first()
    if edition is None:
        return _made(framework, one, by)
    if edition.digest != one.digest and not edition.imported:
        _reworded(edition, one, by)
    return edition


def _made(framework: Framework, one: Shipped, by: Actor) -> Edition:
    edition = Edition.objects.create(
        framework=framework,
        version=one.version,
        published_on=one.published_on,
        source=one.source,
        digest=one.digest,
        levels=list(one.levels),
        added_at=moment.now(),
    )
    Control.objects.bulk_create([Control(edition=edition, **fields) for fields in one.controls])
    detail = {"framework": framework.key, "version": one.version, "controls": len(one.controls)}
    record("framework.load", by=by, on=edition, detail=detail)
    return edition


def _reworded(edition: Edition, one: Shipped, by: Actor) -> None:
    here = {row.identifier: row for row in edition.controls.all()}
    changed = [_with(here[fields["identifier"]], fields) for fields in one.controls if fields["identifier"] in here]
    Control.objects.bulk_update(changed, OWN)
    Edition.objects.filter(pk=edition.pk).update(digest=one.digest)
    record("framework.reword", by=by, on=edition, detail={"framework": one.key, "version": one.version})


def _with(control: Control, fields: dict[str, Any]) -> Control:
    for name in OWN:
        if name in fields:
            setattr(control, name, fields[name])
    return control
