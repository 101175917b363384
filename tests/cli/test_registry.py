"""`paraat registry ...`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from paraat.cli.registry import command
from paraat.registry.models import Organisation
from tests import cast

pytestmark = pytest.mark.django_db


def run(*words: str) -> Result:
    result = CliRunner().invoke(command, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "mine.csv"
    path.write_text("name,nis,kbo\nRonse,45041,0207460432\n,44021,\nX,1,\n", encoding="utf-8")
    return str(path)


def test_without_yes_it_shows_and_writes_nothing(file: str) -> None:
    text = run("import", file, "--as-of", "2024-10-01").output
    assert "1 new" in text and "row 3, name: missing" in text and "--yes" in text
    assert not Organisation.objects.exists()


def test_with_yes_it_writes_and_names_every_bad_row(file: str) -> None:
    said = json.loads(run("import", file, "--as-of", "2024-10-01", "--yes", "--json").output)
    assert (said["state"], said["new"], said["rows"]) == ("done", 1, 3)
    assert [(fault["row"], fault["field"]) for fault in said["faults"]] == [(3, "name"), (4, "nis")]
    assert Organisation.objects.get().name == "Ronse"


def test_it_answers_as_of_any_day() -> None:
    run("load-belgium")
    for day, flemish in (("2024-12-31", 581), ("2025-01-01", 565)):
        assert len(json.loads(run("list", "--as-of", day, "--kind", "municipality", "--json").output)) == flemish
    assert "Galmaarden" in run("show", "23023", "--as-of", "2024-12-31").output
    assert json.loads(run("show", "23106", "--as-of", "2025-06-01", "--json").output)[0]["name"] == "Pajottegem"


def test_it_loads_one_region() -> None:
    said = json.loads(run("load-belgium", "--as-of", "2024-10-01", "--region", "flanders", "--json").output)
    assert said == {"municipality": 300, "province": 5}


def test_it_shows_who_answers() -> None:
    cast.ronse()
    assert "spoc: SPOC, Ronse (mail, sms, voice)" in run("show", "45041").output


def test_what_it_exports_it_imports(tmp_path: Path) -> None:
    cast.ronse(), cast.ixelles()
    path = tmp_path / "register.csv"
    run("export", str(path))
    said = json.loads(run("import", str(path), "--json").output)
    assert (said["new"], said["changed"], said["unchanged"], said["faults"]) == (0, 0, 2, [])
    assert run("export").output == path.read_text(encoding="utf-8")


def test_the_list_is_readable() -> None:
    cast.ronse()
    assert run("list", "--as-of", "2026-01-02").output.endswith("On 2026-01-02: 1.\n")
