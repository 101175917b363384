"""A file comes in: kept, entered as a run, recognised when it came before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path, PurePath

from django.db import connection

from paraat.feeds import jobs
from paraat.feeds.models import Run, Source
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import files, live, moment
from paraat.platform.actions import action, record

AT_ONCE = 1 << 20
"""Files up to this many bytes are read within the request or command that brought them; larger ones by a worker."""


def receive_file(
    *,
    source: Source,
    stream: files.Readable | Iterable[bytes] | None = None,
    path: Path | None = None,
    file_name: str,
    origin: str,
    by: Actor,
    exercise: bool = False,
    listed_at: datetime | None = None,
    later: bool = False,
) -> Run:
    """Keep a file of `source` and enter it as a run; exactly one of `stream` (binary) and `path` is given.

    `listed_at` (aware): the moment the list speaks of, where a person knows better than content and file name. `later`: a worker reads it;
    otherwise the caller does, by `read_run`. The same content again for this source, exercise like exercise, gives a run in state REPEATED.
    Raises TooLarge, DiskFull, and Invalid for an empty file.
    """
    if (stream is None) == (path is None):
        raise ValueError("give a stream or a path")
    if path is not None:
        with path.open("rb") as file:
            stored = files.store(file)
    else:
        stored = files.store(stream if stream is not None else ())
    return enter_run(
        source=source,
        stored=stored,
        file_name=file_name,
        origin=origin,
        by=by,
        exercise=exercise,
        listed_at=listed_at,
        later=later,
    )


@action
def enter_run(
    *,
    source: Source,
    stored: files.Stored,
    file_name: str,
    origin: str,
    by: Actor,
    exercise: bool = False,
    listed_at: datetime | None = None,
    replay_of: Run | None = None,
    later: bool = False,
) -> Run:
    """Enter kept content as a run of `source`. A repetition is recognised, unless it is played again from quarantine on purpose."""
    if not stored.size:
        raise Invalid("The file is empty.", file=file_name)
    if not source.active:
        raise Conflict("This source is not in use any more.", source=source.slug)
    same = None if replay_of else _same(source, stored.digest, exercise)
    now = moment.now()
    run = Run.objects.create(
        source=source,
        file_name=_name(file_name),
        digest=stored.digest,
        size=stored.size,
        path=stored.path,
        origin=origin,
        by_label=by.label,
        received_at=now,
        listed_at=listed_at,
        dated_by=Run.DatedBy.PERSON if listed_at else "",
        state=Run.State.REPEATED if same else Run.State.RECEIVED,
        same_as=same,
        replay_of=replay_of,
        finished_at=now if same else None,
        tlp=source.tlp,
        exercise=exercise,
    )
    detail = {"source": source.slug, "file": run.file_name, "digest": run.digest, "origin": origin, "size": run.size}
    record("file.repeated" if same else "file.received", by=by, on=run, detail=detail)
    live.publish("feeds", id=run.pk)
    if later and not same:
        jobs.read_later(run.pk)
    return run


def _same(source: Source, digest: str, exercise: bool) -> Run | None:
    """The run that brought this content before; two that come at the same moment wait for each other here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{source.pk} {digest} {exercise}"])
    before = Run.objects.filter(source=source, digest=digest, exercise=exercise, replay_of=None)
    return before.exclude(state__in=[Run.State.FAILED, Run.State.REPEATED]).order_by("received_at").first()


def _name(file_name: str) -> str:
    """The last part of a name, without control characters: what people see and what the date is read from."""
    plain = PurePath(file_name.replace("\\", "/")).name
    return "".join(sign for sign in plain if sign.isprintable())[-255:] or "unnamed"
