"""Addresses and networks as numbers."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.kernel.networks import Interval, parse_address, parse_network


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"), (" 192.0.2.1. ", "192.0.2.1"), ("[2001:DB8::1]", "2001:db8::1"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2", None), ("192.0.2.256", None), ("192.0.02.1", None), ("fe80::1%eth0", None), ("", None), ("ronse.be", None),
    ],
)  # fmt: skip
def test_it_reads_an_address_or_says_none(text: str, expected: str | None) -> None:
    found = parse_address(text)
    assert (str(found) if found else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.0/24", (4, "192.0.2.0", "192.0.2.255")),
        ("192.0.2.9/24", (4, "192.0.2.0", "192.0.2.255")),
        ("192.0.2.7", (4, "192.0.2.7", "192.0.2.7")),
        ("192.0.2.1-192.0.2.9", (4, "192.0.2.1", "192.0.2.9")),
        ("2001:db8::/126", (6, "2001:db8::", "2001:db8::3")),
    ],
)
def test_it_reads_a_network_as_an_interval(text: str, expected: tuple[int, str, str]) -> None:
    version, low, high = expected
    assert parse_network(text) == Interval(version, int(ipaddress.ip_address(low)), int(ipaddress.ip_address(high)))


@pytest.mark.parametrize(
    "text",
    ["192.0.2.0/33", "192.0.2.0/", "192.0.2.9-192.0.2.1", "192.0.2.1-2001:db8::1", "1.2.3/8", "x", "", "1.2.3.4/²"],
)
def test_it_says_none_to_what_is_no_network(text: str) -> None:
    assert parse_network(text) is None


@given(address=st.ip_addresses(v=4), prefix=st.integers(0, 32))
def test_the_quick_way_agrees_with_the_standard_library(address: ipaddress.IPv4Address, prefix: int) -> None:
    network = ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    assert parse_network(f"{address}/{prefix}") == Interval(
        4, int(network.network_address), int(network.broadcast_address)
    )


def test_an_interval_holds_its_bounds_and_no_other_version() -> None:
    interval = Interval(4, 0, 3)
    assert ipaddress.ip_address("0.0.0.3") in interval
    assert ipaddress.ip_address("0.0.0.4") not in interval
    assert ipaddress.ip_address("::3") not in interval
