"""Background jobs: Procrastinate, in the same PostgreSQL, so that a job is enqueued in the transaction that needs it and vanishes with it.

An app's `jobs.py` declares its tasks with `@task(queue="urgent")` and calls actions. A task is idempotent: a worker that is killed has its
job tried again by another within seconds. Queues: `urgent` (somebody is warned), `default`, `bulk` (reports, imports), `cloud` (tenants).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from procrastinate import BaseRetryStrategy, RetryDecision, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from paraat.kernel.errors import ParaatError

__all__ = ["QUEUES", "RETRY", "app", "periodic", "task"]

QUEUES = ("urgent", "default", "bulk", "cloud")

F = TypeVar("F", bound=Callable[..., Any])


class UnlessPermanent(RetryStrategy):
    """Try again with growing pauses, unless the error itself says that trying again cannot help."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None: never."""
        if isinstance(exception, ParaatError) and exception.permanent:
            return None
        return super().get_retry_decision(exception=exception, job=job)


RETRY = UnlessPermanent(max_attempts=8, exponential_wait=3)
"""Three seconds, nine, twenty-seven ...: what a restart or a slow server needs. Deliveries have a ladder of their own."""


def task(
    *,
    queue: str = "default",
    name: str | None = None,
    retry: BaseRetryStrategy | None = RETRY,
    lock: str | None = None,
    queueing_lock: str | None = None,
) -> Callable[[F], Any]:
    """Make a function a task. `lock`: one at a time; `queueing_lock`: one waiting at most.

    Enqueue with `my_task.defer(key=value)` inside the transaction; arguments are JSON: ids, never objects.
    """
    if queue not in QUEUES:
        raise ValueError(f"{queue} is not a queue: {QUEUES}")

    def declare(function: F) -> Any:
        return app.task(
            queue=queue, name=name or _name(function), retry=retry or False, lock=lock, queueing_lock=queueing_lock
        )(function)

    return declare


def periodic(cron: str, *, queue: str = "default", name: str | None = None) -> Callable[[F], Any]:
    """Make a function of `timestamp: int` a task that runs by the clock (`cron` in UTC; a sixth, last field means seconds).

    However many workers run, each tick is enqueued once, one waits and one runs at a time. A tick that was missed is not made up for: look
    for what is due, never at the clock.
    """

    def declare(function: F) -> Any:
        named = name or _name(function)
        return app.periodic(cron=cron)(
            task(queue=queue, name=named, retry=None, lock=named, queueing_lock=named)(function)
        )

    return declare


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__.removeprefix('paraat.')}.{function.__name__}"


@periodic("* * * * *")
def heartbeat(timestamp: int) -> None:
    """Tell the dead-man's switch that jobs run here; that this stops is what it is for."""
    from paraat.platform import health

    health.beat()


@periodic("17 3 * * *", queue="bulk")
def forget_sessions(timestamp: int) -> None:
    """Delete sessions and cached values that have expired."""
    from django.core.management import call_command

    call_command("clearsessions")


@task(queue="bulk", retry=None)
def copy_page(path: str) -> None:
    """Keep a copy of one page that must stay readable when the database is down."""
    from paraat.platform import snapshots

    snapshots.renew(path)


@periodic("* * * * * 40")
def copy_pages(timestamp: int) -> None:
    """Have every such page copied, each by a job of its own, so that one that fails keeps no other from being copied."""
    from paraat.platform.registrations import snapshots

    for one in snapshots:
        copy_page.defer(path=one.path)
