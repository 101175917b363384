"""`paraat population`: figures with what they mean, lists that count as many, and counting from nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from django.utils import translation

from paraat.cli.population import command
from paraat.readiness.models import Standing
from tests.readiness.populated import small_region

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """As `cli.main` does."""
    with translation.override("en"):
        yield


def run(*words: str) -> str:
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def data(*words: str) -> Any:
    return json.loads(run(*words, "--json"))


def test_every_figure_counts_as_many_as_its_list() -> None:
    small_region()
    found = data("show", "--by", "province")
    assert (found["denominator"]["count"], found["waiting"]) == (6, 0)
    for one in found["figures"]:
        assert one["definition"]
        assert one["source"]
        assert len(data("list", "--figure", one["figure"])["constituents"]) == one["count"]
    assert sum(group["count"] for group in found["groups"]) == 6
    assert found["lacking"][0]["control"] == "C02"


def test_people_read_it_too_and_counting_begins_anew() -> None:
    small_region()
    Standing.objects.all().delete()
    assert "Not involved at all" in run("show")
    assert "Ronse" in run("list", "--figure", "assessed")
    assert "Eupen" not in run("list", "--province", "40000")
    Standing.objects.update(measures_open=7)
    assert data("count") == {"counted": 6}
    assert not Standing.objects.filter(measures_open=7).exists()
