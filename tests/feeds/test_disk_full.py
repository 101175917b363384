"""A disk that is really full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from paraat.feeds.models import Run
from tests import cast
from tests.feeds.lists import ddosia, listed

pytestmark = [pytest.mark.django_db, pytest.mark.fault]


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """A file system of two megabytes where the files are kept."""
    place = home / "files"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=False, capture_output=True)
    if os.getuid() or done.returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


def test_an_upload_that_does_not_fit_is_refused_whole_and_the_next_one_that_fits_is_read(
    client: Client, small_disk: Path
) -> None:
    ddosia()
    client.force_login(cast.duty_officer())

    answer = client.post("/feeds/upload/", {"file": SimpleUploadedFile("big.json", b" " * (5 << 20))}, follow=True)

    assert "The disk is full" in answer.content.decode()
    assert [path for path in small_disk.rglob("*") if path.is_file()] == []
    assert not Run.objects.exists()
    client.post("/feeds/upload/", {"file": SimpleUploadedFile("list.json", listed("www.ronse.be"))})
    assert Run.objects.get().state == Run.State.READ
