"""From the committed request to all services verified by real clients, against the same lowered YAML played by hand until the same clients pass.

Both on the wall clock, in turns, on the same engine; the best turn of each counts, since whatever else the machine does only adds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Container, Iterator
from typing import Any

from tests.benchmarks.bench import Bench, Line, Note, Skipped
from tests.installation import ROOT, Installation, free_ports, installation

NAMES = ("cloud-start",)
TARGET, TURNS = 1.5, int(os.environ.get("PARAAT_BENCH_TURNS", "2"))
PORTS = ("PARAAT_CLOUD_HTTPS_PORT", "PARAAT_CLOUD_IMAPS_PORT", "PARAAT_CLOUD_SUBMISSIONS_PORT")
DOWN = """
import django; django.setup()
from paraat.cloud import drivers
from paraat.cloud.entrance import host
engine = drivers.named("podman").engine
engine.delete(f"/containers/{host.NAME}", force="true")
engine.down()
"""
SERVICES = os.environ.get("PARAAT_BENCH_SERVICES", "all")


def run(wanted: Container[str]) -> Iterator[Line]:
    """The ratio, and the seconds of both."""
    if "cloud-start" not in wanted:
        return
    ports = dict(zip(PORTS, (str(free_ports()) for _ in PORTS), strict=True))
    with installation(PARAAT_CLOUD_DRIVER="podman", **ports) as house:
        house.environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
        services = SERVICES.split(",")
        if lacks := played(house, "lacks", *services)["lacks"]:
            yield Skipped("cloud-start", TARGET, "; ".join(lacks), least=False)
            return
        house.run("registry", "load-belgium", timeout=240)
        ours, hand = [], []
        try:
            for turn in range(TURNS):
                ours.append(started(house))
                hand.append(played(house, "hand", f"hand-{turn}", *services)["seconds"])
        finally:
            down(house)
    yield Bench("cloud-start", min(ours) / min(hand), TARGET, least=False)
    yield Note("cloud-start-ours", min(ours), "seconds from the request to all verified")
    yield Note("cloud-start-hand", min(hand), "seconds by hand")


def started(house: Installation) -> float:
    """Seconds from the request to all verified, as the rows say; the tenant is destroyed again."""
    consent = ("--officer-consent", "A measurement; nobody asked for it")
    told = house.run("cloud", "start", "Ronse", "--services", SERVICES, *consent, "--json", timeout=400)
    found = json.loads(told.stdout.strip().splitlines()[-1])
    assert found["state"] == "verified", found["trouble"]
    house.run("cloud", "destroy", found["number"], "--reason", "Measured", "--yes", timeout=300)
    return float(found["seconds"]["verified"])


def played(house: Installation, *words: str) -> dict[str, Any]:
    """What the other side prints."""
    command = [sys.executable, "-m", "tests.benchmarks.cloud_start", *words]
    done = subprocess.run(command, env=house.environment, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def down(house: Installation) -> None:
    """End what the engine keeps running for this installation."""
    house.python(DOWN)
