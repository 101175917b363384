"""The four real lists of October 2024 against the real registers: everybody named by a host of its own is found, and nobody else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from paraat.cli.feed import command
from paraat.feeds.models import Run
from paraat.kernel.actor import SYSTEM
from paraat.registry import actions as registry

pytestmark = pytest.mark.django_db

NAMED = {
    "2024-10-07_08-05-03": {"Antwerpen", "Limburg", "Oost-Vlaanderen"},
    "2024-10-08_08-15-05": {
        "Bever", "Drogenbos", "Kraainem", "Linkebeek", "Ronse", "Sint-Genesius-Rode", "Spiere-Helkijn", "Wemmel", "Wezembeek-Oppem",
    },
    "2024-10-08_14-40-04": {
        "Bever", "Drogenbos", "Kraainem", "Linkebeek", "Ronse", "Sint-Genesius-Rode", "Spiere-Helkijn", "Wemmel", "Wezembeek-Oppem",
        "Zonhoven",
    },
    "2024-10-09_13-05-04": {
        "Büllingen", "Bütgenbach", "Lontzen", "Amel", "Burg-Reuland", "Enghien", "Eupen", "Flobecq", "Kelmis", "Malmedy", "Mouscron",
        "Comines-Warneton", "Waimes",
    },
}  # fmt: skip
"""Municipalities and provinces whose own host stands in the list, read by eye."""

PROVINCES_OF_7_OCTOBER = {"Antwerpen", "Limburg", "Oost-Vlaanderen"}


def read(path: Path, *more: str) -> dict[str, Any]:
    result = run("read", str(path), "--source", "ddosia", "--json", *more)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


@pytest.fixture
def register(shared_data: Path) -> None:
    for name in ["municipalities.csv", "other_local_bodies_flanders.csv"]:
        content = (shared_data / "be" / name).read_bytes()
        planned = registry.read_import(content=content, file_name=name, as_of=date(2024, 10, 1), by=SYSTEM)
        registry.confirm_import(run=planned, by=SYSTEM)


@pytest.mark.usefixtures("register")
def test_every_municipality_and_province_named_by_its_own_host_is_found_and_no_other(shared_data: Path) -> None:
    for path in sorted((shared_data / "ddosia").glob("*.json")):
        found = read(path)
        named = {
            (each["kind"], each["name"])
            for each in found["organisations"]
            if each["kind"] in {"municipality", "province"}
        }
        assert {name for _, name in named} == NAMED[path.name[:19]], path.name
        if path.name.startswith("2024-10-07"):
            assert {name for kind, name in named if kind == "province"} == PROVINCES_OF_7_OCTOBER
            assert {name for kind, name in named if kind == "municipality"} == {"Antwerpen"}
        assert found["records"] + found["quarantined"] == len(json.loads(path.read_bytes())["targets"])


@pytest.mark.usefixtures("register")
def test_the_answer_has_exactly_the_promised_parts_and_the_same_file_answers_the_same(shared_data: Path) -> None:
    path = shared_data / "ddosia" / "2024-10-09_13-05-04_DDoSia-target-list-full.json"
    found = read(path)

    assert list(found) == [
        "records",
        "quarantined",
        "observations",
        "organisations",
        "concerned",
        "perhaps",
        "unassigned",
    ]
    assert all(set(each) == {"nis", "kind", "name", "hosts"} for each in found["organisations"] + found["perhaps"])
    assert "eupen-auth.guichet-citoyen.be" in [host for each in found["perhaps"] for host in each["hosts"]]
    eupen = next(each for each in found["organisations"] if each["nis"] == "63023")
    assert eupen == {"nis": "63023", "kind": "municipality", "name": eupen["name"], "hosts": ["www.eupen.be"]}

    assert read(path) == found
    assert list(Run.objects.order_by("received_at").values_list("state", flat=True)) == ["read", "repeated"]
