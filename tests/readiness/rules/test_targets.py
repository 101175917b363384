"""What may be named as a target, and what covers it."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.readiness.rules import targets


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("WWW.Ronse.BE.", "host", "www.ronse.be"),
        ("https://www.ronse.be", "host", "www.ronse.be"),
        ("ronse.be:8443", "host", "ronse.be"),
        ("https://www.ronse.be/a/../b/", "page", "www.ronse.be/b"),
        ("https://www.ronse.be/%2e%2e/%61dmin", "page", "www.ronse.be/admin"),
        ("https://www.ronse.be/x%252e%252e/", "page", "www.ronse.be/x.."),
        ("*.Ronse.be", "below", "*.ronse.be"),
        ("münchen.de", "host", "xn--mnchen-3ya.de"),
        ("ronse。be", "host", "ronse.be"),
        ("www.ronse.be/zoek?q=1#top", "page", "www.ronse.be/zoek"),
    ],
)
def test_names_are_read_plainly(text: str, kind: str, shown: str) -> None:
    found = targets.read(text)
    assert found is not None and (found.kind, found.shown) == (kind, shown)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("192.0.2.5", "192.0.2.5", "192.0.2.5"),
        ("192.0.2.0/24", "192.0.2.0", "192.0.2.255"),
        ("http://192.0.2.5:80/24", "192.0.2.5", "192.0.2.5"),
        ("192.0.2.1-192.0.2.9", "192.0.2.1", "192.0.2.9"),
        ("2001:DB8::1", "2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1", "2001:db8::1"),
        ("::ffff:192.0.2.5", "192.0.2.5", "192.0.2.5"),
        ("2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ],
)
def test_addresses_are_numbers(text: str, low: str, high: str) -> None:
    found = targets.read(text)
    assert found is not None and found.interval is not None
    assert (found.interval.low, found.interval.high) == (
        int(ipaddress.ip_address(low)),
        int(ipaddress.ip_address(high)),
    )


@pytest.mark.parametrize(
    "text",
    ["", "x", "http://ronse.be@evil.example", "https://evil.example\\@ronse.be", "0x7f.1", "2130706433", "127.1", "a b.be", "javascript://ronse.be",
     "http://ronse.be:notaport", "*.*", "fe80::1%eth0", "http://%72onse.be", "ronse.be\x00.evil.example", "r" * 301],
)  # fmt: skip
def test_what_two_programs_could_read_differently_is_not_read(text: str) -> None:
    assert targets.read(text) is None


@given(st.text(max_size=60))
def test_nothing_breaks_it(text: str) -> None:
    found = targets.read(text)
    assert found is None or found.kind in {"host", "below", "page", "network"}


@pytest.mark.parametrize(
    ("kind", "value", "target", "covers", "touches"),
    [
        ("domain", "ronse.be", "ronse.be", True, True),
        ("domain", "ronse.be", "a.b.ronse.be", True, True),
        ("domain", "ronse.be", "*.ronse.be", True, True),
        ("domain", "ronse.be", "notronse.be", False, False),
        ("domain", "a.ronse.be", "*.ronse.be", False, True),
        ("host", "www.ronse.be", "www.ronse.be/a", True, True),
        ("host", "www.ronse.be", "*.www.ronse.be", False, True),
        ("host", "www.ronse.be", "b.www.ronse.be", False, False),
        ("page", "www.ronse.be/app", "www.ronse.be/app/x", True, True),
        ("page", "www.ronse.be/app", "www.ronse.be/apps", False, False),
        ("page", "www.ronse.be/app", "www.ronse.be/APP", False, True),
        ("page", "www.ronse.be/app", "www.ronse.be", False, True),
        ("page", "www.ronse.be/app/x", "www.ronse.be/app", False, True),
        ("page", "www.ronse.be/app", "www.ronse.be/app;v=1/x", True, True),
        ("page", "www.ronse.be/app", "www.ronse.be/%61pp%3Bv=1", True, True),
        ("network", "192.0.2.0/24", "192.0.2.7", True, True),
        ("network", "192.0.2.0/25", "192.0.2.0/24", False, True),
        ("network", "2001:db8::/32", "192.0.2.7", False, False),
        ("network", "192.0.2.0/24", "www.ronse.be", False, False),
    ],
)
def test_what_a_line_covers_and_touches(kind: str, value: str, target: str, covers: bool, touches: bool) -> None:
    read = targets.read(target)
    assert read is not None
    assert (targets.covers(kind, value, read), targets.touches(kind, value, read)) == (covers, touches)
