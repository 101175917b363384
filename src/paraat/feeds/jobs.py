"""Background work of feeds: reading runs, watching folders, pulling URLs, noticing silence."""

from __future__ import annotations

import contextlib
import logging
from uuid import UUID

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from paraat.kernel.errors import Conflict
from paraat.platform import files
from paraat.platform.jobs import periodic, task

log = logging.getLogger("paraat.feeds")


@task(queue="urgent")
def read(run: str) -> None:
    """Read one run; when another reader has it or it is finished, there is nothing to do."""
    from paraat.feeds import actions

    try:
        actions.read_run(run=UUID(run))
    except Conflict as conflict:
        log.info("run not read here", extra={"run": run, "because": str(conflict)})


def read_later(run: UUID) -> None:
    """Have a worker read a run; when it waits for one already, once is enough."""
    named = f"read {run}"
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        read.configure(lock=named, queueing_lock=named).defer(run=str(run))


@periodic("* * * * *", queue="urgent")
def read_abandoned(timestamp: int) -> None:
    """Give the runs whose reader died to another one."""
    from paraat.feeds import actions

    actions.requeue_abandoned()


@periodic("* * * * * */10", queue="urgent")
def watch_folders(timestamp: int) -> None:
    """Take in the complete files of all watched folders."""
    from paraat.feeds import watching

    watching.take_all()


@periodic("* * * * *")
def pull_due(timestamp: int) -> None:
    """Have every source pulled whose time has come."""
    from paraat.feeds import actions

    actions.start_due_pulls()


@task(queue="default", retry=None)
def pull(source: str) -> None:
    """Ask the URL of one source. What goes wrong is noted on the source, and asked again when it is next due."""
    from paraat.feeds import pulling

    pulling.pull(UUID(source))


@periodic("*/5 * * * *")
def notice_silence(timestamp: int) -> None:
    """Tell somebody of sources that brought nothing new for too long."""
    from paraat.feeds import actions

    actions.tell_stale()


@periodic("17 3 * * *", queue="bulk")
def sweep(timestamp: int) -> None:
    """Remove what crashes left in the file store."""
    files.sweep()
