"""Paraat stops and its tenants go on: citizens still read the emergency page. With nobody left, nothing of the engine stays on the host."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from paraat.cloud.drivers.podman import Driver, resting
from tests.cloud import trial
from tests.cloud.trial import healthy, until
from tests.installation import ROOT, Installation, free_ports, installation

pytestmark = pytest.mark.containers
PORTS = ("PARAAT_CLOUD_HTTPS_PORT", "PARAAT_CLOUD_IMAPS_PORT", "PARAAT_CLOUD_SUBMISSIONS_PORT")
START = """
import django; django.setup()
from paraat.cloud import bringing
from tests import cast
from paraat.accounts.middleware import actor_of
from paraat.cloud.actions.tenants import start_now
made = start_now(organisation=cast.ronse(), services=["web"], consent="Agreed", by=actor_of(cast.duty_officer()), enqueue=False)
print(bringing.bring(made.pk).domain)
"""
CLEAR = "from paraat.cloud.drivers.podman import Driver; from tests.cloud.trial import clear; clear(Driver())"


def mounted(place: Path) -> list[str]:
    """What is mounted at or below a folder."""
    places = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [one for one in places if one.startswith(str(place))]


def watchers(store: Path) -> int:
    """How many processes of podman watch over something of a store."""
    return len(list(resting._watchers(store)))


def test_a_home_can_be_deleted_when_nothing_runs_in_it(tmp_path: Path) -> None:
    with trial.podman(tmp_path / "home") as driver:
        assert isinstance(driver, Driver)
        engine = driver.engine
        wanted = trial.workload("rtrial", "web", image=trial.base())
        driver.prepare(wanted)
        driver.start(wanted, "web")
        until(lambda: healthy(driver, "rtrial", "web"), 60)
        assert engine.down() == 2, "the service and what holds its network go on"
        assert trial.until(lambda: not engine.socket.exists() or not engine._answers()) < 5
        assert mounted(engine.store), "what runs keeps its file system"
        assert healthy(driver, "rtrial", "web"), "asked again, podman's service is there again"
        driver.remove("rtrial")
        assert engine.down() == 0
        assert mounted(engine.store) == []
        shutil.rmtree(tmp_path / "home")


def test_a_command_in_a_container_leaves_no_process_for_long(tmp_path: Path) -> None:
    with trial.podman(tmp_path / "home") as driver:
        assert isinstance(driver, Driver)
        wanted = trial.workload("rtrial", "web", image=trial.base())
        driver.prepare(wanted)
        driver.start(wanted, "web")
        until(lambda: healthy(driver, "rtrial", "web"), 60)
        before = watchers(driver.engine.store)
        for _ in range(5):
            assert driver.run("rtrial", "web", ["echo", "here"]) == b"here\n"
        assert watchers(driver.engine.store) > before
        assert until(lambda: watchers(driver.engine.store) == before, 40) < 40


@pytest.fixture
def house() -> Iterator[Installation]:
    """An installation whose engine is podman."""
    if lacks := Driver().lacks():
        pytest.skip(" ".join(lacks))
    ports = {name: str(free_ports()) for name in PORTS}
    with installation(PARAAT_CLOUD_DRIVER="podman", PARAAT_SECOND_FACTOR="no", **ports) as made:
        made.environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
        try:
            yield made
        finally:
            made.down()
            made.python(CLEAR)


def page(house: Installation, host: str) -> tuple[int, str]:
    """The emergency page, as a citizen's browser asks for it, trusting the installation's authority."""
    context = ssl.create_default_context(cafile=house.home / "cloud" / "ca" / "ca.pem")
    line = HTTPSConnection("127.0.0.1", int(house.environment["PARAAT_CLOUD_HTTPS_PORT"]), timeout=10, context=context)
    line.sock = context.wrap_socket(socket.create_connection((line.host, line.port), 10), server_hostname=host)
    line.request("GET", "/", headers={"Host": host})
    answer = line.getresponse()
    return answer.status, answer.read().decode()


def test_the_emergency_page_is_served_while_paraat_is_down(house: Installation) -> None:
    house.run("migrate", timeout=400)
    house.up()
    done = subprocess.run(
        [sys.executable, "-c", START], env=house.environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    host = done.stdout.strip().splitlines()[-1]
    status, text = page(house, host)
    assert status == 200

    said = house.run("down").stdout
    assert "Paraat is down." in said
    assert "(containers, with the entrance: 3)" in said  # the page, what holds its network, and the entrance
    assert processes_of(house) == [], "nothing but containers is left"
    assert page(house, host) == (200, text)

    house.up()
    house.run("cloud", "destroy", "Ronse", "--reason", "Tried", "--yes", timeout=120)
    house.run("down")
    until(lambda: watchers(house.home / "cloud/podman/store") <= 1, 60)  # nothing but the entrance goes on


def processes_of(house: Installation) -> list[str]:
    """Every living process of the installation but containers and those that watch over them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment, words = (entry / "environ").read_bytes(), (entry / "cmdline").read_bytes()
        except OSError:
            continue
        ours = f"PARAAT_HOME={house.home}\0".encode() in environment or str(house.home).encode() in words
        if ours and not words.startswith(b"/usr/bin/conmon"):
            found.append(words.replace(b"\0", b" ").decode())
    return found
