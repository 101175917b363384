"""Attribution on whole columns against a naive one that reads row by row and asset by asset."""

from __future__ import annotations

import ipaddress
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from paraat.formats.record import Record, to_batch
from paraat.observations.rules import Asset, Owner, attribute, build_index
from paraat.observations.rules.assets import rank

KINDS = ["municipality", "province", "municipal_agency", "police_zone", "provider"]
OWNERS = [Owner(f"o{number}", KINDS[number % 5]) for number in range(8)]
LABEL = st.sampled_from(["www", "a", "b", "gent", "ac"])
HOST = st.builds(
    lambda labels, top: ".".join([*labels, top]),
    st.lists(LABEL, max_size=3),
    st.sampled_from(["be", "gent", "example"]),
)
ADDRESS = st.integers(0, 31).map(lambda last: f"198.51.100.{last}") | st.integers(0, 15).map(
    lambda last: f"2001:db8::{last:x}"
)
NETWORK = st.builds(
    lambda last, length: f"198.51.100.{last}/{length}", st.integers(0, 31), st.integers(26, 32)
) | st.builds(lambda last, length: f"2001:db8::{last:x}/{length}", st.integers(0, 15), st.integers(123, 128))
ASSET = (
    st.tuples(st.sampled_from(["domain", "host"]), HOST)
    | st.tuples(st.just("network"), NETWORK)
    | st.tuples(st.just("asn"), st.just("7"))
)
ASSETS = st.lists(st.tuples(ASSET, st.sampled_from(OWNERS), st.booleans(), st.integers(0, 9)), max_size=14).map(
    lambda drawn: [
        Asset(f"a{number}", owner.id, kind, value, shared=shared == 0, guessed=guessed)
        for number, ((kind, value), owner, guessed, shared) in enumerate(drawn)
    ]
)
ROW = st.fixed_dictionaries({"host": st.none() | HOST, "ip": st.none() | ADDRESS, "asn": st.sampled_from([None, 7, 8])})

PUBLIC = {"be", "gent", "example", "ac.be"}
Found = dict[str, str]


def bare(host: str) -> str:
    return host.removeprefix("www.")


def settled(claims: list[Asset]) -> tuple[set[str], set[str]] | None:
    """Owners and others; None: shared."""
    claimants = {asset.organisation for asset in claims}
    ranks = {owner.id: rank(owner.kind) for owner in OWNERS}
    top = min((ranks[each] for each in claimants), default=0)
    best = [asset for asset in claims if ranks[asset.organisation] == top]
    sourced = [asset for asset in best if not asset.guessed]
    owners = {asset.organisation for asset in sourced or best}
    others = {each for each in claimants if ranks[each] > top}
    if len(owners) > 5 or (top > 0 and len(claimants) > 5):
        return None
    return owners, others if len(claimants) <= 5 else set()


def by_host(host: str, assets: list[Asset]) -> Found:
    named = [
        each
        for each in assets
        if each.kind in ("domain", "host") and not each.shared and "." in each.value and each.value not in PUBLIC
    ]
    domains = [each for each in named if each.kind == "domain" and not each.value.startswith("www.")]
    name = bare(host)
    exact = [each for each in named if bare(each.value) == name]
    tails = [name.split(".", cut)[-1] for cut in range(1, name.count(".") + 1)]
    if exact:
        own, place = settled(exact), name
    else:
        place = next((tail for tail in tails if any(each.value == tail for each in domains)), "")
        own = settled([each for each in domains if each.value == place])
    if not place or own is None:
        return {}
    found = dict.fromkeys(own[0], "certain")
    around = [tail for tail in tails if tail != place and place.endswith("." + tail)]
    through = [
        each for tail in around for each in sorted((settled([d for d in domains if d.value == tail]) or (set(),))[0])
    ]
    for each in [*own[1], *through[:5]]:
        found.setdefault(each, "concerned")
    return found


def by_address(text: str, asn: int | None, assets: list[Asset]) -> Found:
    address = ipaddress.ip_address(text)
    around = [(ipaddress.ip_network(each.value, strict=False), each) for each in assets if each.kind == "network"]
    around = [(network, each) for network, each in around if address in network]
    if not around:
        return by_asn(asn, assets)
    longest = max(network.prefixlen for network, _ in around)
    tier = [each for network, each in around if network.prefixlen == longest]
    own = settled(tier)
    if own is None or any(each.shared for each in tier):
        return {}
    found = dict.fromkeys(own[0], "certain")
    for each in [
        *own[1],
        *(each.organisation for network, each in around if network.prefixlen < longest and not each.shared),
    ]:
        found.setdefault(each, "concerned")
    return found


def by_asn(asn: int | None, assets: list[Asset]) -> Found:
    own = settled([each for each in assets if each.kind == "asn" and each.value == str(asn) and not each.shared])
    return {} if own is None else dict.fromkeys(own[0], "certain") | dict.fromkeys(own[1], "concerned")


def naive(row: dict[str, Any], assets: list[Asset]) -> Found:
    """Who matches one row, and how sure."""
    hosts = by_host(row["host"], assets) if row["host"] else {}
    addresses = by_address(row["ip"], row["asn"], assets) if row["ip"] else by_asn(row["asn"], assets)
    both = hosts | addresses
    return {who: "certain" if "certain" in (hosts.get(who), addresses.get(who)) else "concerned" for who in both}


def numbered(row: dict[str, Any]) -> dict[str, Any]:
    address = ipaddress.ip_address(row["ip"]) if row["ip"] else None
    return row | {"ip4": int(address) if address and address.version == 4 else None}


@given(assets=ASSETS, rows=st.lists(ROW, max_size=12))
def test_it_finds_what_the_naive_one_finds(assets: list[Asset], rows: list[dict[str, Any]]) -> None:
    batch = to_batch([Record(row=number, offset=0, **numbered(row)) for number, row in enumerate(rows)], [])
    found = attribute(batch.records, build_index(assets, OWNERS, as_of=date(2024, 10, 8)))
    matches: dict[int, Found] = {}
    for match in found.matches.to_pylist():
        matches.setdefault(match["row"], {})[match["organisation"]] = match["certainty"]
    assert matches == {number: who for number, row in enumerate(rows) if (who := naive(row, assets))}
