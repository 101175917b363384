"""Indicators in texts: found plain and defanged, proven where they can be, and nothing invented."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.formats.checksums import is_bitcoin, is_onion
from paraat.formats.indicators import Kind, defang, extract, host_of, is_reserved

ONION = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"  # the Tor Project's own
BITCOIN = ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
           "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"]  # fmt: skip


def values(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in extract(text):
        found.setdefault(one.kind.value, []).append(one.value)
    return found


NOTE = f"""Beste,
we saw traffic from 203.0.113.7 and 2001:db8::1 to hxxps://login.evil-site[.]com:8443/a/b?x=1, (see also http://198[.]51[.]100[.]9/drop.php).
Mail came from Boss <ceo(at)evil-site[dot]be>, attachment invoice.pdf, SHA256
E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855 and md5 d41d8cd98f00b204e9800998ecf8427e.
Version 1.2.3 of the tool, at 12:30:45, uses cve-2021-44228. Pay to {BITCOIN[0]} or write at http://{ONION}/x
"""


def test_a_note_as_people_write_it() -> None:
    assert values(NOTE) == {
        "ipv4": ["203.0.113.7", "198.51.100.9"],
        "ipv6": ["2001:db8::1"],
        "url": [
            "https://login.evil-site.com:8443/a/b?x=1", "http://198.51.100.9/drop.php", f"http://{ONION}/x"
        ],
        "host": ["login.evil-site.com"],
        "email": ["ceo@evil-site.be"],
        "sha256": ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
        "md5": ["d41d8cd98f00b204e9800998ecf8427e"],
        "cve": ["CVE-2021-44228"],
        "bitcoin": [BITCOIN[0]],
        "onion": [ONION],
    }  # fmt: skip


def test_where_it_stood_is_kept() -> None:
    one = extract("first\nsecond evil-site[.]com there\n")[0]
    assert (one.line, one.context) == (2, "second evil-site.com there")


@pytest.mark.parametrize(
    "text",
    [
        "invoice.pdf and main.py, i.e. nothing",
        "999.1.2.3 and 1.2.3 and 1.2.3.4.5",
        "12:30:45 and a::",
        "e3b0c44298fc1c149afbf4c8996fb924g7ae41e4649b934ca495991b7852b855",
        "co.uk",
        "CVE-21-1",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "x@nothing",
        "http://",
        "a" * 56 + ".onion",
    ],
)
def test_a_likeness_is_nothing(text: str) -> None:
    assert extract(text) == []


def test_what_somebody_defanged_is_a_host_although_it_ends_like_a_file() -> None:
    assert values("see payload.zip") == {}
    assert values("see evil-site[.]zip") == {"host": ["evil-site.zip"]}


@pytest.mark.parametrize("address", BITCOIN)
def test_bitcoin_addresses_have_a_checksum(address: str) -> None:
    assert is_bitcoin(address)
    assert values(f"Pay {address} now.") == {"bitcoin": [address]}
    for place in range(3, len(address)):
        other = "q" if address[place] != "q" else "p"
        assert not is_bitcoin(address[:place] + other + address[place + 1 :])


def test_an_onion_service_has_a_checksum() -> None:
    assert is_onion(ONION[:-6])
    assert not is_onion("b" + ONION[1:-6])


@pytest.mark.parametrize(
    ("kind", "value", "reserved"),
    [
        ("ipv4", "10.1.2.3", True), ("ipv4", "192.0.2.1", True), ("ipv4", "8.8.8.8", False), ("ipv4", "224.0.0.1", True),
        ("ipv6", "fe80::1", True), ("ipv6", "2a00:1450::1", False), ("host", "a.example", True), ("host", "www.example.com", True),
        ("url", "http://127.0.0.1:80/x", True), ("url", "http://[fe80::1]/x", True), ("url", "http://evil-site.com/x", False),
        ("email", "a@b.example", True), ("md5", "0" * 32, False),
    ],
)  # fmt: skip
def test_what_points_nowhere_outside_is_flagged(kind: str, value: str, reserved: bool) -> None:
    assert is_reserved(kind, value) is reserved


labels = st.text("abcdefghijkmnpqrstuvwxyz", min_size=4, max_size=12)
hosts = st.builds("{}.{}.{}".format, labels, labels, st.sampled_from(["com", "be", "co.uk", "net", "example"]))
addresses = st.builds("{}.{}.{}.{}".format, *[st.integers(1, 255)] * 4)
plain_values = st.one_of(
    hosts.map(lambda one: (Kind.HOST, one)),
    addresses.map(lambda one: (Kind.IPV4, one)),
    st.tuples(labels, hosts).map(lambda pair: (Kind.EMAIL, f"{pair[0]}@{pair[1]}")),
    st.tuples(st.one_of(hosts, addresses), labels).map(lambda pair: (Kind.URL, f"https://{pair[0]}/{pair[1]}.php")),
    st.integers(0, 2**128 - 1).map(lambda one: (Kind.MD5, f"{one:032x}")),
    st.just((Kind.ONION, ONION)),
    st.sampled_from(BITCOIN).map(lambda one: (Kind.BITCOIN, one)),
)
OTHER_WAYS = [
    lambda text: text, lambda text: text.replace("[.]", "(dot)"), lambda text: text.replace("[.]", " [dot] "),
    lambda text: text.replace("[.]", "[.").replace("[.", "[.]"), lambda text: text.replace("[at]", " (at) "),
    lambda text: text.replace("[://]", "[:]//"), lambda text: text.replace("[://]", "://"), lambda text: text.replace("[.]", "\\."),
]  # fmt: skip


@given(
    st.lists(plain_values, min_size=1, max_size=8),
    st.sampled_from(OTHER_WAYS),
    st.sampled_from(["\n", " ", ", ", " | "]),
)
def test_defanged_is_found_as_plain(found: list[tuple[Kind, str]], way: object, between: str) -> None:
    plain = extract(between.join(value for _, value in found))
    defanged = extract(between.join(way(defang(kind, value)) for kind, value in found))  # type: ignore[operator]
    assert [(one.kind, one.value) for one in plain] == [(one.kind, one.value) for one in defanged]
    assert {(kind, value) for kind, value in found} <= {(one.kind, one.value) for one in plain}


@given(plain_values)
def test_no_program_makes_a_link_of_what_a_screen_shows(one: tuple[Kind, str]) -> None:
    shown = defang(*one)
    assert not re.search(r"\bhttps?:", shown)
    assert host_of(*one) == "" or host_of(*one) not in shown or one[0] == Kind.IPV6


@given(st.text(max_size=400))
def test_no_text_makes_it_fail(text: str) -> None:
    for one in extract(text):
        assert one.value
        assert "\x00" not in one.value + one.context


@given(st.text("[](){}.:/@hxtp0123456789abcdef \n", max_size=300))
def test_no_text_of_marks_makes_it_fail(text: str) -> None:
    extract(text)


def test_found_again_in_itself() -> None:
    again = extract("\n".join(one.value for one in extract(NOTE)))
    assert {(one.kind, one.value) for one in again} == {(one.kind, one.value) for one in extract(NOTE)}


@pytest.mark.parametrize("kind", ["log", "defanged", "digits", "dots", "brackets", "hex", "letters", "at"])
def test_megabytes_take_a_moment(kind: str) -> None:
    draw = random.Random(1)
    text = {
        "log": lambda: "\n".join(
            f"2022-12-06T12:00:{n % 60:02} GET /index.php?id={n} from 10.{n % 250}.3.{n % 199} ref www.site{n % 5000}.be agent Mozilla/5.0"
            for n in range(50_000)
        ),
        "defanged": lambda: "\n".join(f"hxxps://host{n}[.]evil-site[.]com/x{n}" for n in range(20_000)),
        "digits": lambda: "1" * 1_000_000,
        "dots": lambda: "a." * 500_000,
        "brackets": lambda: "[.](" * 250_000,
        "hex": lambda: "".join(draw.choices("0123456789abcdef:", k=1_000_000)),
        "letters": lambda: "x" * 1_000_000,
        "at": lambda: "a@" * 500_000,
    }[kind]()
    begin = time.process_time()
    extract(text)
    assert time.process_time() - begin < 12, "seconds of processor time; a shared machine is given room"
