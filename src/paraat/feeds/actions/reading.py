"""A run is read: streamed, attributed, stored chunk by chunk, and finished in one transaction with everything that follows from it.

A reader that dies leaves a run that another reads from the beginning: `begin_reading` gives it the next attempt number and takes back what
was stored. Every chunk is stored only while the attempt is still the reader's own, so a reader that was given up can add nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraat.feeds import jobs, sources
from paraat.feeds.content import beginning, members
from paraat.feeds.models import Run, Source
from paraat.formats.archive import Member
from paraat.formats.dates import Basis, list_date
from paraat.formats.reading import read
from paraat.formats.record import Batch
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, ParaatError
from paraat.observations import actions as observations
from paraat.observations.collecting import Findings, OpenHosts
from paraat.observations.models import Certainty
from paraat.observations.register import Register, register_as_of
from paraat.observations.rules import Attribution, attribute
from paraat.platform import live, moment
from paraat.platform.actions import action, record
from paraat.platform.facts import ListRead, Settled, Waits, announce


@dataclass(slots=True)
class Reading:
    """One attempt at reading a run, and what it has seen so far."""

    run: Run
    source: Source
    register: Register
    findings: Findings
    hosts: OpenHosts
    records: int = 0
    quarantined: int = 0
    origin: observations.Origin = field(init=False)

    def __post_init__(self) -> None:
        run = self.run
        self.origin = observations.Origin(run.pk, run.file_name, self.source.format, run.received_at)


def read_run(*, run: Run | UUID) -> Run:
    """Read a run that was received, to its end: state READ, or FAILED with the reason when the file is not what it should be.

    Raises Conflict when the run is finished or another reader has taken it over; a fault of the database or the disk propagates, and the run
    can be read again.
    """
    current = begin_reading(run=run.pk if isinstance(run, Run) else run)
    try:
        reading = _start(current, beginning(current))
        for batch in _batches(current):
            _take(reading, batch)
    except Conflict:
        raise
    except ParaatError as error:
        if not error.permanent:
            raise
        return fail_reading(run=current, error=error)
    return finish_reading(reading=reading)


@action
def begin_reading(*, run: UUID) -> Run:
    """Take a run to read it, from the beginning; whoever was reading it before is given up."""
    taken = Run.objects.filter(pk=run).unfinished()
    changed = taken.update(
        state=Run.State.READING, attempt=F("attempt") + 1, touched_at=moment.now(), records=0, quarantined=0
    )
    if changed != 1:
        raise Conflict("This run is finished already.", run=str(run))
    current: Run = Run.objects.select_related("source").get(pk=run)
    if current.attempt > 1:
        observations.forget_rows(run=run)
        observations.forget_findings(run=run)
    return current


def _start(run: Run, first: Member) -> Reading:
    """The register as of the list's date, which is that of a person, the content, the file's name or the receipt, in this order."""
    if run.listed_at is None:
        parser = sources.get(run.source.format).format
        said = parser.dated(first.stream.read())
        dated = list_date(name=run.file_name, received=run.received_at, content=said)
        if dated.basis == Basis.RECEIPT:
            dated = list_date(name=first.name, received=run.received_at)  # in an archive, the file's own name may tell
        run.listed_at, run.dated_by = dated.at, str(dated.basis)
    register = register_as_of(run.listed_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date())
    return Reading(run, run.source, register, Findings(run.source.severity), OpenHosts(register))


def _batches(run: Run) -> Iterator[Batch]:
    """The batches of all files in the run, with rows numbered through."""
    parser, rows = sources.get(run.source.format).parser, 0
    for member in members(run):
        begin = rows
        for batch in read(member.stream, format=parser, name=member.name, mapping=run.source.mapping):
            rows += batch.rows
            yield Batch(_renumbered(batch.records, begin), _renumbered(batch.quarantined, begin)) if begin else batch


def _renumbered(rows: pa.RecordBatch, begin: int) -> pa.RecordBatch:
    place = rows.schema.get_field_index("row")
    return rows.set_column(place, rows.schema.field(place), pc.add(rows.column(place), begin))


def _take(reading: Reading, batch: Batch) -> None:
    """Attribute one batch and store it."""
    interest = sources.get(reading.source.format).format.interest
    found = attribute(batch.records, reading.register.index, interest=interest)
    records = pl.DataFrame(pl.from_arrow(batch.records))
    store_batch(reading=reading, batch=batch, found=found, records=records)
    reading.findings.add(found.found, records)
    reading.hosts.add(found.open_hosts)
    reading.records += batch.records.num_rows
    reading.quarantined += batch.quarantined.num_rows


@action
def store_batch(*, reading: Reading, batch: Batch, found: Attribution, records: pl.DataFrame) -> None:
    """Store one batch, unless the run was taken over by another reader. The counts on the run are its progress."""
    mine = Run.objects.filter(pk=reading.run.pk, attempt=reading.run.attempt, state=Run.State.READING)
    changed = mine.update(
        records=reading.records + batch.records.num_rows,
        quarantined=reading.quarantined + batch.quarantined.num_rows,
        touched_at=moment.now(),
    )
    if changed != 1:
        raise Conflict("Another reader has taken over this run.", run=str(reading.run.pk))
    observations.store_observations(origin=reading.origin, records=records)
    observations.store_matches(run=reading.run.pk, matches=found.found, rows=records["row"], register=reading.register)
    observations.store_quarantine(origin=reading.origin, refused=batch.quarantined)
    live.publish("feeds", id=reading.run.pk)


@action
def finish_reading(*, reading: Reading) -> Run:
    """Finish a run: findings, counts, the source's freshness, and in the same transaction whoever is to be told (ListRead, Waits)."""
    run, source, now = reading.run, reading.source, moment.now()
    assert run.listed_at is not None  # noqa: S101  # set by `_start`
    found = reading.findings.frame(reading.register)
    marked = observations.Marked(run.pk, run.listed_at, source.severity, run.tlp, run.exercise)
    observations.store_findings(marked=marked, findings=found)
    counts = _counts(found) | {"unassigned": observations.store_open_hosts(marked=marked, hosts=reading.hosts.hosts)}
    mine = Run.objects.filter(pk=run.pk, attempt=run.attempt, state=Run.State.READING)
    changes = {
        "state": Run.State.READ,
        "finished_at": now,
        "listed_at": run.listed_at,
        "dated_by": run.dated_by,
        "records": reading.records,
        "quarantined": reading.quarantined,
        **counts,
    }
    if mine.update(**changes) != 1:
        raise Conflict("Another reader has taken over this run.", run=str(run.pk))
    for name, value in changes.items():
        setattr(run, name, value)
    if not run.exercise and run.replay_of_id is None:  # neither says that the source is alive
        _freshen(source, now)
    detail = {"source": source.slug, "records": run.records, "quarantined": run.quarantined, **counts}
    record("file.read", by=SYSTEM, on=run, detail=detail)
    announce(ListRead(run.pk, source.slug, run.listed_at, run.exercise))
    _wait(run)
    live.publish("feeds", id=run.pk)
    return run


@action
def fail_reading(*, run: Run, error: ParaatError) -> Run:
    """Say why a file could not be read; what was stored of it is taken back."""
    now = moment.now()
    mine = Run.objects.filter(pk=run.pk, attempt=run.attempt, state=Run.State.READING)
    told = str(error)[:500]
    if mine.update(state=Run.State.FAILED, error=told, finished_at=now, records=0, quarantined=0) != 1:
        raise Conflict("Another reader has taken over this run.", run=str(run.pk))
    observations.forget_rows(run=run.pk)
    Source.objects.filter(pk=run.source_id).update(last_error=told[:300])
    record("file.failed", by=SYSTEM, on=run, detail={"source": run.source.slug, "file": run.file_name, "error": told})
    summary = _("%(file)s of %(source)s could not be read") % {"file": run.file_name, "source": run.source.title}
    announce(Waits("failed_run", f"failed_run/{run.pk}", summary, f"/feeds/{run.pk}/", exercise=run.exercise))
    live.publish("feeds", id=run.pk)
    run.refresh_from_db()
    return run


@action
def read_again(*, run: Run, by: Actor) -> None:
    """Let a worker read a failed run once more, after its source was set right."""
    if (
        Run.objects.filter(pk=run.pk, state=Run.State.FAILED).update(
            state=Run.State.RECEIVED, error="", finished_at=None
        )
        != 1
    ):
        raise Conflict("Only a run that could not be read can be read again.", run=str(run.pk))
    record("file.read_again", by=by, on=run, detail={"source": run.source.slug, "file": run.file_name})
    announce(Settled(f"failed_run/{run.pk}"))
    jobs.read_later(run.pk)
    live.publish("feeds", id=run.pk)


def _counts(found: pl.DataFrame) -> dict[str, int]:
    """How many organisations are named for certain, concerned through somebody, and how many findings are only perhaps."""
    if not found.height:
        return {"organisations": 0, "concerned": 0, "perhaps": 0}
    whom = {word: found.filter(pl.col("certainty") == word)["organisation_id"].unique() for word in Certainty.values}
    through = whom[Certainty.CONCERNED]
    return {
        "organisations": len(whom[Certainty.CERTAIN]),
        "concerned": len(through.filter(~through.is_in(whom[Certainty.CERTAIN].implode()))),
        "perhaps": found.filter(pl.col("certainty") == Certainty.PERHAPS.value).height,
    }


def _freshen(source: Source, now: datetime) -> None:
    """Something new came: the source is alive, and may be silent for `stale_after` from now."""
    due = now + source.stale_after if source.stale_after else None
    Source.objects.filter(pk=source.pk).update(last_run_at=now, last_error="", stale_due_at=due, stale_told_at=None)
    announce(Settled(f"stale/{source.slug}"))


def _wait(run: Run) -> None:
    """One task for all that is in doubt in this run, one for all hosts that nobody owns."""
    if run.perhaps:
        told = ngettext('%(n)s "perhaps" to decide in %(file)s', '%(n)s "perhaps" to decide in %(file)s', run.perhaps)
        said = told % {"n": run.perhaps, "file": run.file_name}
        announce(Waits("perhaps", f"perhaps/{run.pk}", said, f"/perhaps/?run={run.pk}", exercise=run.exercise))
    if run.unassigned:
        told = ngettext(
            "%(n)s host that nobody owns in %(file)s", "%(n)s hosts that nobody owns in %(file)s", run.unassigned
        )
        said = told % {"n": run.unassigned, "file": run.file_name}
        announce(Waits("unassigned", f"unassigned/{run.pk}", said, f"/unassigned/?run={run.pk}", exercise=run.exercise))
