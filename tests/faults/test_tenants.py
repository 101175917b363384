"""A worker that is killed (-9) while a tenant starts or ends, each time later: the next one finishes, nothing half gone is called gone."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.installation import ROOT, Installation
from tests.installation import installation as new_installation

pytestmark = pytest.mark.fault
ROUNDS = 6


@pytest.fixture(scope="module")
def house() -> Iterator[Installation]:
    """An installation whose engine is the one in memory; up, so that its database runs."""
    with new_installation(PARAAT_CLOUD_DRIVER="memory", PARAAT_SECOND_FACTOR="no") as made:
        made.environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
        made.run("migrate")
        yield made


def asked(house: Installation, *words: str) -> Any:
    """What the program prints."""
    command = [sys.executable, "-m", "tests.faults.tenants", *words]
    done = subprocess.run(
        command, env=house.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=90
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def killed(house: Installation, key: str, after: float) -> None:
    """Bring it about in a process that is killed so long after it began its work."""
    command = [sys.executable, "-m", "tests.faults.tenants", "bring", key]
    process = subprocess.Popen(command, env=house.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    began = "SELECT count(*) FROM cloud_step WHERE state = 'running' AND tenant_id = %s"
    deadline = time.monotonic() + 40
    while process.poll() is None and house.sql(began, [key]) == [(0,)] and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_start_that_is_killed_is_finished_by_the_next(house: Installation) -> None:
    key, seen = asked(house, "start"), set[str]()
    for place in range(ROUNDS):
        killed(house, key, 0.08 * place)
        found = asked(house, "look", key)
        assert found["state"] in {"starting", "verified"}
        seen.add(found["verifier"])
    assert asked(house, "bring", key) == "verified"
    found = asked(house, "look", key)
    assert {"web", "mail"} <= set(found["running"])
    assert seen <= {"", found["verifier"]}, "its secrets were made once"
    assert (found["open"], found["breaks"]) == (0, 0)
    assert found["verbs"].count("tenant.verified") == 1
    _end(house, key, found["verifier"])


def _end(house: Installation, key: str, _verifier: str) -> None:
    """An end that is killed again and again: at no instant is it called gone while something is left."""
    assert asked(house, "end", key) == "destroying"
    for place in range(ROUNDS):
        killed(house, key, 0.07 * place)
        found = asked(house, "look", key)
        assert not (found["destroyed"] and found["left"]), found
        assert found["state"] == ("destroyed" if found["destroyed"] else "destroying")
    asked(house, "bring", key)
    found = asked(house, "look", key)
    assert (found["state"], found["left"], found["secrets"]) == ("destroyed", [], ["BACKUP_KEY"])
    assert found["verbs"].count("tenant.destroyed") == 1
    assert (found["open"], found["breaks"]) == (0, 0)


def test_two_at_once_do_the_work_once(house: Installation) -> None:
    key = asked(house, "start")
    command = [sys.executable, "-m", "tests.faults.tenants", "bring", key]
    both = [
        subprocess.Popen(command, env=house.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert [json.loads(one.communicate(timeout=90)[0].strip().splitlines()[-1]) for one in both] == ["verified"] * 2
    found = asked(house, "look", key)
    assert found["verbs"].count("tenant.verified") == 1
    assert house.sql("SELECT max(run) FROM cloud_step WHERE tenant_id = %s", [key]) == [(1,)]
    asked(house, "end", key)
    assert asked(house, "bring", key) == "destroyed"


def test_the_worker_brings_about_what_was_only_written_down(house: Installation) -> None:
    """Nobody was told: the loop finds it. The same after the worker was killed."""
    house.up()
    try:
        key = asked(house, "start")
        state = "SELECT 1 FROM cloud_tenant WHERE id = %s AND state = %s"
        house.wait(lambda: house.sql(state, [key, "verified"]), seconds=45, what="the start")
        house.kill("worker-cloud")
        asked(house, "end", key)
        house.wait(lambda: house.sql(state, [key, "destroyed"]), seconds=60, what="the end")
        assert asked(house, "look", key)["left"] == []
    finally:
        house.down()
