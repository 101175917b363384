"""Removes what was kept of a destroyed tenant for a while: first the files, then it is written down; who dies in between begins anew."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from paraat.cloud import configuration, leaving
from paraat.cloud.actions import remains
from paraat.cloud.models import Export, Tenant


def sweep(*, now: datetime) -> int:
    """Remove the exports and what was put aside of every tenant whose time is over; how many tenants. OSError when a file cannot be removed."""
    over = remains.due(now=now)
    for tenant in over:
        remains.say_removed(tenant=tenant, files=_remove(tenant))
    return len(over)


def _remove(tenant: Tenant) -> list[str]:
    """The files that went."""
    exports = leaving.folder()
    names = [
        Path(name).name for name in Export.objects.filter(tenant=tenant).exclude(file="").values_list("file", flat=True)
    ]
    drafts = list(exports.glob(f".*-{tenant.number}-*")) if exports.is_dir() else []  # of a process that was killed
    gone = []
    for place in (*(exports / name for name in names), *drafts):
        if place.exists():
            place.unlink()
            gone.append(place.name)
    aside = configuration.place() / "quarantine" / tenant.number
    if aside.is_dir():
        gone += [one.name for one in aside.rglob("*") if not one.is_dir()]
        shutil.rmtree(aside)
    return gone
