"""Processes are killed without warning; what they did goes on."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.installation import Installation

pytestmark = pytest.mark.fault


def _answers(installation: Installation, path: str = "/readyz") -> bool:
    with urllib.request.urlopen(installation.url(path), timeout=2) as answer:
        return bool(answer.status == 200)


@pytest.mark.parametrize("name", ["web", "live", "worker-urgent", "worker", "worker-cloud"])
def test_what_is_killed_is_started_again(installation: Installation, name: str) -> None:
    before = set(installation.kill(name))
    assert before
    installation.wait(lambda: set(installation.processes(name)) - before, what=f"a new {name}")
    installation.wait(lambda: _answers(installation), what="an answer")


def test_the_database_comes_back_and_the_site_with_it(installation: Installation) -> None:
    [(pid,)] = [(int(path.read_text().split()[0]),) for path in [_data(installation) / "postmaster.pid"]]
    os.kill(pid, signal.SIGKILL)
    installation.wait(lambda: _answers(installation), seconds=45, what="readiness after the database was killed")
    installation.wait(lambda: len(_alive_workers(installation)) == 3, seconds=45, what="three workers")


def test_a_killed_workers_job_is_done_by_another(installation: Installation) -> None:
    """The job is marked as being done by a worker that no longer lives, as after kill -9."""
    installation.sql(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args) VALUES ('default', 'platform.jobs.heartbeat', 'doing', %s)",
        [json.dumps({"timestamp": 1})],
    )
    done = "SELECT 1 WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL)"
    installation.wait(lambda: installation.sql(done), seconds=20, what="the rescue")


def test_a_dead_job_whose_like_waits_does_not_block_it(installation: Installation) -> None:
    """Both hold the lock of a task that runs one at a time: without help the waiting one would wait for ever."""
    insert = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args, lock, queueing_lock)"
        " VALUES ('default', 'platform.jobs.heartbeat', %s, '{\"timestamp\": 1}', 'test', 'test')"
    )
    installation.sql(insert, ["doing"])
    installation.sql(insert, ["todo"])
    waits = (
        "SELECT 1 WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE lock = 'test' AND status IN ('doing', 'todo'))"
    )
    installation.wait(lambda: installation.sql(waits), seconds=20, what="the waiting job")


def test_down_leaves_nothing_behind(installation: Installation) -> None:
    installation.run("down")
    assert [
        name
        for name in ("supervisor", "web", "live", "worker-urgent", "worker", "worker-cloud")
        if installation.processes(name)
    ] == []
    assert not (_data(installation) / "postmaster.pid").exists()


def test_a_killed_supervisor_leaves_no_stale_state(installation: Installation) -> None:
    installation.kill("supervisor")
    installation.wait(lambda: not installation.processes("web"), what="the end of the orphans")
    installation.up()
    assert _answers(installation)


def test_two_installations_live_side_by_side(installation: Installation) -> None:
    from tests.installation import installation as another

    with another() as second:
        second.up()
        assert _answers(installation)
        assert _answers(second)
        assert "already up" in second.run("up", check=False).stderr


def _data(installation: Installation) -> Path:
    pointer = installation.home / "postgres.place"
    return Path(pointer.read_text() if pointer.exists() else installation.home / "postgres") / "data"


def _alive_workers(installation: Installation) -> list[tuple[int]]:
    return installation.sql("SELECT id FROM procrastinate_workers WHERE last_heartbeat > now() - interval '6 seconds'")


def test_the_database_is_restarted_under_load(installation: Installation) -> None:
    """Readers never wait long and see words, not a broken page; every job that was committed is done."""
    insert = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
        " SELECT 'urgent', 'platform.jobs.heartbeat', '{\"timestamp\": 1}' FROM generate_series(1, 400)"
    )
    installation.sql(insert)
    with ThreadPoolExecutor(8) as readers:
        asked = [readers.submit(_ask, installation) for _ in range(120)]
        os.kill(int((_data(installation) / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        answers = [one.result() for one in asked]
    assert {status for status, _ in answers} <= {200, 302, 503}
    assert max(seconds for _, seconds in answers) < 15
    left = "SELECT 1 WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE queue_name = 'urgent' AND status IN ('todo', 'doing'))"
    installation.wait(lambda: installation.sql(left), seconds=60, what="the end of all jobs")
    assert installation.sql(
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed' AND queue_name = 'urgent'"
    ) == [(0,)]
    installation.wait(lambda: _answers(installation), what="readiness")


def _ask(installation: Installation) -> tuple[int, float]:
    began = time.monotonic()
    request = urllib.request.Request(
        installation.url("/accounts/login/"), headers={"Cookie": f"paraat_{installation.port}={'x' * 32}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            status = int(answer.status)
    except urllib.error.HTTPError as error:
        status = error.code
    return status, time.monotonic() - began
