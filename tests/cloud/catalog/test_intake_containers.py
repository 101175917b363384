"""The intake in real containers."""

from __future__ import annotations

import re
import time

import pytest

from paraat.cloud.catalog.intake import hooks, verify
from tests.cloud.catalog.played import prepared, running

pytestmark = pytest.mark.containers


def test_the_intake_runs_as_nobody_is_verified_backed_up_and_back_after_a_kill() -> None:
    town = prepared("c3-intake", "intake")
    with running(town, "accounts", "intake") as access:
        assert len(verify.verify(access)) == 4
        assert access.run("intake", "id", "-u").strip() == b"10001"
        assert b"read-only" in access.run("intake", "sh", "-c", "touch /opt/x 2>&1 || true").lower()
        assert re.search(rb"CapEff:\s+0{16}", access.run("intake", "cat", "/proc/1/status"))
        secret = town.secret("SECRET_INTAKE_KEY").encode()
        assert secret not in access.run("intake", "sh", "-c", "cat /proc/*/cmdline /proc/*/environ 2>/dev/null || true")
        hooks.before_backup(access)
        hooks.after_restore(access)
        assert len(verify.verify(access)) == 4
        status = access.run("intake", "sh", "-c", "grep VmRSS /proc/*/status | sort -k2 -n | tail -1")
        print(f"MEASURED intake memory {status.decode().split()[-2]} kB")


def test_the_program_starts_with_little() -> None:
    """Every process of it pays for what it imports: a web server and templates, and none of what the house itself needs."""
    town = prepared("c3-start", "intake")
    with running(town, "accounts", "intake") as access:
        began = time.monotonic()
        told = "import sys, intake.site, intake.__main__, uvicorn; print(*{name.partition('.')[0] for name in sys.modules})"
        loaded = set(access.run("intake", "python3", "-c", told).decode().split())
        print(f"MEASURED intake import {time.monotonic() - began:.2f} s, {len(loaded)} packages")
        assert "uvicorn" in loaded and not {"paraat", "django", "polars", "pyarrow", "numpy"} & loaded
