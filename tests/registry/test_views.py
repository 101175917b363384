"""The pages of the registry: what they show, to whom, and what they do."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from paraat.accounts.models import User
from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.platform.models import JournalDetail
from paraat.registry import actions
from paraat.registry.models import Asset, Contact, ContactChannel, Organisation, Supply
from tests import cast

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content[:2000]
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()  # type: ignore[attr-defined]


@pytest.fixture
def officer() -> Client:
    return client_of(cast.duty_officer())


# The list -------------------------------------------------------------------------------------------------------------------------
def test_the_list_shows_everybody_with_reach_and_onboarding(officer: Client) -> None:
    cast.ronse(), cast.drogenbos(), cast.wemmel()
    text = page(officer, "/organisations/")
    assert "Ronse" in text and "Oost-Vlaanderen" in text
    assert "no out-of-band contact" in text and "no contact" in text and "verified" in text


def test_the_list_is_searched_by_any_name_number_or_host(officer: Client) -> None:
    cast.ronse(), cast.eupen()
    for words in ("Renaix", "45041", "ronse.be"):
        text = page(officer, f"/organisations/?q={words}")
        assert ">Ronse<" in text and ">Eupen<" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("reach=none", {"Wemmel"}),
        ("reach=not_out_of_band", {"Drogenbos"}),
        ("province=40000", {"Ronse"}),
        ("onboarding=3", {"Ronse", "Drogenbos", "Spiere-Helkijn"}),
        ("kind=province", set()),
        ("ours=no", set()),
        ("when=past", set()),
    ],
)
def test_the_list_is_filtered(officer: Client, query: str, found: set[str]) -> None:
    towns = [cast.ronse(), cast.drogenbos(), cast.wemmel(), cast.spiere_helkijn()]
    text = page(officer, f"/organisations/?{query}")
    assert {town.name for town in towns if f">{town.name}<" in text} == found


def test_the_list_takes_a_constant_number_of_queries(officer: Client, django_assert_num_queries: Any) -> None:
    cast.ronse()
    page(officer, "/organisations/")
    caches["local"].clear()  # what was asked a second ago is asked again
    with django_assert_num_queries(QUERIES_LIST):
        page(officer, "/organisations/")
    cast.drogenbos(), cast.wemmel(), cast.eupen()
    caches["local"].clear()  # what was asked a second ago is asked again
    with django_assert_num_queries(QUERIES_LIST):
        page(officer, "/organisations/")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_is_saved(officer: Client, form: str) -> None:
    cast.ronse()
    answer = officer.get(f"/organisations/?format={form}")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert (b"Ronse" in content) if form == "csv" else content.startswith(b"PK")


def test_who_cannot_be_reached_is_not_for_observers() -> None:
    cast.wemmel()
    text = page(client_of(cast.observer()), "/organisations/")
    assert ">Wemmel<" in text and "no contact" not in text


def test_a_spoc_sees_its_own_organisation_only() -> None:
    ronse, other = cast.ronse(), cast.eupen()
    client = client_of(cast.spoc_user(ronse))
    text = page(client, "/organisations/")
    assert ">Ronse<" in text and ">Eupen<" not in text
    page(client, f"/organisations/{ronse.pk}/")
    page(client, f"/organisations/{other.pk}/", 404)


def test_a_provider_sees_its_consenting_customers_only() -> None:
    client = client_of(cast.provider_user())
    text = page(client, "/organisations/")
    assert ">Ronse<" in text and ">Spiere-Helkijn<" not in text
    page(client, f"/organisations/{cast.spiere_helkijn().pk}/", 404)
    assert "out-of-band" not in text
    assert "+447700" not in page(client, f"/organisations/{cast.ronse().pk}/")  # a contact is AMBER: not for suppliers


def test_an_administrator_sees_nobody() -> None:
    page(client_of(cast.administrator()), "/organisations/", 403)


# One organisation -----------------------------------------------------------------------------------------------------------------
def test_one_organisation_shows_all_that_is_known(officer: Client) -> None:
    cast.provider()
    ronse = cast.ronse()
    actions.set_absence(contact=cast.contact(ronse), since=cast.CONFIRMED, until=None, by=SYSTEM)
    text = page(officer, f"/organisations/{ronse.pk}/")
    for shown in (
        "ronse.be",
        "SPOC, Ronse",
        "spoc@ronse.example",
        "Streek-ICT",
        "reads along",
        "away",
        "a contact is away",
        "Renaix",
    ):
        assert shown in text


def test_one_organisation_takes_a_constant_number_of_queries(officer: Client, django_assert_num_queries: Any) -> None:
    cast.provider()
    actions.add_asset(organisation=cast.ronse(), kind="domain", value="first.example", by=SYSTEM)
    page(officer, f"/organisations/{cast.ronse().pk}/")
    caches["local"].clear()  # what was asked a second ago is asked again
    with django_assert_num_queries(QUERIES_ONE):
        page(officer, f"/organisations/{cast.ronse().pk}/")
    for domain in ("one.example", "two.example"):
        actions.add_asset(organisation=cast.ronse(), kind="domain", value=domain, by=SYSTEM)
    actions.add_supply(supplier=cast.partner(), customer=cast.ronse(), what="Advice", by=SYSTEM)
    caches["local"].clear()  # what was asked a second ago is asked again
    with django_assert_num_queries(QUERIES_ONE):
        page(officer, f"/organisations/{cast.ronse().pk}/")


def test_an_auditor_reads_and_changes_nothing() -> None:
    ronse, client = cast.ronse(), client_of(cast.auditor())
    text = page(client, f"/organisations/{ronse.pk}/")
    assert "SPOC, Ronse" in text and "Add an asset" not in text
    for path in ("edit/", "contacts/new/"):
        page(client, f"/organisations/{ronse.pk}/{path}", 403)
    assert client.post(f"/organisations/{ronse.pk}/card/").status_code == 403


def test_it_edits_by_hand_and_remembers_that(officer: Client) -> None:
    ronse = cast.ronse()
    form = {"kind": "municipality", "name": "Stad Ronse", "languages": "nl", "nis": "45041", "constituent": "on"}
    assert officer.post(f"/organisations/{ronse.pk}/edit/", form).status_code == 302
    ronse.refresh_from_db()
    assert ronse.name == "Stad Ronse" and "name" in ronse.manual_fields
    assert "entered by hand" in page(officer, f"/organisations/{ronse.pk}/").lower()


def test_a_wrong_enterprise_number_is_said(officer: Client) -> None:
    form = {"kind": "municipality", "name": "X", "languages": "nl", "kbo": "0207460433"}
    assert "check digits" in officer.post("/organisations/new/", form).content.decode()
    assert not Organisation.objects.exists()


def test_it_adds_and_closes_an_asset(officer: Client) -> None:
    ronse = cast.ronse()
    officer.post(f"/organisations/{ronse.pk}/assets/", {"kind": "network", "value": "192.0.2.7/24"})
    asset = Asset.objects.get(kind="network")
    assert asset.value == "192.0.2.0/24" and asset.verified_at
    officer.post(f"/organisations/{ronse.pk}/assets/{asset.pk}/close/")
    asset.refresh_from_db()
    assert asset.valid_until == moment.now().date()


def test_a_wrong_asset_is_said(officer: Client) -> None:
    ronse = cast.ronse()
    answer = officer.post(f"/organisations/{ronse.pk}/assets/", {"kind": "network", "value": "nonsense"}, follow=True)
    assert "not an IP network" in answer.content.decode()


def test_it_notes_consent_of_a_supply(officer: Client) -> None:
    firm, town = cast.provider(), cast.spiere_helkijn()
    supply = Supply.objects.get(customer=town, supplier=firm)
    officer.post(f"/organisations/{town.pk}/supplies/{supply.pk}/consent/")
    supply.refresh_from_db()
    assert supply.consent


def test_the_card_shows_the_code_word_and_the_journal_says_who_read_it(officer: Client) -> None:
    ronse = cast.ronse()
    text = officer.post(f"/organisations/{ronse.pk}/card/").content.decode()
    ronse.refresh_from_db()
    word = actions.read_code_word(organisation=ronse, by=SYSTEM)
    assert word in text and "spoc@ronse.example" in text
    assert word not in page(officer, f"/organisations/{ronse.pk}/")
    assert "its code word was looked up <small>Duty officer" in page(officer, f"/organisations/{ronse.pk}/")
    assert not JournalDetail.objects.filter(detail__icontains=word.split(" ")[0]).exists()


# Contacts -------------------------------------------------------------------------------------------------------------------------
def test_a_contact_is_nominated_called_and_invited(officer: Client) -> None:
    town = cast.wemmel()
    form = {
        "role": "spoc",
        "name": "SPOC, Wemmel",
        "mail": "spoc@wemmel.example",
        "mobile": "0470 00 00 00",
        "night": "severe",
    }
    answer = officer.post(f"/organisations/{town.pk}/contacts/new/", form, follow=True)
    contact = Contact.objects.get(organisation=town)
    assert "nominated" in answer.content.decode()
    assert [(way.kind, way.address) for way in contact.channels.all()] == [
        ("mail", "spoc@wemmel.example"),
        ("sms", "+32470000000"),
        ("voice", "+32470000000"),
    ]
    for deed in ("call", "invite"):
        officer.post(f"/organisations/{town.pk}/contacts/{contact.pk}/{deed}/")
    contact.refresh_from_db()
    assert contact.called_at and contact.invited_at and not contact.confirmed_at


def test_a_key_that_cannot_be_used_is_said(officer: Client) -> None:
    ronse = cast.ronse()
    contact = cast.contact(ronse)
    form = {"role": "spoc", "name": contact.name, "night": "never", "pgp_key": "no key"}
    answer = officer.post(f"/organisations/{ronse.pk}/contacts/{contact.pk}/", form)
    assert answer.status_code == 422 and "This key cannot be used" in answer.content.decode()
    officer.post(f"/organisations/{ronse.pk}/contacts/{contact.pk}/", form | {"pgp_key": ""})
    assert cast.contact(ronse).night == "never"


def test_channels_are_ordered_and_removed(officer: Client) -> None:
    ronse = cast.ronse()
    contact = cast.contact(ronse)
    path = f"/organisations/{ronse.pk}/contacts/{contact.pk}/"
    sms = cast.channel(ronse, kind="sms")
    officer.post(f"{path}channels/{sms.pk}/up/")
    assert [way.kind for way in contact.channels.all()] == ["sms", "mail", "voice"]
    officer.post(f"{path}channels/{sms.pk}/remove/")
    assert [way.kind for way in contact.channels.all()] == ["mail", "voice"]
    assert "Absence" in page(officer, path)


def test_a_spoc_sets_an_absence_in_its_own_organisation_only() -> None:
    ronse, eupen = cast.ronse(), cast.eupen()
    client, deputy = client_of(cast.spoc_user(ronse)), cast.contact(ronse, "deputy")
    assert "Set the absence" in page(client, f"/organisations/{ronse.pk}/")
    form = {"since": "2026-01-01T08:00", "until": "", "replaced_by": str(deputy.pk)}
    client.post(f"/organisations/{ronse.pk}/contacts/{cast.contact(ronse).pk}/absence/", form)
    assert cast.contact(ronse).replaced_by == deputy
    answer = client.post(f"/organisations/{eupen.pk}/contacts/{cast.contact(eupen).pk}/absence/", form)
    assert answer.status_code == 404 and cast.contact(eupen).away_from is None


def test_erasing_a_person_empties_page_and_journal(officer: Client) -> None:
    ronse = cast.ronse()
    contact = cast.contact(ronse)
    officer.post(f"/organisations/{ronse.pk}/contacts/{contact.pk}/call/")
    officer.post(f"/organisations/{ronse.pk}/contacts/{contact.pk}/erase/")
    contact.refresh_from_db()
    assert contact.name == "erased" and not ContactChannel.objects.filter(contact=contact).exists()
    assert "SPOC, Ronse" not in page(officer, f"/organisations/{ronse.pk}/")


QUERIES_LIST = 7
QUERIES_ONE = 38
