"""Jobs live and die with the transaction that enqueued them; what cannot succeed is not tried again."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from procrastinate.jobs import Job

from paraat.kernel.errors import Invalid, Unreachable
from paraat.platform import jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pg15]


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return int(cursor.fetchone()[0])


def test_a_job_vanishes_with_its_transaction() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        jobs.heartbeat.defer(timestamp=1)
        assert _waiting() == 1
        raise RuntimeError
    assert _waiting() == 0


def test_a_job_is_there_after_the_commit() -> None:
    with transaction.atomic():
        jobs.heartbeat.defer(timestamp=1)
    assert _waiting() == 1


def _job(attempts: int = 0) -> Job:
    return Job(
        id=1,
        queue="default",
        lock=None,
        queueing_lock=None,
        task_name="x",
        attempts=attempts,
        task_kwargs={},
        status="doing",
    )


def test_what_cannot_succeed_is_not_tried_again() -> None:
    assert jobs.RETRY.get_retry_decision(exception=Invalid(), job=_job()) is None
    assert jobs.RETRY.get_retry_decision(exception=Unreachable(), job=_job()) is not None
    assert jobs.RETRY.get_retry_decision(exception=ValueError(), job=_job()) is not None
    assert jobs.RETRY.get_retry_decision(exception=Unreachable(), job=_job(attempts=8)) is None


def test_a_queue_that_nobody_works_on_is_refused() -> None:
    with pytest.raises(ValueError, match="not a queue"):
        jobs.task(queue="fast")


def test_every_periodic_task_runs_one_at_a_time() -> None:
    for (name, _), periodic in jobs.app.periodic_registry.periodic_tasks.items():
        assert periodic.task.lock, f"{name}: two at once would do the same work twice"
        assert periodic.task.queueing_lock, f"{name}: ticks would pile up while nobody works"
        assert periodic.task.queue in jobs.QUEUES
