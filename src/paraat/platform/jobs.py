"""Background jobs: Procrastinate, in the same PostgreSQL, so that a job is enqueued in the transaction that needs it and vanishes with it.

An app's `jobs.py` declares its tasks with `@task(queue="urgent")` and calls actions. A task is idempotent: a worker that is killed has its
job tried again by another within seconds. Queues: `urgent` (somebody is warned), `default`, `bulk` (reports, imports).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from procrastinate import BaseRetryStrategy, RetryStrategy
from procrastinate.contrib.django import app

__all__ = ["QUEUES", "RETRY", "app", "periodic", "task"]

QUEUES = ("urgent", "default", "bulk")
RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)
"""Three seconds, nine, twenty-seven ...: what a restart or a slow server needs. Deliveries have a ladder of their own."""

F = TypeVar("F", bound=Callable[..., Any])
log = logging.getLogger("paraat.jobs")


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
        named = name or f"{function.__module__.removeprefix('paraat.')}.{function.__name__}"
        return app.task(queue=queue, name=named, retry=retry or False, lock=lock, queueing_lock=queueing_lock)(function)

    return declare


def periodic(cron: str, *, queue: str = "default", name: str | None = None) -> Callable[[F], Any]:
    """Make a function a task that runs by the clock (`cron` in UTC; a sixth, last field means seconds). It gets `timestamp: int`.

    However many workers run, each tick is enqueued once. A tick that was missed is not made up for: look for what is due, not at the clock.
    """

    def declare(function: F) -> Any:
        return app.periodic(cron=cron)(task(queue=queue, name=name, retry=None)(function))

    return declare
