"""Registers: columns by their names in four languages, bad rows named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.formats import registry_cells as cells
from paraat.formats import registry_file, spreadsheet
from paraat.formats.registry_cells import AssetValue

DAY = date(2024, 10, 1)


def parse(text: str) -> registry_file.Register:
    return registry_file.parse(spreadsheet.read(text.encode()), DAY)


@pytest.mark.parametrize(
    "heading",
    [
        "type,name,nis,kbo,website",
        "Soort;Naam;NIS-code;Ondernemingsnummer;Website",
        "Catégorie;Nom;Code INS;Numéro d'entreprise;Site internet",
        "Art;Name;NIS;Unternehmensnummer;Webseite",
    ],
)
def test_columns_are_found_by_name(heading: str) -> None:
    separator = "," if "," in heading else ";"
    row = separator.join(["gemeente", "Ronse", "45041", "0207.460.432", "https://www.ronse.be/"])
    entry = parse(f"{heading}\n{row}\n").entries[0]
    assert (entry.kind, entry.name, entry.nis, entry.kbo) == ("municipality", "Ronse", "45041", "0207460432")
    assert entry.assets == (AssetValue("domain", "ronse.be"),)


def test_an_unknown_column_is_named_as_not_used() -> None:
    assert parse("name,nis,geonames\nRonse,45041,1\n").columns == {"name": "name", "nis": "nis", "geonames": ""}


def test_of_two_columns_that_mean_the_same_the_exact_name_counts() -> None:
    assert parse("gemeente,name,nis\nx,Ronse,45041\n").entries[0].name == "Ronse"


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("gemeente,,45041,,", "name", "missing"),
        ("gemeente,X,45041,0680397589,", "kbo", "check digits"),
        ("gemeente,X,4504,,", "nis", "five digits"),
        ("ruimteschip,X,45041,,", "type", "unknown type"),
        (",X,,,", "type", "no NIS code"),
    ],
)
def test_a_row_that_does_not_say_who_it_is_is_not_taken(row: str, field: str, reason: str) -> None:
    register = parse(f"type,name,nis,kbo,website\n{row}\n")
    assert not register.entries
    fault = register.faults[0]
    assert (fault.row, fault.field, fault.whole) == (2, field, True) and reason in fault.reason


def test_another_wrong_cell_is_left_out_and_the_rest_taken() -> None:
    register = parse("type,name,nis,website,population,gsm\ngemeente,X,45041,h tp://,many,12\n")
    assert len(register.entries) == 1
    assert {(fault.field, fault.whole) for fault in register.faults} >= {("population", False), ("spoc_sms", False)}


def test_the_years_of_its_existence_are_read() -> None:
    text = "nis,name,active_2024,active_2025\n1,x,1,1\n45041,A,1,1\n23023,B,1,0\n23106,C,0,1\n"
    values = {entry.name: entry.values for entry in parse(text).entries}
    assert "active_until" not in values["A"]
    assert values["B"]["active_until"] == values["C"]["active_from"] == date(2025, 1, 1)


def test_a_population_carries_its_day() -> None:
    values = parse("nis,name,population_20200101\n45041,Ronse,26 374\n").entries[0].values
    assert (values["population"], values["population_as_of"]) == (26374, date(2020, 1, 1))


def test_a_welfare_centre_is_an_organisation_of_its_own() -> None:
    town, centre = parse("nis,name_nl,name_fr,ocmw_kbo\n45041,Ronse,Renaix,0212165922\n").entries
    assert (centre.kind, centre.name, centre.nis) == ("welfare_centre", "OCMW Ronse", town.nis)
    assert centre.names["fr"] == "CPAS Renaix"


def test_somebodys_own_spreadsheet_has_contacts() -> None:
    heading = "Gemeente;NIS;Contactpersoon;E-mail;GSM;Plaatsvervanger e-mail;IP-range"
    row = "Ronse;45041;ICT-dienst;ict@ronse.example;0470 00 00 00;p@ronse.example;192.0.2.1/24, 2001:db8::/32"
    text = f"{heading}\n{row}\n"
    entry = parse(text).entries[0]
    assert [(one.role, one.name, one.channels) for one in entry.contacts] == [
        ("spoc", "ICT-dienst", (("mail", "ict@ronse.example"), ("sms", "+32470000000"))),
        ("deputy", "", (("mail", "p@ronse.example"),)),
    ]
    assert {asset.value for asset in entry.assets} == {"192.0.2.0/24", "2001:db8::/32"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://www.gemeentemol.be", ("domain", "gemeentemol.be")),
        ("www.antwerpen.be/info/abc/", ("page", "www.antwerpen.be/info/abc")),
        ("https://www.zol.be/", ("domain", "zol.be")),
        ("bütgenbach.be", ("domain", "xn--btgenbach-q9a.be")),
        ("https://x.be/?id=7", ("page", "x.be?id=7")),
        ("https://www.geenwebsite.be", None),
        ("geen", None),
    ],
)
def test_a_site_is_a_domain_a_page_or_none(text: str, found: tuple[str, str] | None) -> None:
    site = cells.site(text)
    assert (site and (site.kind, site.value)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0470/12.34.56", "+32470123456"),
        ("0032 55 23 27 11", "+3255232711"),
        ("+32 (0)55 23 27 11", "+3255232711"),
        ("470123456", "+32470123456"),
    ],
)
def test_a_telephone_number_is_international(text: str, found: str) -> None:
    assert cells.phone(text) == found


@given(st.text(max_size=60))
def test_cells_give_a_value_or_say_what_is_wrong(text: str) -> None:
    for reader in (
        cells.site,
        cells.host,
        cells.network,
        cells.asn,
        cells.mail,
        cells.phone,
        cells.day,
        cells.count,
        cells.languages,
    ):
        try:
            reader(text)  # type: ignore[operator]
        except ValueError as error:
            assert str(error)


@given(st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), max_size=6))
def test_every_row_is_an_entry_or_a_fault(rows: list[list[str]]) -> None:
    made = [
        spreadsheet.Row(place + 2, dict(zip(("name", "nis", "kbo", "website"), row, strict=True)))
        for place, row in enumerate(rows)
    ]
    register = registry_file.parse(spreadsheet.Sheet(("name", "nis", "kbo", "website"), tuple(made)), DAY)
    taken = {entry.row for entry in register.entries}
    refused = {fault.row for fault in register.faults if fault.whole}
    assert taken | refused == {row.number for row in made} and not taken & refused
