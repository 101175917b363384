"""kill -9 of the cloud's worker while a tenant starts and ends in real containers, and of what runs in them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cloud.trial import free_port
from tests.faults.test_tenants import BUSY, asked
from tests.installation import ROOT, Installation
from tests.installation import installation as new_installation

pytestmark = [pytest.mark.fault, pytest.mark.containers]

LACKS = "from paraat.cloud.drivers.podman import Driver; print(' '.join(Driver().lacks()))"
CLEAR = "from paraat.cloud.drivers.podman import Driver; from tests.cloud.trial import clear; clear(Driver())"
SERVICE = "from paraat.cloud.drivers.podman import Driver; print(Driver().engine.run / 'pid')"
STEP = "SELECT 1 FROM cloud_step WHERE tenant_id = %s AND deed = %s AND name = %s AND state = 'running'"
STATE = "SELECT 1 FROM cloud_tenant WHERE id = %s AND state = %s"


@pytest.fixture(scope="module")
def house() -> Iterator[Installation]:
    """An installation on podman with images that are built, and an entrance on ports of its own; up."""
    ports = {f"PARAAT_CLOUD_{name}_PORT": str(free_port()) for name in ("HTTPS", "IMAPS", "SUBMISSIONS", "HTTP")}
    with new_installation(PARAAT_CLOUD_DRIVER="podman", PARAAT_SECOND_FACTOR="no", **ports) as made:
        made.environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
        if missing := made.python(LACKS).strip():
            pytest.skip(missing)
        made.run("cloud", "build", timeout=900)
        made.run("migrate", timeout=BUSY * 2)
        made.up()
        yield made
        made.down()  # else what is cleared would be brought back
        made.python(CLEAR)


@pytest.fixture(scope="module")
def tenant(house: Installation) -> str:
    """A tenant whose start was killed twice, and that runs all the same."""
    key: str = asked(house, "start", "web,accounts")
    for deed, name in (("start", "accounts"), ("verify", "accounts")):
        house.wait(lambda: house.sql(STEP, [key, deed, name]), seconds=BUSY, what=f"{deed} {name}")  # noqa: B023  # asked at once
        assert house.kill("worker-cloud")
        assert house.sql(STATE, [key, "starting"]), "it was killed half way"
    began = time.monotonic()
    house.wait(lambda: house.sql(STATE, [key, "verified"]), seconds=BUSY, what="the start")
    print(f"BENCH fault kill-worker-cloud: verified {time.monotonic() - began:.1f} s after the last kill")
    return key


def test_a_start_that_is_killed_comes_about(house: Installation, tenant: str) -> None:
    found = asked(house, "look", tenant)
    assert sorted(found["running"]) == ["accounts", "web"]
    assert found["verbs"].count("tenant.verified") == 1
    assert (found["open"], found["breaks"], found["trouble"]) == (0, 0, "")


def test_a_quiet_tenant_is_left_alone(house: Installation, tenant: str) -> None:
    before = _mains(house, tenant)
    assert asked(house, "quiet", tenant, "40") == 0
    assert _mains(house, tenant) == before
    assert "tenant.repaired" not in asked(house, "look", tenant)["verbs"]


def test_what_runs_in_a_container_is_back_when_it_is_killed(house: Installation, tenant: str) -> None:
    before = _mains(house, tenant)
    [(name, pid)] = [(name, pid) for name, pid in before.items() if ".web-" in name]
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    house.wait(lambda: _mains(house, tenant).get(name, pid) not in {0, pid}, seconds=BUSY, what="a new process")
    house.wait(lambda: len(asked(house, "look", tenant)["running"]) == 2, seconds=BUSY, what="its health")
    print(
        f"BENCH fault kill-service of a tenant: healthy, as seen by another process, after {time.monotonic() - began:.1f} s"
    )
    assert {other: one for other, one in _mains(house, tenant).items() if other != name} == {
        other: one for other, one in before.items() if other != name
    }


def test_tenants_do_not_notice_that_podman_is_killed(house: Installation, tenant: str) -> None:
    before = _mains(house, tenant)
    os.kill(int(Path(house.python(SERVICE).strip()).read_text()), signal.SIGKILL)
    began = time.monotonic()
    assert _mains(house, tenant) == before
    print(f"BENCH fault kill-podman under a tenant: it answered another process after {time.monotonic() - began:.1f} s")


def test_it_is_handed_over_extended_wound_down_and_started_again(house: Installation, tenant: str) -> None:
    """By command line, beside the workers."""
    assert house.run("cloud", "hand_over", "ronse", check=False).returncode != 0, "nobody was called back"
    asked(house, "confirm", tenant)
    house.run("cloud", "sheet", "ronse", house.home / "sheet.pdf", "--yes", timeout=BUSY)
    house.wait(lambda: asked(house, "quiet", tenant, "1") == 0, seconds=BUSY, what="the accounts of the sheet")
    assert "handed over" in house.run("cloud", "hand_over", "ronse", timeout=BUSY).stdout
    house.run("cloud", "extend", "ronse", "--days", "40", "--reason", "Not done yet", timeout=BUSY)
    house.run("cloud", "stop", "ronse", "--reason", "Over for now", timeout=BUSY)
    assert _mains(house, tenant) == {}
    assert asked(house, "look", tenant)["left"], "everything is kept"
    house.run("cloud", "start", "ronse", timeout=BUSY)
    found = asked(house, "look", tenant)
    assert (found["state"], sorted(found["running"])) == ("handed_over", ["accounts", "web"])


def test_an_end_that_is_killed_leaves_nothing(house: Installation, tenant: str) -> None:
    """Last in this file: the tenant is gone after it."""
    asked(house, "end", tenant)
    house.wait(lambda: house.sql(STEP, [tenant, "destroy", "removed"]), seconds=BUSY, what="the removal")
    assert house.kill("worker-cloud")
    found = asked(house, "look", tenant)
    assert not (found["destroyed"] and found["left"]), found
    began = time.monotonic()
    house.wait(lambda: house.sql(STATE, [tenant, "destroyed"]), seconds=BUSY, what="the end")
    print(f"BENCH fault kill-worker-cloud: destroyed {time.monotonic() - began:.1f} s after the kill was looked at")
    found = asked(house, "look", tenant)
    assert (found["left"], found["open"], found["breaks"]) == ([], 0, 0)
    assert found["verbs"].count("tenant.destroyed") == 1
    assert found["secrets"] == ["BACKUP_KEY"]


def _mains(house: Installation, tenant: str) -> dict[str, Any]:
    """The process of every container of the tenant."""
    found: dict[str, Any] = asked(house, "main", tenant)
    return found
