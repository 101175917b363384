"""The drill of `bench_cloud_restore`, in a process of the installation: prints its figures, and those of bare restic on the same snapshot, as JSON.

python -m tests.benchmarks.cloud_restore MEGABYTES SERVICE ...
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paraat.settings")
django.setup()

from paraat.cloud import drilling, drivers, keeping, repositories  # noqa: E402
from paraat.cloud.actions import drills  # noqa: E402
from paraat.cloud.models import Drill, Step  # noqa: E402
from paraat.kernel.actor import SYSTEM  # noqa: E402
from paraat.registry.naming import the_one  # noqa: E402
from tests.benchmarks import cloud_start  # noqa: E402


def main(megabytes: int, services: list[str]) -> dict[str, Any]:
    """Total loss of a tenant with that much mixed mail and files, restored into an empty store and proven."""
    found: dict[str, float] = {}
    clear = drilling._clear

    def measured(drill: Drill) -> None:
        if drill.state == Drill.State.PASSED:
            found["bare"] = bare(drill)
        clear(drill)

    drilling._clear = measured
    drill = drilling.drill_now(
        organisation=the_one("Ronse"), by=SYSTEM, because="measured", services=services, sample=megabytes * 1_000_000
    )
    if drill.state != Drill.State.PASSED or drill.restored_at is None or drill.healthy_at is None:
        raise SystemExit(f"the drill failed: {drill.error}")
    times = drills.times(drill)
    return found | {
        "ours": (drill.restored_at - drill.healthy_at).total_seconds(),
        "rto": (drill.verified_at - drill.requested_at).total_seconds() if drill.verified_at else 0,
        "healthy": (drill.healthy_at - times.requested).total_seconds(),
        "bytes": drill.bytes,
        "files": drill.files,
        "left": drill.left,
        "steps": steps(drill),
    }


def steps(drill: Drill) -> dict[str, float]:
    """Seconds of every step of the restore; from its end on, until the services run on the data and until they are proven."""
    rows = Step.objects.filter(tenant=drill.tenant, deed="restore").values_list("name", "began_at", "ended_at")
    found = {name: (ended - began).total_seconds() for name, began, ended in rows if began and ended}
    again = Step.objects.filter(
        tenant=drill.tenant, deed="start", name="healthy", state=Step.State.DONE, ended_at__gte=drill.restored_at
    )
    if drill.restored_at and (running := again.order_by("ended_at").values_list("ended_at", flat=True).first()):
        found["running again"] = (running - drill.restored_at).total_seconds()
    if drill.restored_at and drill.verified_at:
        found["proven again"] = (drill.verified_at - drill.restored_at).total_seconds()
    return found


def bare(drill: Drill) -> float:
    """Seconds of `restic restore --verify` of the same snapshot, to an empty folder on the same disk."""
    tenant = drill.tenant
    assert tenant is not None
    driver = drivers.named(tenant.driver)
    kept = tenant.backups.get(state="done")
    with driver.volume(tenant.name, keeping.volumes_of(tenant, driver)[0]) as volume:
        place = Path(volume).parent / ".bare-restic"
        began = time.perf_counter()
        keeping.repository_of(tenant).restore(kept.snapshot, place, verify=True)
        took = time.perf_counter() - began
        shutil.rmtree(place)
    return took


def missing(services: list[str]) -> list[str]:
    """What is missing before anything can be measured."""
    return [*repositories.lacks(), *cloud_start.lacks(*services)]


if __name__ == "__main__":
    said = {"lacks": missing(sys.argv[2:])} if sys.argv[1] == "lacks" else main(int(sys.argv[1]), sys.argv[2:])
    print(json.dumps(said))
