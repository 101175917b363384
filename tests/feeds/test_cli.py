"""`paraat feed ...`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from paraat.cli.feed import command
from paraat.feeds.models import Run, Source
from paraat.kernel.errors import Invalid, NotFound
from paraat.observations.models import Finding
from tests import cast
from tests.feeds.lists import listed

pytestmark = pytest.mark.django_db


def run(*arguments: str, given: bytes | None = None) -> Result:
    result = CliRunner().invoke(command, arguments, input=given, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def as_json(*arguments: str, given: bytes | None = None) -> Any:
    return json.loads(run(*arguments, "--json", given=given).stdout)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "2024-10-08_14-40-04_list.json"
    found.write_bytes(listed("www.ronse.be", "eupen-auth.platform.be", "www.unknown.be", {"host": 3}))
    cast.ronse()
    cast.eupen()
    return found


def test_it_reads_a_file_whose_format_it_guesses(path: Path) -> None:
    assert as_json("read", str(path)) == {
        "records": 3,
        "quarantined": 1,
        "observations": 3,
        "organisations": [{"nis": "45041", "kind": "municipality", "name": "Ronse", "hosts": ["www.ronse.be"]}],
        "concerned": [],
        "perhaps": [{"nis": "63023", "kind": "municipality", "name": "Eupen", "hosts": ["eupen-auth.platform.be"]}],
        "unassigned": ["eupen-auth.platform.be", "www.unknown.be"],
    }
    source = Source.objects.get()
    assert (source.slug, source.confirmed_at) == ("ddosia", None)


def test_it_reads_standard_input_as_an_exercise_of_a_given_moment() -> None:
    cast.ronse()
    found = as_json(
        "read",
        "-",
        "--source",
        "target_text",
        "--exercise",
        "--listed-at",
        "2024-10-08T16:40+02:00",
        given=b"+ www.ronse.be\n",
    )
    assert [each["name"] for each in found["organisations"]] == ["Ronse"]
    read = Run.objects.get()
    assert (read.exercise, read.dated_by, str(read.listed_at)) == (True, "person", "2024-10-08 14:40:00+00:00")
    assert Finding.objects.get().exercise


def test_people_get_tables(path: Path) -> None:
    said = run("read", str(path)).stdout
    assert "3 records, 1 quarantined" in said
    assert "Ronse" in said
    assert "www.unknown.be" in said
    assert "came before" in run("read", str(path)).stdout
    for verb in ["sources", "runs", "quarantine"]:
        assert run(verb).stdout


def test_the_lists_are_json_too(path: Path) -> None:
    as_json("read", str(path))
    assert [each["slug"] for each in as_json("sources")] == ["ddosia"]
    [first] = as_json("runs")
    assert (first["source"], first["state"], first["records"]) == ("ddosia", "read", 3)
    [row] = as_json("quarantine", "--run", first["id"])
    assert (row["row"], row["field"], row["raw"]) == (4, "", '{"host": 3}')


def test_quarantine_is_played_again(path: Path) -> None:
    as_json("read", str(path))
    found = as_json("replay", "--run", as_json("runs")[0]["id"])
    assert (found["records"], found["quarantined"]) == (0, 1)
    assert as_json("runs")[0]["state"] == "read"


def test_a_source_is_confirmed(path: Path) -> None:
    as_json("read", str(path))
    assert "is confirmed" in run("confirm", "ddosia").stdout
    assert Source.objects.get().confirmed_by.startswith("command line (")


def test_it_says_what_is_wrong(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\x00\x00")
    with pytest.raises(Invalid, match="--source"):
        run("read", str(picture))
    with pytest.raises(NotFound, match="no such source"):
        run("read", str(picture), "--source", "nothing")
    with pytest.raises(Invalid, match=r"picture\.png"):
        run("read", str(picture), "--source", "ddosia")
    with pytest.raises(Invalid, match="moment"):
        run("read", str(picture), "--source", "ddosia", "--listed-at", "yesterday")
