"""Incidents in the offline pack."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from paraat.platform.registrations import Pack, PackSheet, packs


def _sheets(now: datetime) -> Iterable[PackSheet]:
    from paraat.incidents import packing  # documents are read when a pack is made

    return packing.sheets(now)


def _files(now: datetime) -> Iterable[tuple[str, bytes]]:
    from paraat.incidents import packing

    return packing.files(now)


packs.add(Pack("incidents", _sheets, _files))
