"""What is built in about Belgium, against the real register and on both sides of the mergers."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from paraat.formats import registry_cells as cells
from paraat.kernel.actor import SYSTEM
from paraat.registry import belgium
from paraat.registry.actions import load_belgium
from paraat.registry.models import Asset, Organisation

BEFORE, AFTER = date(2024, 12, 31), date(2025, 1, 1)


@pytest.mark.parametrize(("day", "belgian", "flemish"), [(BEFORE, 581, 300), (AFTER, 565, 285)])
def test_there_are_as_many_municipalities_as_there_were(day: date, belgian: int, flemish: int) -> None:
    existed = [body for body in belgium.municipalities() if body.existed(day)]
    assert len(existed) == belgian
    assert sum(body.region == belgium.FLANDERS for body in existed) == flemish


def test_thirteen_mergers_made_fifteen_fewer_in_flanders() -> None:
    merged = [body for body in belgium.municipalities() if body.merged_into and body.region == belgium.FLANDERS]
    assert len({body.merged_into for body in merged}) == 13 and len(merged) == 27


def test_the_rule_and_the_table_give_every_site_of_the_real_register(shared_data: Path) -> None:
    known = {body.nis: {site.domain for site in body.sites} for body in belgium.municipalities()}
    wrong = []
    with (shared_data / "be" / "municipalities.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            site = cells.site(row["website"]) if row["website"] else None
            if site and row["website_may_be_stale"] == "0" and site.value not in known[row["nis"]]:
                wrong.append((row["name_nl"], site.value))
    assert wrong == []


@pytest.mark.parametrize("day", [BEFORE, AFTER])
def test_no_two_bodies_are_given_the_same_site(day: date) -> None:
    sites = Counter(site.domain for body in belgium.bodies() if body.existed(day) for site in body.sites)
    assert [site for site, many in sites.items() if many > 1] == []


@pytest.mark.parametrize(
    ("nis", "official", "citizens"),
    [
        ("45041", "nl", "nl fr"),  # Ronse: facilities
        ("44021", "nl", "nl"),
        ("23102", "nl", "nl fr"),  # Wemmel
        ("51067", "fr", "fr nl"),  # Enghien
        ("63049", "fr", "fr de"),  # Malmedy
        ("63023", "de", "de fr"),  # Eupen
        ("21009", "fr nl", "fr nl"),  # Ixelles
        ("62063", "fr", "fr"),  # Liège
    ],
)
def test_languages_are_those_of_the_law(nis: str, official: str, citizens: str) -> None:
    body = next(body for body in belgium.municipalities() if body.nis == nis)
    assert (" ".join(body.languages), " ".join(body.citizen_languages)) == (official, citizens)


def test_every_row_of_the_tables_has_a_source() -> None:
    for name in ("languages.csv", "mergers.csv", "sites.csv"):
        rows = belgium._table(name)
        assert rows and all(row["source"] for row in rows)


def test_the_provinces_have_their_own_sites() -> None:
    sites = {body.nis: body.sites[0].domain for body in belgium.provinces()}
    assert len(sites) == 10
    assert sites["10000"] == "provincieantwerpen.be" and sites["40000"] == "oost-vlaanderen.be"


@pytest.mark.django_db
class TestLoading:
    """`load_belgium`."""

    def test_it_loads_a_day_as_it_was_known_then(self) -> None:
        load_belgium(by=SYSTEM, as_of=date(2024, 10, 1), regions=[belgium.FLANDERS])
        towns = Organisation.objects.filter(kind="municipality")
        assert towns.count() == 300 and not towns.exclude(active_until=None).exists()
        assert Organisation.objects.filter(kind="province").count() == 5
        assert not Asset.objects.exclude(verified_at=None).exists()

    def test_it_loads_all_with_the_mergers_as_facts(self) -> None:
        load_belgium(by=SYSTEM)
        assert [Organisation.objects.as_of(day).filter(kind="municipality").count() for day in (BEFORE, AFTER)] == [
            581,
            565,
        ]
        galmaarden = Organisation.objects.get(name="Galmaarden")
        assert galmaarden.merged_into is not None and galmaarden.merged_into.name == "Pajottegem"

    def test_again_it_adds_nothing(self) -> None:
        load_belgium(by=SYSTEM)
        assert load_belgium(by=SYSTEM) == []

    def test_a_merged_town_leaves_its_site_to_its_successor(self) -> None:
        load_belgium(by=SYSTEM)
        for day, owner in ((BEFORE, "Galmaarden"), (AFTER, "Pajottegem")):
            found = {row["value"]: row for row in Asset.objects.for_attribution(day)}
            assert found["galmaarden.be"]["owner_name"] == owner
        assert json.dumps(found["galmaarden.be"]["owner_names"])
        assert found["galmaarden.be"]["guessed"] is True

    def test_attribution_needs_one_query(self, django_assert_num_queries: object) -> None:
        load_belgium(by=SYSTEM, regions=[belgium.BRUSSELS])
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert len(list(Asset.objects.for_attribution(BEFORE))) > 19
