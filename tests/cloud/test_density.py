"""Twenty-five towns at once on one host, with emergency page, accounts and mail. All services: `python -m tests.benchmarks cloud-density`."""

from __future__ import annotations

from pathlib import Path

import pytest

from paraat.cloud import catalog, images
from tests.cloud import density, trial

pytestmark = pytest.mark.containers
TENANTS = 25
SERVICES = ("web", "accounts", "mail")
MEMORY = 200 << 20
"""Bytes that such a tenant may take."""


def test_twenty_five_tenants_run_side_by_side_and_none_reaches_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with trial.podman(tmp_path / "home") as driver:
        if density.free() < TENANTS * MEMORY:
            pytest.skip(f"{TENANTS} tenants need {TENANTS * MEMORY >> 20} MB of memory")
        images.build({one for name in catalog.chosen(SERVICES) for one in catalog.service(name).images})
        said = density.measured(driver, TENANTS, SERVICES)
    with capsys.disabled():
        print(
            f"\n{TENANTS} tenants ({', '.join(said['services'])}): started in {said['start']:.0f} s, proven in {said['verify']:.0f} s, "
            f"gone in {said['end']:.0f} s; memory of one {said['least'] / 2**20:.0f} to {said['most'] / 2**20:.0f} MB, "
            f"of this host for all {said['host'] / 2**20:.0f} MB; load {said['load']:.1f}"
        )
    assert said["most"] < MEMORY
