"""Pulling one source from its URL: fetched, entered as a run, read; what goes wrong is noted on the source."""

from __future__ import annotations

from uuid import UUID

from paraat.feeds import actions
from paraat.feeds.fetching import fetch
from paraat.feeds.models import Run, Source
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import ParaatError


def pull(source: UUID) -> Run | None:
    """Ask the URL of a source. Returns the run of what it gave; None when nothing changed, nothing came, or the source is out of use."""
    found = Source.objects.active().exclude(pull_url="").filter(pk=source).first()
    if found is None:
        return None
    try:
        run = _fetched(found)
    except ParaatError as error:
        actions.note_pull(source=found, error=str(error))
        return None
    return actions.read_run(run=run) if run and run.state == Run.State.RECEIVED else run


def _fetched(source: Source) -> Run | None:
    with fetch(source.pull_url, etag=source.pull_etag, modified=source.pull_modified) as answer:
        run = None
        if answer.chunks is not None:
            run = actions.receive_file(
                source=source, stream=answer.chunks, file_name=answer.name, origin=Run.Origin.PULL, by=SYSTEM
            )
    actions.note_pull(
        source=source, etag=answer.etag or source.pull_etag, modified=answer.modified or source.pull_modified
    )
    return run
