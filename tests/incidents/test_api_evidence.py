"""Evidence through the API and the command line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from paraat.cli.evidence import command
from paraat.incidents.models import Content, Evidence
from paraat.kernel.errors import Conflict
from paraat.platform import vault
from tests import cast
from tests.api.stage import Caller
from tests.incidents import holding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    monkeypatch.setenv("PARAAT_FIELD_KEY", "k" * 40)


def send(caller: Caller, case: Any, content: bytes, query: str = "name=disk.img") -> Any:
    path = f"/api/v1/cases/{case.pk}/evidence?{query}"
    return caller.client.post(path, content, content_type="application/octet-stream")


def test_a_file_is_streamed_in_listed_and_verified() -> None:
    caller, case, content = Caller(cast.duty_officer()), holding.case(), b"\x00\xff" * 3_000_000
    answer = send(
        caller, case, content, f"name=disk.img&source=FS01&tlp=TLP:RED&sha256={hashlib.sha256(content).hexdigest()}"
    )
    assert answer.status_code == 201, answer.content
    given = answer.json()
    assert (given["size"], given["tlp"], given["source"]) == (len(content), "TLP:RED", "FS01")
    assert [one["number"] for one in caller.get(f"/cases/{case.pk}/evidence").json()["items"]] == [given["number"]]
    assert caller.post(f"/evidence/{given['id']}/verify").json() == {"state": "whole"}
    assert [one["deed"] for one in caller.get(f"/evidence/{given['id']}/custody").json()] == ["received", "verified"]


def test_another_digest_than_said_keeps_nothing() -> None:
    answer = send(Caller(cast.duty_officer()), holding.case(), b"one", "name=a&sha256=" + "0" * 64)
    assert answer.status_code == 422
    assert not Content.objects.exists()


def test_a_stranger_brings_nothing_and_reads_nothing() -> None:
    piece = holding.piece()
    caller = Caller(cast.spoc_user(cast.spiere_helkijn()))
    assert send(caller, piece.case, b"one").status_code == 404
    assert caller.get(f"/evidence/{piece.pk}").status_code == 404
    assert caller.get(f"/evidence/{piece.pk}/custody").status_code == 404
    assert Caller(cast.observer()).get(f"/evidence/{piece.pk}").status_code == 403


def run(*arguments: str) -> Any:
    return CliRunner().invoke(command, list(arguments))


def test_the_command_line_adds_saves_and_verifies(tmp_path: Path) -> None:
    case = holding.case()
    (tmp_path / "a.pcap").write_bytes(holding.NOTE)
    done = run("add", case.number, str(tmp_path / "a.pcap"), "--source", "tap", "--json")
    row = json.loads(done.stdout)["evidence"][0]
    assert row["sha256"] == hashlib.sha256(holding.NOTE).hexdigest()
    assert run("save", row["number"], str(tmp_path / "out"), "--reason", "Analysis").exit_code == 0
    assert (tmp_path / "out").read_bytes() == holding.NOTE
    assert isinstance(run("save", row["number"], str(tmp_path / "out"), "--reason", "x").exception, Conflict)
    assert run("verify", row["number"]).stdout == "1 whole\n"
    assert row["number"] in run("list").stdout


def test_what_is_damaged_is_not_saved(tmp_path: Path) -> None:
    piece = holding.piece()
    holding.spoil(piece.content)
    assert isinstance(run("save", piece.number, str(tmp_path / "out"), "--reason", "x").exception, vault.Damaged)
    assert not [path for path in tmp_path.iterdir() if path.is_file()]
    assert run("verify", piece.number).exit_code == 1
    assert Evidence.objects.get().state == "damaged"
