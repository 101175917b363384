"""How each constituent stands: whose figures changed is noted here, at the price of one insert; a job, and whoever reads, counts them again.

Nobody who saves waits for anybody: notes are only added. Who counts does so alone (an advisory lock), takes the notes away in the transaction in
which it counts, and so sees at least what was committed with them; a note that comes meanwhile stays for the next time
(docs/decisions/0041-standing-is-counted-later.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from paraat.platform import moment
from paraat.readiness import counting
from paraat.readiness.models import ControlTally, Standing, Touched
from paraat.readiness.rules.standing import Counted, Key, difference

BATCH = 500
"""Constituents that are counted in one transaction."""
AT_ONCE = 100
"""Constituents that a page counts again before it shows them; more are left to the job, and the page says so."""
_LOCK = 0x5041_5354  # "PAST"


_NOTE = "INSERT INTO readiness_touched (organisation, at) SELECT unnest(%s::uuid[]), clock_timestamp()"


def touch(organisations: Iterable[UUID]) -> None:
    """Note, in the caller's transaction, that something changed that `Standing` counts. Nobody waits for anybody: rows are only added."""
    noted = list(set(organisations))
    if noted:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [noted])


def refresh(organisations: Iterable[UUID]) -> int:
    """Count these again now, waiting for whoever counts; how many stand. For many at once: each batch is a transaction of its own."""
    done = 0
    for some in _batches(counting.heirs(set(organisations))):
        with transaction.atomic():
            _alone(wait=True)
            done += _count(some)
    return done


def refresh_due(*, wait: bool = True, most: int = BATCH) -> int:
    """Count again at most so many of those that were noted; how many were. With `wait=False` nothing when somebody else is counting."""
    with transaction.atomic():
        if not _alone(wait=wait):
            return 0
        taken = _taken(most)
        for some in _batches(counting.heirs(taken)):
            _count(some)
        return len(taken)


def catch_up() -> int:
    """For whoever is about to read: count again what was noted, unless that is much or somebody is at it; how many are still waiting."""
    waiting = len(set(Touched.objects.values_list("organisation", flat=True)[: 20 * AT_ONCE]))
    if not waiting:
        return 0
    return max(waiting - refresh_due(wait=False, most=AT_ONCE), 0)


def catch_up_of(organisations: Collection[UUID]) -> int:
    """For a constituent that reads about itself: count it again when it was noted, and nobody else; how many still wait, since somebody is at it."""
    noted = set(Touched.objects.filter(organisation__in=organisations).values_list("organisation", flat=True))
    if not noted:
        return 0
    with transaction.atomic():
        if not _alone(wait=False):
            return len(noted)
        _count(counting.heirs(_taken_of(noted)))
    return 0


def touch_stale() -> int:
    """Note those that were never counted, or whose place in the register changed (a merger, a day on which somebody begins or ends)."""
    found = list(counting.stale(moment.today()))
    touch(found)
    return len(found)


def recount() -> int:
    """Count everybody again, and the tallies from nothing: what depends on the day moves, and an error could not last; how many were counted."""
    begun = moment.now()
    touch_stale()
    while refresh_due():
        pass
    refresh(Standing.objects.filter(changed_at__lt=begun).values_list("organisation", flat=True))
    _tally_all()
    return Standing.objects.filter(changed_at__gte=begun).count()


def _batches(organisations: Iterable[UUID]) -> Iterator[list[UUID]]:
    rest = sorted(organisations)
    yield from (rest[first : first + BATCH] for first in range(0, len(rest), BATCH))


# Counting -------------------------------------------------------------------------------------------------------------------------
def _alone(*, wait: bool) -> bool:
    """Until the end of the transaction nobody else counts. False when somebody does and we do not wait."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [_LOCK])
        return bool(cursor.fetchone()[0])


_TAKE = """
DELETE FROM readiness_touched WHERE organisation IN (SELECT organisation FROM readiness_touched GROUP BY 1 ORDER BY min(id) LIMIT %s)
RETURNING organisation
"""


def _taken(most: int) -> set[UUID]:
    """Take the oldest notes away: of those that are committed, for what is counted now is read after this."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [most])
        return {row[0] for row in cursor.fetchall()}


def _taken_of(organisations: Collection[UUID]) -> set[UUID]:
    """Take the notes of these away, before they are counted: what comes meanwhile is noted anew."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM readiness_touched WHERE organisation = ANY(%s) RETURNING organisation", [list(organisations)])  # fmt: skip
        return {row[0] for row in cursor.fetchall()}


_KEPT = [one.name for one in Standing._meta.fields if one.name not in ("id", "organisation")]


def _count(organisations: Collection[UUID]) -> int:
    before = _added(Standing.objects.filter(organisation__in=organisations))
    rows = counting.counted(organisations, moment.now())
    Standing.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["organisation"], update_fields=_KEPT
    )
    here = {row.organisation_id for row in rows}
    Standing.objects.filter(organisation__in=set(organisations) - here).update(current=False)
    _move(difference(before, _added(rows)))
    return len(rows)


def _added(rows: Iterable[Any]) -> list[Counted]:
    return [Counted((row.province, row.size), tuple(row.unmet), tuple(row.unclear)) for row in rows if row.current]


_MOVE = """
INSERT INTO readiness_controltally AS kept (identifier, province, size, unmet, unclear)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[], %s::int[])
ON CONFLICT (identifier, province, size) DO UPDATE SET unmet = kept.unmet + excluded.unmet, unclear = kept.unclear + excluded.unclear
"""


def _move(changes: Any) -> None:
    """Add the differences to the tallies, in one statement."""
    if not changes:
        return
    rows: list[tuple[Key, tuple[int, int]]] = sorted(changes.items())
    names = [list(column) for column in zip(*(key for key, _change in rows), strict=True)]
    numbers = [list(column) for column in zip(*(change for _key, change in rows), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [*names, *numbers])


_ALL = """
INSERT INTO readiness_controltally (identifier, province, size, unmet, unclear)
SELECT identifier, province, size, sum(unmet), sum(unclear) FROM (
  SELECT unnest(unmet) AS identifier, province, size, 1 AS unmet, 0 AS unclear FROM readiness_standing WHERE current
  UNION ALL
  SELECT unnest(unclear), province, size, 0, 1 FROM readiness_standing WHERE current
) AS lacking GROUP BY 1, 2, 3
"""


@transaction.atomic
def _tally_all() -> None:
    """The tallies from nothing."""
    _alone(wait=True)
    ControlTally.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_ALL)
