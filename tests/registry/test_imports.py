"""Importing registers: the two real files as they are, and everything that a person's own spreadsheet does wrong."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paraat.formats.errors import FormatError
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict
from paraat.platform.models import JournalEntry
from paraat.registry import actions, writing
from paraat.registry.models import Asset, Contact, ContactChannel, ImportRun, Organisation

pytestmark = pytest.mark.django_db
DAY = date(2024, 10, 1)


def read(text: str | bytes, name: str = "own.csv", day: date = DAY) -> ImportRun:
    content = text if isinstance(text, bytes) else text.encode()
    return actions.read_import(content=content, file_name=name, as_of=day, by=SYSTEM)


def take(text: str | bytes, name: str = "own.csv", day: date = DAY) -> dict[str, int]:
    run = actions.confirm_import(run=read(text, name, day), by=SYSTEM)
    return dict(run.difference["counts"])


def real(shared_data: Path, name: str) -> bytes:
    return (shared_data / "be" / name).read_bytes()


def exported() -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(writing.COLUMNS)
    writer.writerows(writing.cells())
    return text.getvalue()


# The real files -------------------------------------------------------------------------------------------------------------------
def test_the_real_files_import_as_they_are(shared_data: Path) -> None:
    counts = take(real(shared_data, "municipalities.csv"), "municipalities.csv")
    assert counts == {"new": 594 + 312, "changed": 0, "unchanged": 0, "kept": 0}
    run = read(real(shared_data, "other_local_bodies_flanders.csv"), "other.csv")
    actions.confirm_import(run=run, by=SYSTEM)
    assert run.rows == 728 and run.difference["counts"]["new"] == 720
    assert sorted(run.faults.values_list("row", flat=True).distinct()) == [254, 255, 256, 257, 258, 322, 323, 568]
    assert run.faults.filter(row=568, field="kbo", reason__contains="check digits").exists()


def test_the_real_register_is_right_on_both_sides_of_the_mergers(shared_data: Path) -> None:
    take(real(shared_data, "municipalities.csv"))
    flemish = Organisation.objects.filter(kind="municipality", region="02000")
    assert [flemish.as_of(day).count() for day in (date(2024, 12, 31), date(2025, 1, 1))] == [300, 285]
    assert Organisation.objects.get(kind="municipality", nis="37015").merged_into.nis == "37022"  # both keep one number


def test_the_real_sites_are_on_file(shared_data: Path) -> None:
    take(real(shared_data, "municipalities.csv"))
    take(real(shared_data, "other_local_bodies_flanders.csv"), "other.csv")
    owners = {asset.value: asset for asset in Asset.objects.filter(kind="domain").select_related("organisation")}
    for domain, name in {
        "ronse.be": "Ronse",
        "enghien-edingen.be": "Enghien",
        "villedecomines-warneton.be": "Comines-Warneton",
        "butgenbach.be": "Bütgenbach",
        "kelmis.be": "Kelmis",
        "limburg.be": "Limburg",
        "provincieantwerpen.be": "Antwerpen",
    }.items():
        assert owners[domain].organisation.name == name
    assert owners["ronse.be"].verified_at and not owners["mouscron.be"].verified_at
    assert "geenwebsite.be" not in owners and "politie.be" not in owners
    assert Asset.objects.filter(kind="page", value__startswith="www.politie.be/").count() > 50


def test_the_same_files_again_change_nothing(shared_data: Path) -> None:
    names = ("municipalities.csv", "other_local_bodies_flanders.csv")
    for name in names:
        take(real(shared_data, name), name)
    for name in names:
        counts = take(real(shared_data, name), name)
        assert (counts["new"], counts["changed"], counts["kept"]) == (0, 0, 0)


def test_what_is_exported_imports_without_a_change(shared_data: Path) -> None:
    for name in ("municipalities.csv", "other_local_bodies_flanders.csv"):
        take(real(shared_data, name), name)
    counts = take(exported(), "register.csv")
    assert (counts["new"], counts["changed"], counts["kept"], counts["unchanged"]) == (
        0,
        0,
        0,
        Organisation.objects.count(),
    )


def test_it_goes_onto_what_is_built_in(shared_data: Path) -> None:
    actions.load_belgium(by=SYSTEM, as_of=DAY)
    counts = take(real(shared_data, "municipalities.csv"), "municipalities.csv")
    assert Organisation.objects.filter(kind="municipality").count() == 594 and counts["new"] == 13 + 312
    assert Asset.objects.get(value="ronse.be").verified_at
    assert Asset.objects.filter(value="gemeentemol.be").count() == 1


# A dry run ------------------------------------------------------------------------------------------------------------------------
def test_a_dry_run_writes_nothing_and_shows_the_difference() -> None:
    run = read("name,nis,website\nRonse,45041,https://www.ronse.be\n")
    assert run.state == "dry" and not Organisation.objects.exists()
    assert run.difference["new"][0]["assets"] == ["ronse.be"]


def test_an_import_is_confirmed_once() -> None:
    run = read("name,nis\nRonse,45041\n")
    actions.confirm_import(run=run, by=SYSTEM)
    with pytest.raises(Conflict):
        actions.confirm_import(run=run, by=SYSTEM)
    with pytest.raises(Conflict):
        actions.drop_import(run=run, by=SYSTEM)


def test_an_import_that_is_left_writes_nothing_and_lets_the_file_go() -> None:
    run = read("name,nis\nRonse,45041\n")
    actions.drop_import(run=run, by=SYSTEM)
    run.refresh_from_db()
    assert run.state == "dropped" and bytes(run.content) == b"" and not Organisation.objects.exists()


def test_a_file_that_is_no_table_is_refused_whole() -> None:
    with pytest.raises(FormatError):
        read(b"PK\x03\x04nonsense")
    assert not ImportRun.objects.exists()


# What changes and what does not ----------------------------------------------------------------------------------------------------
def test_a_change_is_shown_and_written() -> None:
    take("name,nis,population\nRonse,45041,26000\n")
    run = read("name,nis,population\nRonse,45041,26374\n")
    assert run.difference["changed"][0]["fields"]["population"] == [26000, 26374]
    actions.confirm_import(run=run, by=SYSTEM)
    assert Organisation.objects.get().population == 26374


def test_what_was_entered_by_hand_wins() -> None:
    take("name,nis,population\nRonse,45041,26000\n")
    town = Organisation.objects.get()
    actions.change_organisation(organisation=town, by=SYSTEM, population=1)
    counts = take("name,nis,population\nRonse,45041,27000\n")
    assert counts["kept"] == 1 and Organisation.objects.get().population == 1
    actions.follow_imports(organisation=town, field="population", by=SYSTEM)
    take("name,nis,population\nRonse,45041,27000\n")
    assert Organisation.objects.get().population == 27000


def test_an_empty_cell_erases_nothing() -> None:
    take("name,nis,kbo,population\nRonse,45041,0207460432,26000\n")
    counts = take("name,nis,kbo,population\nRonse,45041,,\n")
    assert counts["unchanged"] == 1 and Organisation.objects.get().kbo == "0207460432"


@pytest.mark.parametrize(
    "second",
    [
        "type,name,kbo\ngemeente,Stad Ronse,0207460432\n",
        "type,name,ovo\ngemeente,Stad Ronse,OVO002242\n",
        "type,name,nis\ngemeente,Stad Ronse,45041\n",
    ],
)
def test_an_organisation_is_found_by_any_of_its_numbers(second: str) -> None:
    take("type,name,nis,kbo,ovo\ngemeente,Ronse,45041,0207460432,OVO002242\n")
    assert take(second)["new"] == 0
    assert Organisation.objects.get().name == "Stad Ronse"


def test_bodies_that_share_a_number_stay_apart() -> None:
    text = (
        "type,name,nis,kbo\nAGB,AGB X,45041,0882840154\nProjectvereniging,X,,0882840154\nAGB,AGB X,44021,0845210389\n"
    )
    assert take(text)["new"] == 3
    assert take(text) == {"new": 0, "changed": 0, "unchanged": 3, "kept": 0}


def test_the_same_organisation_twice_in_a_file_is_named() -> None:
    run = read("name,nis\nRonse,45041\nRenaix,45041\n")
    assert [(fault.row, fault.reason) for fault in run.faults.all()] == [(3, "the same organisation as row 2")]


def test_a_site_of_a_town_is_a_page_for_another_body() -> None:
    take("type,name,nis,website\ngemeente,Ronse,45041,www.ronse.be\nAGB,AGB Ronse,45041,https://www.ronse.be/\n")
    assert {(asset.organisation.name, asset.kind) for asset in Asset.objects.all()} == {
        ("Ronse", "domain"),
        ("AGB Ronse", "page"),
    }


def test_a_guess_yields_to_the_file() -> None:
    take("name,nis\nMouscron,57096\n")
    guess = Asset.objects.get(value="mouscron.be")
    assert guess.verified_at is None and guess.source.startswith("rule")
    take("name,nis,website\nMouscron,57096,https://www.mouscron.example\n")
    guess.refresh_from_db()
    assert guess.valid_until == DAY and Asset.objects.get(valid_until=None).value == "mouscron.example"


def test_a_site_that_moved_is_closed_on_the_day_of_the_file() -> None:
    take("name,nis,website\nMol,13025,www.mol.be\n")
    take("name,nis,website\nMol,13025,www.gemeentemol.be\n", day=date(2025, 3, 1))
    town = Organisation.objects.get()
    assert [asset.value for asset in town.assets.as_of(date(2025, 2, 28)) if asset.kind == "domain"] == [
        "gemeentemol.be",
        "mol.be",
    ]
    assert [asset.value for asset in town.assets.as_of(date(2025, 3, 1))] == ["gemeentemol.be"]


def test_contacts_come_along_and_are_not_doubled() -> None:
    text = "name,nis,SPOC,E-mail,GSM\nRonse,45041,ICT-dienst,ict@ronse.be,0470000000\n"
    take(text)
    assert take(text)["unchanged"] == 1
    contact = Contact.objects.get()
    assert (contact.role, contact.name, contact.confirmed_at) == ("spoc", "ICT-dienst", None)
    flags = dict(ContactChannel.objects.values_list("kind", "out_of_band"))
    assert flags == {"mail": False, "sms": True}  # ronse.be is its own site, if only by the rule


def test_the_journal_says_what_an_import_did_to_whom() -> None:
    take("name,nis\nRonse,45041\n")
    town = Organisation.objects.get()
    assert list(JournalEntry.objects.filter(chain=town.pk).values_list("verb", flat=True)) == ["organisation.add"]


def test_it_takes_a_constant_number_of_queries(django_assert_max_num_queries: Any) -> None:
    rows = "\n".join(f"Town {place},{20000 + place}" for place in range(300))
    run = read(f"name,nis\n{rows}\n")
    with django_assert_max_num_queries(40):
        actions.confirm_import(run=run, by=SYSTEM)
    assert Organisation.objects.count() == 300


_words = st.text(st.characters(categories=["L", "N", "Zs", "P"]), max_size=12)
_rows = st.lists(st.tuples(_words, st.sampled_from(["", "45041", "44021", "1"]), _words, _words), max_size=6)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_rows)
def test_whatever_is_in_it_a_second_import_changes_nothing(rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", "nis", "website", "type"])
    writer.writerows([*row[:3], "agb"] for row in rows)
    take(text.getvalue())
    again = take(text.getvalue())
    assert (again["new"], again["changed"]) == (0, 0)


def test_the_day_of_a_population_belongs_to_its_number() -> None:
    take("name,nis,population\nRonse,45041,26000\n")
    assert take("name,nis,population\nRonse,45041,26000\n", day=date(2025, 1, 1))["unchanged"] == 1
    actions.change_organisation(organisation=Organisation.objects.get(), by=SYSTEM, population=1)
    assert take("name,nis,population\nRonse,45041,27000\n", day=date(2025, 1, 1))["changed"] == 0


def test_every_reason_can_be_said_in_the_readers_language() -> None:
    import ast
    import inspect

    from paraat.formats import registry_cells, registry_file
    from paraat.registry.words import REASONS, reason

    said = set()
    for module in (registry_cells, registry_file):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if (
                isinstance(node, ast.Raise)
                and isinstance(node.exc, ast.Call)
                and isinstance(node.exc.args[0], ast.JoinedStr)
            ):
                said.add(node.exc.args[0].values[0].value.removesuffix(": "))  # type: ignore[attr-defined]
    assert len(said) > 10 and said <= set(REASONS)
    with translation.override("en"):
        words = reason("not a date: x (left out; the rest of the row is taken)")
    assert words == "not a date: x (left out; the rest of the row is taken)"
