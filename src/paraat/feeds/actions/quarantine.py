"""Rows that could not be read: played again, as they came or set right by a person, or dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from paraat.feeds import sources
from paraat.feeds.actions.receipt import enter_run
from paraat.feeds.content import beginning
from paraat.feeds.models import Run
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.observations.models import QuarantinedRow
from paraat.platform import files, live, moment
from paraat.platform.actions import action, record

State = QuarantinedRow.State


@action
def replay_rows(*, rows: Sequence[UUID], by: Actor, corrected: Mapping[UUID, str] | None = None) -> Run:
    """Play rows of one run again, in a run of their own with the date of the first: after a repair of the parser, or `corrected` by a person.

    Returns the new run, received and not yet read: the caller reads it. What is still wrong lies in quarantine again, under the new run.
    """
    found = _taken(rows)
    runs = {row.run for row in found}
    if len(runs) != 1:
        raise Invalid("Rows are played again per file; choose rows of one file.")
    first = Run.objects.select_related("source").get(pk=runs.pop())
    texts = [(corrected or {}).get(row.pk, row.raw).encode() for row in found]
    again = sources.get(first.source.format).again(texts, beginning(first).stream.read())
    run = enter_run(
        source=first.source,
        stored=files.store([again]),
        file_name=first.file_name,
        origin=Run.Origin.REPLAY,
        by=by,
        exercise=first.exercise,
        listed_at=first.listed_at,
        replay_of=first,
    )
    _close(found, State.REPLAYED, by)
    changed = sorted(str(key) for key in corrected or {})
    record(
        "rows.replayed",
        by=by,
        on=first,
        detail={"rows": [row.row for row in found], "corrected": changed, "as": str(run.pk)},
    )
    return run


@action
def drop_rows(*, rows: Sequence[UUID], by: Actor) -> int:
    """Say of rows that nothing is to be made of them; they stay readable. Returns how many."""
    found = _taken(rows)
    _close(found, State.DROPPED, by)
    for run in {row.run for row in found}:
        dropped = [row.row for row in found if row.run == run]
        record("rows.dropped", by=by, on=Run.objects.get(pk=run), detail={"rows": dropped})
    return len(found)


def _taken(rows: Sequence[UUID]) -> list[QuarantinedRow]:
    wanted = set(rows)
    found = list(QuarantinedRow.objects.open().select_for_update().filter(pk__in=wanted).order_by("run", "row"))
    if not wanted:
        raise Invalid("No rows were chosen.")
    if len(found) != len(wanted):
        raise Conflict("Somebody else dealt with one of these rows meanwhile; look again.")
    return found


def _close(rows: Sequence[QuarantinedRow], state: str, by: Actor) -> None:
    changed = QuarantinedRow.objects.filter(pk__in=[row.pk for row in rows])
    changed.update(state=state, decided_by=by.label, decided_at=moment.now())
    live.publish("feeds")
