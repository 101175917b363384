"""Whom an observation concerns, and why: the cases of the domain one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from paraat.formats.record import Record, to_batch
from paraat.observations.rules import Asset, Attribution, Owner, OwnershipIndex, attribute, build_index, digest

RONSE = Owner("ronse", "municipality", ("Ronse", "Renaix"))
EUPEN = Owner("eupen", "municipality", ("Eupen",))
LIMBOURG = Owner("limbourg", "municipality", ("Limburg", "Limbourg"))
LIMBURG = Owner("limburg", "province", ("Provincie Limburg", "Limburg"))
AGENCY = Owner("agb", "municipal_agency", ("AGB Ronse",))
POLICE = Owner("police", "police_zone", ("PZ Ronse",))
SUPPLIER = Owner("supplier", "provider", ("Guichet",))
CAST = [RONSE, EUPEN, LIMBOURG, LIMBURG, AGENCY, POLICE, SUPPLIER]
DAY = date(2024, 10, 8)


def index(*assets: tuple[Owner, str, str], **more: Any) -> OwnershipIndex:
    """An index of (owner, kind, value); the id of an asset is "owner:value"."""
    made = [Asset(f"{owner.id}:{value}", owner.id, kind, value) for owner, kind, value in assets]
    return build_index([*made, *more.pop("also", [])], [*CAST, *more.pop("others", [])], as_of=DAY, **more)


def look(found: OwnershipIndex, *records: dict[str, Any]) -> Attribution:
    rows = [Record(row=number, offset=0, **record) for number, record in enumerate(records, start=1)]
    return attribute(to_batch(rows, []).records, found)


def host(found: OwnershipIndex, name: str, **more: Any) -> set[tuple[str, str, str]]:
    """Who matches a host, how sure and why."""
    return {
        (match["organisation"], match["certainty"], match["reason"])
        for match in look(found, {"host": name, **more}).matches.to_pylist()
    }


def ip(found: OwnershipIndex, address: str, **more: Any) -> set[tuple[str, str, str]]:
    """Who matches an address."""
    number = int.from_bytes(map(int, address.split("."))) if "." in address else None
    matches = look(found, {"ip": address, "ip4": number, **more}).matches.to_pylist()
    return {(match["organisation"], match["certainty"], match["reason"]) for match in matches}


OWN = {("ronse", "certain", "host")}


@pytest.mark.parametrize("value", ["ronse.be", "www.ronse.be"])
@pytest.mark.parametrize("name", ["ronse.be", "www.ronse.be"])
@pytest.mark.parametrize("kind", ["domain", "host"])
def test_its_own_host_with_or_without_www(kind: str, value: str, name: str) -> None:
    assert host(index((RONSE, kind, value)), name) == OWN


def test_what_lies_in_its_domain_but_not_beside_it() -> None:
    found = index((RONSE, "domain", "ronse.be"))
    assert host(found, "a.b.ronse.be") == {("ronse", "certain", "domain")}
    assert host(found, "xronse.be") == host(found, "be") == set()
    assert host(found, "ronse.be.evil.example") == {("ronse", "perhaps", "name")}
    assert host(found, "ronse.be.evil.ru") == set()


def test_a_host_says_nothing_of_what_lies_below_it() -> None:
    assert host(index((RONSE, "host", "portal.x.be")), "a.portal.x.be") == set()


@pytest.mark.parametrize("suffix", ["gent", "be", "ac.be", "github.io"])
def test_nobody_owns_a_public_suffix(suffix: str) -> None:
    found = index((RONSE, "domain", suffix))
    assert host(found, f"stad.{suffix}") == set()
    assert list(found.ignored.values()) == ["public_suffix"]


def test_every_match_says_by_which_asset() -> None:
    matches = look(index((RONSE, "domain", "ronse.be")), {"host": "x.ronse.be"}, {"host": "other.example"}).matches
    assert matches.to_pylist() == [
        {"row": 1, "organisation": "ronse", "asset": "ronse:ronse.be", "reason": "domain", "certainty": "certain"}
    ]


def test_a_page_is_not_ownership_but_its_owner_is_concerned() -> None:
    found = index(
        (RONSE, "domain", "ronse.be"), (AGENCY, "page", "www.ronse.be/agb"), (POLICE, "domain", "police.example/ronse")
    )
    assert host(found, "www.ronse.be") == OWN | {("agb", "concerned", "page")}
    assert host(found, "police.example") == {("police", "concerned", "page")}
    assert host(found, "x.ronse.be") == {("ronse", "certain", "domain")}


def test_a_host_that_several_claim_is_the_municipality_s() -> None:
    found = index((AGENCY, "domain", "ronse.be"), (RONSE, "domain", "ronse.be"), (SUPPLIER, "host", "www.ronse.be"))
    assert host(found, "www.ronse.be") == OWN | {("agb", "concerned", "host"), ("supplier", "concerned", "host")}


def test_without_a_municipality_all_equals_own_it_and_a_provider_comes_last() -> None:
    found = index((AGENCY, "domain", "x.be"), (POLICE, "domain", "x.be"), (SUPPLIER, "domain", "x.be"))
    assert host(found, "x.be") == {
        ("agb", "certain", "host"),
        ("police", "certain", "host"),
        ("supplier", "concerned", "host"),
    }


def test_a_source_beats_a_guess_among_equals_only() -> None:
    guess = Asset("guess", "limbourg", "domain", "limburg.be", guessed=True)
    assert host(index((LIMBURG, "domain", "limburg.be"), also=[guess]), "limburg.be") == {
        ("limburg", "certain", "host")
    }
    agency = host(index((AGENCY, "domain", "limburg.be"), also=[guess]), "limburg.be")
    assert agency == {("limbourg", "certain", "host"), ("agb", "concerned", "host")}


def test_the_nearest_domain_decides_and_those_around_are_concerned() -> None:
    found = index((RONSE, "domain", "ronse.be"), (AGENCY, "domain", "agb.ronse.be"))
    assert host(found, "x.agb.ronse.be") == {("agb", "certain", "domain"), ("ronse", "concerned", "domain")}
    assert host(found, "agb.ronse.be") == {("agb", "certain", "host"), ("ronse", "concerned", "domain")}


def crowd(size: int) -> tuple[list[Owner], list[Asset]]:
    owners = [Owner(f"c{number}", "project_association", (f"Project {number}",)) for number in range(size)]
    return owners, [Asset(f"a{owner.id}", owner.id, "domain", "shared.be") for owner in owners]


def test_more_than_five_claimants_make_it_shared() -> None:
    owners, assets = crowd(6)
    found = index(others=owners, also=assets)
    assert host(found, "www.shared.be") == set()
    assert [(each["host"], each["why"]) for each in look(found, {"host": "www.shared.be"}).unassigned.to_pylist()] == [
        ("www.shared.be", "shared")
    ]
    assert len(host(index(others=owners, also=assets[:5]), "www.shared.be")) == 5


def test_a_municipality_keeps_its_host_however_many_claim_it_too() -> None:
    owners, assets = crowd(6)
    assert host(index((RONSE, "domain", "shared.be"), others=owners, also=assets), "shared.be") == OWN


def test_an_address_in_its_network_of_both_versions() -> None:
    found = index((RONSE, "network", "192.0.2.0/28"), (EUPEN, "network", "2001:db8::/48"))
    assert ip(found, "192.0.2.0") == ip(found, "192.0.2.15") == {("ronse", "certain", "network")}
    assert ip(found, "192.0.2.16") == ip(found, "2001:db9::1") == set()
    assert ip(found, "2001:db8:0:ffff::1") == {("eupen", "certain", "network")}


def test_the_smallest_network_decides_and_the_one_around_is_concerned() -> None:
    found = index((SUPPLIER, "network", "198.51.100.0/24"), (RONSE, "network", "198.51.100.16/28"))
    assert ip(found, "198.51.100.17") == {("ronse", "certain", "network"), ("supplier", "concerned", "network")}
    assert ip(found, "198.51.100.15") == ip(found, "198.51.100.32") == {("supplier", "certain", "network")}


def test_a_whole_network_touches_everybody_in_it() -> None:
    found = index(
        (RONSE, "network", "198.51.100.16/28"),
        (EUPEN, "network", "198.51.100.64/28"),
        (LIMBURG, "network", "2001:db8:1::/48"),
    )
    assert {who for who, _, _ in ip(found, "198.51.100.0", prefix=24)} == {"ronse", "eupen"}
    assert {who for who, _, _ in ip(found, "2001:db8::", prefix=32)} == {"limburg"}


def test_shared_infrastructure_never_matches_by_address_alone() -> None:
    shared = Asset("s", "supplier", "network", "198.51.100.0/24", shared=True)
    found = index(
        (RONSE, "domain", "ronse.be"), (EUPEN, "asn", "64500"), (EUPEN, "network", "198.51.100.8/29"), also=[shared]
    )
    assert ip(found, "198.51.100.1", asn=64500) == set()
    assert ip(found, "198.51.100.9") == {("eupen", "certain", "network")}
    assert host(found, "www.ronse.be", ip="198.51.100.1", ip4=3325256705) == OWN


def test_a_content_delivery_network_is_shared_whoever_says_it_is_his() -> None:
    found = index((RONSE, "network", "104.16.0.0/12"))
    assert ip(found, "104.17.1.1") == set()
    assert ip(index((RONSE, "network", "104.17.1.1/32")), "104.17.1.1") == {("ronse", "certain", "network")}


def test_an_as_number_counts_where_no_network_does() -> None:
    found = index((SUPPLIER, "asn", "AS64500"), (RONSE, "network", "192.0.2.0/28"))
    assert ip(found, "198.51.100.1", asn=64500) == {("supplier", "certain", "asn")}
    assert ip(found, "192.0.2.1", asn=64500) == {("ronse", "certain", "network")}


def test_a_mail_address_belongs_to_its_domain() -> None:
    found = index((RONSE, "domain", "ronse.be"), (AGENCY, "email_domain", "agb.example"))
    assert {(m["organisation"], m["reason"]) for m in look(found, {"email": "x@agb.example"}, {"email": "x@mail.ronse.be"}).matches.to_pylist()} == {
        ("agb", "email_domain"), ("ronse", "email_domain"),
    }  # fmt: skip
    assert host(found, "agb.example") == set()


def test_a_supplier_s_platform_concerns_the_supplier_and_perhaps_the_customer_in_its_name() -> None:
    found = index((SUPPLIER, "domain", "guichet-citoyen.be"), (EUPEN, "domain", "eupen.be"))
    name = "eupen-auth.guichet-citoyen.be"
    assert host(found, name) == {("supplier", "certain", "domain"), ("eupen", "perhaps", "name")}
    assert look(found, {"host": name}).unassigned.num_rows == 0


def test_without_the_supplier_it_is_perhaps_and_to_be_assigned() -> None:
    seen = look(
        index((EUPEN, "domain", "eupen.be")),
        {"host": "eupen-auth.guichet-citoyen.be"},
        {"host": "eupen-auth.guichet-citoyen.be"},
    )
    assert {(m["organisation"], m["certainty"], m["asset"]) for m in seen.matches.to_pylist()} == {
        ("eupen", "perhaps", None)
    }
    assert seen.unassigned.to_pylist() == [
        {"host": "eupen-auth.guichet-citoyen.be", "why": "name", "hints": ["eupen"], "rows": 2, "first_row": 1}
    ]


def test_a_municipality_s_own_host_concerns_nobody_else_by_name() -> None:
    assert host(index((RONSE, "domain", "ronse.be")), "eupen.ronse.be") == {("ronse", "certain", "domain")}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("www.dekamer.be", "belgian"),
        ("port.brussels", "belgian"),
        ("www.renaix-culture.com", "name"),
        ("www.visitlimbourg.com", "name"),
        ("www.example.com", None),
        ("mayor.example.ua", None),
        ("limbourg-x.example.ua", "name"),
    ],
)
def test_hosts_of_interest_that_nobody_owns_are_listed(name: str, why: str | None) -> None:
    listed = look(index(), {"host": name}).unassigned.to_pylist()
    assert [each["why"] for each in listed] == ([why] if why else [])


def test_where_hosts_are_only_reverse_dns_nothing_is_listed() -> None:
    batch = to_batch([Record(row=1, offset=0, host="eupen.isp.be")], [])
    seen = attribute(batch.records, index(), interest=False)
    assert (seen.matches.num_rows, seen.unassigned.num_rows) == (0, 0)


@pytest.mark.parametrize(("day", "expected"), [(date(2024, 12, 31), "before"), (date(2025, 1, 1), "after")])
def test_ownership_is_that_of_the_list_s_day(day: date, expected: str) -> None:
    owners = [Owner("before", "municipality"), Owner("after", "municipality")]
    assets = [
        Asset("1", "before", "domain", "merged.be", valid_until=date(2025, 1, 1)),
        Asset("2", "after", "domain", "merged.be", valid_from=date(2025, 1, 1)),
    ]
    assert host(build_index(assets, owners, as_of=day), "merged.be") == {(expected, "certain", "host")}


def test_what_cannot_be_read_claims_nothing_and_is_named() -> None:
    found = index(
        (RONSE, "network", "192.0.2.0/99"),
        (RONSE, "asn", "many"),
        (RONSE, "domain", "not a host"),
        (RONSE, "host", "1.2.3.4"),
    )
    assert set(found.ignored.values()) == {"unreadable"}
    assert len(found.ignored) == 4


def test_a_row_names_an_organisation_once_by_its_strongest_reason() -> None:
    found = index((RONSE, "domain", "ronse.be"), (RONSE, "network", "192.0.2.0/24"), (RONSE, "asn", "64500"))
    assert host(found, "ronse.be", ip="192.0.2.1", ip4=3221225985, asn=64500) == OWN


def test_the_digest_adds_up_over_batches() -> None:
    found = index((RONSE, "domain", "ronse.be"), (EUPEN, "domain", "eupen.be"), (AGENCY, "page", "ronse.be/agb"))
    moment = datetime(2024, 10, 8, 12, tzinfo=UTC)
    first = look(found, {"host": "ronse.be", "ip4": 1, "seen_at": moment}, {"host": "x.ronse.be", "ip4": 2})
    second = look(found, {"host": "ronse.be", "ip4": 1}, {"host": "eupen.be"}, {"host": "ronse.x.be"}, {"host": "y.be"})
    rows = {each.pop("organisation"): each for each in digest([first, second]).to_pylist()}
    assert rows["ronse"] == {"certain": 3, "concerned": 0, "perhaps": 1, "addresses": 2, "last_seen": moment}
    assert rows["agb"] == {"certain": 0, "concerned": 2, "perhaps": 0, "addresses": 1, "last_seen": moment}
    assert rows["eupen"] == {"certain": 1, "concerned": 0, "perhaps": 0, "addresses": 0, "last_seen": None}
    assert digest([]).num_rows == 0
