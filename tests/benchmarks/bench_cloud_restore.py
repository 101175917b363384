"""Total loss of a tenant with 1 GB of mixed mail and files, restored into an empty store and proven, against bare `restic restore --verify`.

The same snapshot in the same run, on the same disk: bytes / (T_restored - T_healthy) over bytes / seconds of restic. Ours stops services, compares
every file with what was recorded at the backup, scans where a scanner is installed, and puts everything in place: that is T_restored. The services
start after it; the ratio until they run is printed too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Container, Iterator
from typing import Any

from tests.benchmarks.bench import Bench, Line, Note, Skipped
from tests.benchmarks.bench_cloud_start import down
from tests.installation import ROOT, Installation, installation

NAMES = ("cloud-restore",)
TARGET = 0.7
MEGABYTES = os.environ.get("PARAAT_BENCH_RESTORE_MB", "1000")
SERVICES = os.environ.get("PARAAT_BENCH_RESTORE_SERVICES", "mail,files").split(",")


def run(wanted: Container[str]) -> Iterator[Line]:
    """The ratio, and the seconds of both."""
    if "cloud-restore" not in wanted:
        return
    with installation(PARAAT_CLOUD_DRIVER="podman") as house:
        house.environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
        house.run("registry", "load-belgium", timeout=240)
        try:
            if lacks := played(house, "lacks")["lacks"]:
                yield Skipped("cloud-restore", TARGET, "; ".join(lacks))
                return
            found = played(house, MEGABYTES)
        finally:
            down(house)
        yield Bench("cloud-restore", found["bare"] / found["ours"], TARGET)
        yield Note("cloud-restore-ours", found["ours"], "seconds from healthy to restored")
        yield Note("cloud-restore-restic", found["bare"], "seconds of bare restic restore --verify")
        yield Note("cloud-restore-bytes", found["bytes"] / 1e6, f"megabytes in {found['files']} files")
        running = found["ours"] + found["steps"].get("running again", 0.0)
        yield Note(
            "cloud-restore-running", found["bare"] / running, "the same ratio until the services run on the data"
        )
        for name, seconds in found["steps"].items():
            yield Note(f"cloud-restore-{name.replace(' ', '-')}", seconds, "seconds of this step")
        yield Note("cloud-restore-rto", found["rto"], "seconds from the loss to all verified on the data")


def played(house: Installation, first: str) -> dict[str, Any]:
    """What the process of the installation prints."""
    command = [sys.executable, "-m", "tests.benchmarks.cloud_restore", first, *SERVICES]
    done = subprocess.run(command, env=house.environment, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))
