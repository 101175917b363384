"""How each constituent stands: whose figures changed is noted here, at the price of one insert; who reads refreshes them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from paraat.platform import moment
from paraat.readiness.models import Touched


def touch(organisations: Iterable[UUID]) -> None:
    """Note, in the caller's transaction, that something changed that `Standing` counts. Nobody waits for anybody: rows are only added."""
    now = moment.now()
    Touched.objects.bulk_create([Touched(organisation=one, at=now) for one in set(organisations)])
