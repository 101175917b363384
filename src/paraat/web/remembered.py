"""What is remembered for a short while in each web process: counts of the register, and parts of the board per version and class of rights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.core.cache import caches
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from paraat.kernel.marking import Viewer, ceiling
from paraat.platform.models import JournalEntry

T = TypeVar("T")
REGISTER_SECONDS = 60
PART_SECONDS = 20
_WINDOW = "60 seconds"


def remembered(key: str, count: Callable[[], T], seconds: int = REGISTER_SECONDS) -> T:
    """What `count` said at most so many seconds ago in this process."""
    found = caches["local"].get(key)
    if found is None:
        found = count()
        caches["local"].set(key, found, seconds)
    return cast("T", found)


def number_of(rows: QuerySet[Any], key: str) -> int:
    """How many rows there are, at most a minute old; `key` names the rows."""
    return remembered(f"number:{key}", rows.count)


def register_totals(towns: QuerySet[Any], channels: QuerySet[Any], key: str) -> tuple[list[tuple[str, int]], int]:
    """How many constituents each province has, and how many in all have no out-of-band contact; at most a minute old."""
    return remembered(f"register:{key}", lambda: _totals(towns, channels))


def _totals(towns: QuerySet[Any], channels: QuerySet[Any]) -> tuple[list[tuple[str, int]], int]:
    good = channels.filter(contact__organisation=OuterRef("pk"), out_of_band=True)
    rows = towns.values("province").annotate(total=Count("pk"), unreachable=Count("pk", filter=Q(~Exists(good))))
    counted = [(row["province"], row["total"], row["unreachable"]) for row in rows]
    return [(code, total) for code, total, _ in counted], sum(unreachable for *_, unreachable in counted)


_VERSION = f"""
SELECT (SELECT id FROM {JournalEntry._meta.db_table} ORDER BY at DESC LIMIT 1),
       (SELECT count(*) FROM {JournalEntry._meta.db_table} WHERE at >= clock_timestamp() - %s::interval)
"""  # noqa: S608


def version() -> str:
    """Changes whenever the journal grew. The count of the last minute catches an entry that was written before the newest but committed after."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, [_WINDOW])
        newest, recent = cursor.fetchone()
    return f"{newest}:{recent}"


def counts(*rows: QuerySet[Any]) -> list[int]:
    """How many rows each of these has, in one question to the database."""
    asked = [one.order_by().values("pk").query.sql_with_params() for one in rows]
    sql = ", ".join(f"(SELECT count(*) FROM ({one}) AS counted)" for one, _ in asked)  # noqa: S608  # the ORM's own SQL
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", [value for _, values in asked for value in values])
        return list(cursor.fetchone())


def rights_class(viewer: Viewer) -> str:
    """Viewers of one class see the same board. Of its own organisation one sees more than of a client."""
    whose = "|".join(",".join(sorted(map(str, some))) for some in (viewer.own, viewer.clients))
    return f"{ceiling(viewer)}:{int(viewer.is_team)}:{hashlib.blake2b(whose.encode(), digest_size=8).hexdigest()}"
