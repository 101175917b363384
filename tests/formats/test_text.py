"""Chat posts and pasted lists, in four languages."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from paraat.formats.reading import get_format, read
from paraat.formats.record import Quarantined, Record, quarantined, records


def reads(text: str) -> tuple[list[Record], list[Quarantined]]:
    batches = list(read(io.BytesIO(text.encode()), format="text"))
    return (
        [row for batch in batches for row in records(batch.records)],
        [row for batch in batches for row in quarantined(batch.quarantined)],
    )


def hosts(text: str) -> list[str | None]:
    found, refused = reads(text)
    assert not refused
    return [each.host or each.ip for each in found]


@pytest.mark.parametrize(
    "line",
    [
        "www.ronse.be", "+ www.ronse.be", "- www.ronse.be", "• www.ronse.be", "* www.ronse.be", "1. www.ronse.be", "12) www.ronse.be",
        "❌ www.ronse.be", "🎯www.ronse.be", "> www.ronse.be", "WWW.RONSE.BE", "www.ronse.be.", "www.ronse.be,", "http://www.ronse.be",
        "https://www.ronse.be/", "hxxps://www.ronse.be", "hXXp://www[.]ronse[.]be", "www(.)ronse(.)be", "www[dot]ronse[dot]be",
        "www(dot)ronse(dot)be", "www{.}ronse{.}be", "h**p://www.ronse.be", "https[:]//www.ronse.be", "https[://]www.ronse.be",
        "www。ronse。be", "www.ron\u200bse.be", "**www.ronse.be**", "`www.ronse.be`", "«www.ronse.be»", "(www.ronse.be)", '"www.ronse.be"',
        "https://user:secret@www.ronse.be/", "www [.] ronse [.] be",
    ],
)  # fmt: skip
def test_one_host_a_line_however_it_is_written(line: str) -> None:
    assert hosts(line) == ["www.ronse.be"]


def test_a_url_keeps_its_port_and_path() -> None:
    found, _ = reads("https://www.ronse.be:8443/nl/contact?x=1).")
    assert [(each.host, each.port, each.path) for each in found] == [("www.ronse.be", 8443, "/nl/contact?x=1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "www.ronse.be | www.wemmel.be; kraainem.be, drogenbos.be",
            ["www.ronse.be", "www.wemmel.be", "kraainem.be", "drogenbos.be"],
        ),
        (
            "192.0.2.1\n+ 192.0.2.2:443\n2001:db8::1\nhttp://[2001:db8::2]/x",
            ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"],
        ),
        ("вольск.рф\nbücher.be", ["xn--b1aqclq9d.xn--p1ai", "xn--bcher-kva.be"]),
        ("x.com\ngov.md", ["x.com", "gov.md"]),
    ],
)
def test_lists(text: str, expected: list[str]) -> None:
    assert hosts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("De site van Ronse (www.ronse.be) ligt plat, o.a. ook wemmel.be. Meer in het rapport.", ["www.ronse.be", "wemmel.be"]),
        ("Vandaag, z.B. of bv. kraainem.be, m.b.t. de lijst in doelwitten.pdf en index.php, t.a.v. N.V. Test", ["kraainem.be"]),
        ("De site ligt plat.De aanvallers zeggen niets.", []),
        ("Nous attaquons ronse.be, wemmel.be et www.eupen.be. C.-à-d. tout, p.ex. M.Dupont et s.v.p.", ["ronse.be", "wemmel.be", "www.eupen.be"]),
        ("L'attaque sur l'hôte d'eupen.be a commencé.Il est 14.30 le 08.10.2024.", ["eupen.be"]),
        ("We hit ronse.be.Next is wemmel.be! See e.g. report.pdf, archive.zip, setup.py and README.md, i.e. nothing.", ["ronse.be", "wemmel.be"]),
        ("U.S. and Ph.D. and version 1.2.3.4 and v10.0.19041.1 and 1.000.000,50 at 3 p.m. with node.js on ASP.NET", []),
        ("Сайт города Ронсе www.ronse.be лежит.Это не всё, т.е. и т.д. г.Москва, ул.Ленина", ["www.ronse.be"]),
        ("Цель: президент.рф и https://вольск.рф/news", ["xn--d1abbgf6aiiy.xn--p1ai", "xn--b1aqclq9d.xn--p1ai"]),
        ("Schrijf naar info@ronse.be of jan.de.smet@ronse.be", []),
        ("www.ronse.be.De rest volgt, www.wemmel.be.Ook daar", ["www.ronse.be", "www.wemmel.be"]),
        ("mairie.fr.la commune", ["mairie.fr"]),
        ("bahn.de is down", ["bahn.de"]),
        ("Hello world. Nothing here! Really... nothing", []),
    ],
)  # fmt: skip
def test_prose_gives_hosts_and_invents_none(text: str, expected: list[str]) -> None:
    assert hosts(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Het lukt niet.de gemeente zwijgt", "ambiguous"),
        ("Aanval op Ronse.Be careful", "ambiguous"),
        ("targets.zip", "ambiguous"),
        ("www.ronse.bee", "host"),
        ("https://ronse.invalidtld/", "host"),
        ("192.0.2.300", "address"),
    ],
)
def test_what_nobody_could_tell_waits_for_a_person(text: str, reason: str) -> None:
    found, refused = reads(text)
    assert not found
    assert [each.reason for each in refused] == [reason]


def test_each_place_is_a_row_and_its_raw_is_the_line() -> None:
    text = "Doelwitten:\n+ www.ronse.be\nwww.wemmel.be en www.wemmel.be\n"
    found, _ = reads(text)
    assert [(each.row, each.host, each.raw.decode()) for each in found] == [
        (1, "www.ronse.be", "+ www.ronse.be"),
        (2, "www.wemmel.be", "www.wemmel.be en www.wemmel.be"),
        (3, "www.wemmel.be", "www.wemmel.be en www.wemmel.be"),
    ]
    assert [each.offset for each in found] == [12, 27, 27]


def test_a_date_that_stands_alone_at_the_top_is_the_list_s() -> None:
    dated = get_format("text").dated
    assert dated(b"[08.10.2024 14:40]\n+ www.ronse.be") == datetime(2024, 10, 8, 14, 40, tzinfo=UTC)
    assert dated(b"Op 13.10.2024 zijn er verkiezingen\nwww.ronse.be") is None


def test_a_line_without_end_is_read_all_the_same() -> None:
    assert len(hosts("www.ronse.be " * 20_000)) == 20_000
