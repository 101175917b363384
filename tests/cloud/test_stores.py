"""The password of a store is told to restic, and to nobody else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from paraat.cloud import adopting, keeping, repositories, stores
from paraat.cloud.actions import backups
from paraat.cloud.models import Backup
from paraat.cloud.models import Repository as Rows
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Invalid, ParaatError
from paraat.platform.models import JournalDetail
from tests.cloud import playing

STORE = "rest:https://team:Tr0ub4dor@store.example:8000/paraat/"


@pytest.fixture
def failing_restic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A restic that says, as the real one does, where it did not succeed; it writes down what it was told."""
    program = tmp_path / "bin" / "restic"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$RESTIC_REPOSITORY" >{tmp_path}/told\necho "$@" >>{tmp_path}/words\n'
        'echo "Fatal: unable to open config file: $RESTIC_REPOSITORY: key $AWS_SECRET_ACCESS_KEY, 401 for Tr0ub4dor" >&2\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PARAAT_CLOUD_STORE", STORE)
    monkeypatch.setenv("PARAAT_CLOUD_STORE_CREDENTIALS", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI")
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path / "home"))
    return tmp_path


def test_an_error_of_restic_has_no_password_and_restic_has_it(failing_restic: Path) -> None:
    place = repositories.location_for("T2026-0001")
    assert place == "rest:https://store.example:8000/paraat/T2026-0001"
    opened = repositories.Repository(place, "key")
    with pytest.raises(ParaatError) as raised:
        opened.snapshots()
    for text in (str(raised.value), repr(raised.value), repr(opened), (failing_restic / "words").read_text()):
        assert "Tr0ub4dor" not in text and "wJalr" not in text
    assert "401" in str(raised.value)
    assert (failing_restic / "told").read_text().strip() == f"{STORE}T2026-0001"


@pytest.mark.django_db
def test_no_row_and_no_line_of_the_journal_has_it(failing_restic: Path) -> None:
    with playing.engine(failing_restic):
        tenant = playing.running()
        with pytest.raises(ParaatError):
            keeping.back_up_now(tenant=tenant, by=SYSTEM, because="")
    rows = [
        *Backup.objects.values_list("error"),
        *Rows.objects.values_list("error", "location"),
        *JournalDetail.objects.values_list("detail"),
    ]
    said = json.dumps(rows, default=str)
    assert "401" in said and "store.example" in said
    assert "Tr0ub4dor" not in said and "wJalr" not in said


@pytest.mark.django_db
def test_a_location_with_a_password_is_not_taken_on(tmp_path: Path) -> None:
    with playing.engine(tmp_path):
        tenant = playing.running()
        with pytest.raises(Invalid) as raised:
            backups.open_repository(tenant=tenant, location="rest:https://a:b-secret@else.example/x", key="k")
        assert "b-secret" not in str(raised.value)
    with pytest.raises(Invalid):
        adopting.newest(repositories.Repository("rest:https://a:b-secret@else.example/x", "k"))


def test_a_password_goes_to_its_own_store_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_CLOUD_STORE", STORE)
    for other in (
        "rest:https://store.example:8000.evil.example/x",
        "rest:http://store.example:8000/x",
        "/srv/backups",
        "s3:https://store.example:8000/x",
    ):
        assert stores.whole(other) == other
    assert stores.whole("rest:https://store.example:8000/x") == "rest:https://team:Tr0ub4dor@store.example:8000/x"
    monkeypatch.setenv("PARAAT_CLOUD_STORE", "/srv/backups")
    assert stores.whole("rest:https://store.example:8000/x") == "rest:https://store.example:8000/x"
    assert stores.masked("Get rest:https://u:p@h/x: refused") == "Get rest:https://***@h/x: refused"
