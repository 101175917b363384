"""The worker process: runs jobs, and takes over what a killed worker left behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from procrastinate import App, JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition
from procrastinate.middleware import SyncCallNext
from procrastinate.worker import Worker

from paraat.platform.jobs import app
from paraat.platform.requests import JOB_ID

HEARTBEAT = 2.0
STALLED = 10.0
"""Seconds without a sign of life after which a worker's jobs are tried again by another."""
GRACE = 20.0
"""Seconds that running jobs get to finish when the worker is asked to stop."""

_DEAD = """
    job.status = 'doing' AND (job.worker_id IS NULL OR job.worker_id IN
        (SELECT id FROM procrastinate_workers WHERE last_heartbeat < now() - make_interval(secs => %(seconds)s)))
"""
# A dead job whose like already waits cannot wait beside it, and would keep it from running: the waiting one does the work.
_SUPERSEDE = f"""
UPDATE procrastinate_jobs job SET status = 'failed' WHERE {_DEAD} AND EXISTS (
    SELECT FROM procrastinate_jobs waiting WHERE waiting.status = 'todo' AND waiting.queueing_lock = job.queueing_lock)
RETURNING job.id
"""  # noqa: S608  # no input in it
_RETRY = f"""
WITH dead AS (SELECT job.id, job.task_name FROM procrastinate_jobs job WHERE {_DEAD} FOR UPDATE OF job SKIP LOCKED)
SELECT id, task_name, procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)::text FROM dead
"""  # noqa: S608

_log = logging.getLogger("paraat.worker")


def run(queues: Sequence[str], *, concurrency: int) -> None:
    """Work on `queues` until asked to stop by SIGTERM or SIGINT. Raises when the database is lost: who started it starts it again."""
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    # Not replace_connector: a task that enqueues another must do so on Django's connection, in its own transaction.
    asyncio.run(_work(app.with_connector(connector), list(queues), concurrency))


async def _work(working: App, queues: list[str], concurrency: int) -> None:
    async with working.open_async():
        rescue = asyncio.create_task(_rescue_forever(working))
        try:
            await working.run_worker_async(
                queues=queues,
                concurrency=concurrency,
                delete_jobs=DeleteJobCondition.SUCCESSFUL,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=60.0,
                shutdown_graceful_timeout=GRACE,
                fetch_job_polling_interval=5.0,
                task_middleware=[*working.worker_defaults.get("task_middleware", []), name_the_job],
            )
        finally:
            rescue.cancel()


def name_the_job(call_next: SyncCallNext, context: JobContext, worker: Worker) -> Any:  # noqa: ARG001  # the library's signature
    """Put the job's id on every log line that it writes, and log how it ended."""
    token = JOB_ID.set(str(context.job.id))
    try:
        return call_next()
    except Exception:
        _log.exception("job failed", extra={"task": context.job.task_name, "attempt": context.job.attempts + 1})
        raise
    finally:
        JOB_ID.reset(token)


async def _rescue_forever(working: App) -> None:
    """Every two seconds, give back the jobs of workers without a sign of life."""
    while True:
        await asyncio.sleep(HEARTBEAT)
        try:
            await rescue(working)
        except ConnectorException:
            _log.warning("the database does not answer; nothing was rescued")


async def rescue(working: App) -> int:
    """Have jobs of dead workers tried again, each once however many workers ask; returns how many."""
    await working.connector.execute_query_all_async(_SUPERSEDE, seconds=STALLED)
    rows = await working.connector.execute_query_all_async(_RETRY, seconds=STALLED)
    for row in rows:
        _log.warning("rescued a job of a dead worker", extra={"rescued": row["id"], "task": row["task_name"]})
    return len(rows)
