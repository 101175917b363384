"""What is remembered for a short while in each web process: counts of the register, and parts of the board per version and class of rights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

from django.core.cache import caches
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from paraat.kernel.marking import Viewer, ceiling
from paraat.platform import moment
from paraat.platform.models import JournalEntry

T = TypeVar("T")
REGISTER_SECONDS = 60
PART_SECONDS = 20
_WINDOW = timedelta(seconds=60)


def remembered(key: str, count: Callable[[], T], seconds: int = REGISTER_SECONDS) -> T:
    """What `count` said at most so many seconds ago in this process."""
    found = caches["local"].get(key)
    if found is None:
        found = count()
        caches["local"].set(key, found, seconds)
    return cast("T", found)


def number_of(rows: QuerySet[Any]) -> int:
    """How many rows there are, at most a minute old."""
    return remembered(_key("number", rows), rows.count)


def register_totals(towns: QuerySet[Any], channels: QuerySet[Any]) -> tuple[list[tuple[str, int]], int]:
    """How many constituents each province has, and how many in all have no out-of-band contact; at most a minute old."""
    return remembered(_key("register", towns), lambda: _totals(towns, channels))


def _totals(towns: QuerySet[Any], channels: QuerySet[Any]) -> tuple[list[tuple[str, int]], int]:
    good = channels.filter(contact__organisation=OuterRef("pk"), out_of_band=True)
    rows = towns.values("province").annotate(total=Count("pk"), unreachable=Count("pk", filter=Q(~Exists(good))))
    counted = [(row["province"], row["total"], row["unreachable"]) for row in rows]
    return [(code, total) for code, total, _ in counted], sum(unreachable for *_, unreachable in counted)


def _key(what: str, rows: QuerySet[Any]) -> str:
    """The same rows have the same key."""
    return f"{what}:{hashlib.blake2b(str(rows.query).encode(), digest_size=12).hexdigest()}"


def version() -> str:
    """Changes whenever the journal grew. The count of the last minute catches an entry that was written before the newest but committed after."""
    now = moment.now()
    recent = JournalEntry.objects.filter(at__gte=now - _WINDOW).count()
    newest = JournalEntry.objects.order_by("-at").values_list("pk", flat=True).first()
    return f"{newest}:{recent}"


def rights_class(viewer: Viewer) -> str:
    """Viewers of one class see the same board."""
    own = ",".join(sorted(str(one) for one in viewer.own | viewer.clients))
    return f"{ceiling(viewer)}:{int(viewer.is_team)}:{hashlib.blake2b(own.encode(), digest_size=8).hexdigest()}"
