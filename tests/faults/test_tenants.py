"""Who brings a tenant about is killed (-9) at one instant after the other: the next one finishes, nothing half gone is called gone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tests.installation import ROOT, Installation
from tests.installation import installation as new_installation

pytestmark = pytest.mark.fault
BUSY = 240
"""Seconds that a machine which does much else may take; nothing waits so long where all is well."""


@pytest.fixture(scope="module")
def house() -> Iterator[Installation]:
    """An installation whose engine is the one in memory; its database runs, its processes do not."""
    with new_installation(PARAAT_CLOUD_DRIVER="memory", PARAAT_SECOND_FACTOR="no") as made:
        made.environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
        made.run("migrate", timeout=BUSY * 2)
        yield made


def asked(house: Installation, *words: str) -> Any:
    """What the program prints."""
    command = [sys.executable, "-m", "tests.faults.tenants", *words]
    done = subprocess.run(
        command, env=house.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=BUSY
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_a_start_and_an_end_that_are_killed_are_finished_by_the_next(house: Installation) -> None:
    key = asked(house, "start", "web,mail")
    *seen, last = asked(house, "killed", key, "2")
    assert len(seen) > 5, "it was killed at many instants"
    assert {one["state"] for one in seen} <= {"starting", "verified"}
    assert "starting" in {one["state"] for one in seen}, "at least one was killed half way"
    assert last["state"] == "verified" and {"web", "mail"} <= set(last["running"])
    assert {one["verifier"] for one in seen} <= {"", last["verifier"]}, "its secrets were made once"
    assert (last["open"], last["breaks"]) == (0, 0)
    assert last["verbs"].count("tenant.verified") == 1

    assert asked(house, "end", key) == "destroying"
    *seen, last = asked(house, "killed", key, "2")
    for one in seen:
        assert not (one["destroyed"] and one["left"]), one
        assert one["state"] == ("destroyed" if one["destroyed"] else "destroying")
    assert "destroying" in {one["state"] for one in seen}, "at least one was killed half way"
    assert (last["state"], last["left"], last["secrets"]) == ("destroyed", [], ["BACKUP_KEY"])
    assert last["verbs"].count("tenant.destroyed") == 1
    assert (last["open"], last["breaks"]) == (0, 0)


def test_two_at_once_do_the_work_once(house: Installation) -> None:
    key = asked(house, "start", "web,mail")
    command = [sys.executable, "-m", "tests.faults.tenants", "bring", key]
    both = [
        subprocess.Popen(command, env=house.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert [json.loads(one.communicate(timeout=BUSY)[0].strip().splitlines()[-1]) for one in both] == ["verified"] * 2
    found = asked(house, "look", key)
    assert found["verbs"].count("tenant.verified") == 1
    assert house.sql("SELECT max(run) FROM cloud_step WHERE tenant_id = %s", [key]) == [(1,)]
    asked(house, "end", key)
    assert asked(house, "bring", key) == "destroyed"


def test_the_worker_brings_about_what_was_only_written_down(house: Installation) -> None:
    """Nobody was told: the loop finds it. The same after the worker was killed."""
    key = asked(house, "start", "web,mail")
    house.up()
    try:
        state = "SELECT 1 FROM cloud_tenant WHERE id = %s AND state = %s"
        house.wait(lambda: house.sql(state, [key, "verified"]), seconds=BUSY, what="the start")
        before = set(house.kill("worker-cloud"))
        assert before
        asked(house, "end", key)
        house.wait(lambda: house.sql(state, [key, "destroyed"]), seconds=BUSY, what="the end")
        assert not set(house.processes("worker-cloud")) & before
        assert asked(house, "look", key)["left"] == []
    finally:
        house.down()
