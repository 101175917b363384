"""What is remembered for a short while in each web process: counts of the register, and parts of the board per version and class of rights."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.core.cache import caches
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from paraat.kernel.marking import Viewer, ceiling
from paraat.platform import moment
from paraat.platform.models import JournalEntry

REGISTER_SECONDS = 60
PART_SECONDS = 20
_WINDOW = timedelta(seconds=60)


def register_totals(towns: QuerySet[Any], channels: QuerySet[Any]) -> tuple[list[tuple[str, int]], int]:
    """How many constituents each province has, and how many in all have no out-of-band contact; at most a minute old."""
    sql = str(towns.query)
    key = "register:" + hashlib.blake2b(sql.encode(), digest_size=12).hexdigest()
    found = caches["local"].get(key)
    if found is None:
        good = channels.filter(contact__organisation=OuterRef("pk"), out_of_band=True)
        rows = towns.values("province").annotate(total=Count("pk"), unreachable=Count("pk", filter=Q(~Exists(good))))
        counted = [(row["province"], row["total"], row["unreachable"]) for row in rows]
        found = [(code, total) for code, total, _ in counted], sum(unreachable for *_, unreachable in counted)
        caches["local"].set(key, found, REGISTER_SECONDS)
    return found  # type: ignore[no-any-return]


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
