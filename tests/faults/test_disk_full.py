"""The disk is full: what comes in is refused whole, and what is there stays."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.installation import Installation

pytestmark = pytest.mark.fault

FILL = """
import sys, django; django.setup()
from paraat.platform import files
try:
    files.store(bytes(64 * 1024) for _ in range(200))
except files.DiskFull as error:
    print(error)
print(files.store([b"small enough"]).path)
"""


@pytest.fixture
def full(installation: Installation) -> Iterator[Installation]:
    """The installation with two megabytes for its files."""
    folder = installation.home / "files"
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield installation
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_an_upload_that_does_not_fit_leaves_nothing_half_kept(full: Installation) -> None:
    printed = full.python(FILL).splitlines()
    assert "disk is full" in printed[0]
    kept = [path for path in (full.home / "files").rglob("*") if path.is_file()]
    assert [path.stat().st_size for path in kept] == [len("small enough")]


def test_a_list_that_does_not_fit_is_refused_in_words(full: Installation, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("".join(f"www.town-{number}.example\n" for number in range(200_000)))
    done = full.run("feed", "read", path, "--source", "text", check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert full.sql("SELECT count(*) FROM feeds_run") == [(0,)] or "disk" in done.stderr
