"""Tables column by column: exactly the bad rows are set aside."""

from __future__ import annotations

import io
import tracemalloc
from datetime import UTC, datetime

import pytest

from paraat.formats import lines
from paraat.formats.columnar import Layout, read_table
from paraat.formats.errors import FormatError
from paraat.formats.record import Quarantined, Record, quarantined, records

FIELDS = {
    "timestamp": "seen_at",
    "ip": "ip",
    "port": "port",
    "hostname": "host",
    "tag": "tag",
    "asn": "asn",
    "severity": "severity",
}
HEADER = "timestamp,ip,port,hostname,tag,asn\n"
GOOD = "2026-01-01 00:00:00,192.0.2.1,443,www.ronse.be,rdp,64500\n"


def plan(names: tuple[str, ...], delimiter: str) -> Layout:
    columns = {FIELDS[name]: place for place, name in enumerate(names)}
    return Layout(len(names), columns, delimiter, "vulnerable.vulnerable-system", 2)


def reads(text: str | bytes) -> tuple[list[Record], list[Quarantined]]:
    data = text.encode() if isinstance(text, str) else text
    batches = list(read_table(io.BytesIO(data), plan))
    found = [record for batch in batches for record in records(batch.records)]
    return found, [row for batch in batches for row in quarantined(batch.quarantined)]


def test_a_good_row_says_all_that_it_says() -> None:
    found, refused = reads(HEADER + GOOD)
    assert not refused
    assert found == [
        Record(
            row=1,
            offset=len(HEADER),
            seen_at=datetime(2026, 1, 1, tzinfo=UTC),
            ip="192.0.2.1",
            ip4=3221225985,
            port=443,
            host="www.ronse.be",
            asn=64500,
            rsit="vulnerable.vulnerable-system",
            severity=2,
            tag="rdp",
            raw=GOOD.encode(),
        )
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-01-01 00:00:00,192.0.2.1\n", "fields"),
        (GOOD.rstrip() + ",more\n", "fields"),
        ("2026-01-01 00:00:00,192.0.2.256,443,a.be,rdp,64500\n", "address"),
        ("2026-01-01 00:00:00,192.0.2.1.7,443,a.be,rdp,64500\n", "address"),
        ("2026-01-01 00:00:00,192.0.02.1,443,a.be,rdp,64500\n", "address"),
        ("2026-01-01 00:00:00,0x1.0.2.1,443,a.be,rdp,64500\n", "address"),
        ("yesterday,192.0.2.1,443,a.be,rdp,64500\n", "time"),
        ("2026-02-31 00:00:00,192.0.2.1,443,a.be,rdp,64500\n", "time"),
        ("2026-01-01 00:00:00,192.0.2.1,70000,a.be,rdp,64500\n", "port"),
        ("2026-01-01 00:00:00,192.0.2.1,443,a.be,rdp,many\n", "asn"),
        ("2026-01-01 00:00:00,,443,,rdp,\n", "nobody"),
        ('2026-01-01 00:00:00,192.0.2.1,443,"a.be,rdp,64500\n', "shape"),
        (b"2026-01-01 00:00:00,192.0.2.1,443,\xff.be,rdp,64500\n", "encoding"),
        (b"2026-01-01 00:00:00,192.0.2.1,443,\xff.be,rdp\n", "fields"),
    ],
)
def test_a_bad_row_is_quarantined_with_its_reason_and_the_rest_goes_on(row: str | bytes, reason: str) -> None:
    data = HEADER.encode() + GOOD.encode() + (row if isinstance(row, bytes) else row.encode()) + GOOD.encode()
    found, refused = reads(data)
    assert [record.row for record in found] == [1, 3]
    assert [(each.row, each.reason, each.offset) for each in refused] == [(2, reason, len(HEADER) + len(GOOD))]


def test_all_kinds_of_bad_rows_at_once_keep_their_numbers() -> None:
    found, refused = reads(
        HEADER + "1,2\n" + GOOD + '"open,quote\n' + GOOD + ",x,,,,\n" + GOOD.replace("www.ronse.be", '"w\nw"')
    )
    assert [record.row for record in found] == [2, 4, 6]
    assert [(each.row, each.reason) for each in refused] == [(1, "fields"), (3, "shape"), (5, "address")]
    assert found[-1].host == "w w"


def test_ipv6_and_networks_and_missing_addresses_are_read() -> None:
    found, refused = reads(
        HEADER + ",2001:DB8::1,,,,\n,198.51.100.0/24,,,,\n,,,A.BE.,,\n,192.0.2.1,,,,\n,::ffff:192.0.2.1,,,,\n"
    )
    assert not refused
    assert [(each.ip, each.ip4, each.prefix, each.host) for each in found] == [
        ("2001:db8::1", None, None, None),
        ("198.51.100.0", 3325256704, 24, None),
        (None, None, None, "a.be"),
        ("192.0.2.1", 3221225985, None, None),
        ("192.0.2.1", 3221225985, None, None),
    ]


def test_times_in_other_styles_are_utc() -> None:
    rows = ["2026-01-01T12:00:00Z", "2026-01-01 13:00:00+01:00", "01/01/2026 12:00", "2026-01-01 12:00:00.5"]
    found, refused = reads(HEADER + "".join(f"{row},192.0.2.1,,,,\n" for row in rows))
    assert not refused
    assert {each.seen_at for each in found} == {datetime(2026, 1, 1, 12, tzinfo=UTC)}


def test_bytes_that_are_not_utf8_do_no_harm_where_nobody_is_named() -> None:
    found, refused = reads(HEADER.encode() + b"2026-01-01 00:00:00,192.0.2.1,443,a.be,Li\xe8ge,64500\n")
    assert [each.ip for each in found] == ["192.0.2.1"]
    assert not refused


def test_the_row_s_own_severity_wins() -> None:
    found, _ = reads("ip,severity\n192.0.2.1,critical\n192.0.2.1,\n192.0.2.1,odd\n")
    assert [each.severity for each in found] == [3, 2, 2]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_are_no_rows_and_other_line_ends_do(end: str) -> None:
    found, refused = reads(end + HEADER.rstrip() + end + GOOD.rstrip() + end + end + GOOD.rstrip())
    assert [each.row for each in found] == [1, 2]
    assert not refused


@pytest.mark.parametrize("header", ["\xff\xfe", '"open', "a\x00b"])
def test_a_header_that_cannot_be_read_is_a_named_error(header: str) -> None:
    with pytest.raises(FormatError):
        reads(header.encode("latin-1") + b"\nx\n")


def test_chunks_of_any_size_give_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        HEADER
        + (GOOD + '2026-01-01 00:00:00,192.0.2.1,443,"two\nlines",rdp,64500\n' + "bad\n" + '"stray,1,2,3,4,5\n') * 40
    )
    whole = reads(text)
    for size in (64, 333, 1024):
        monkeypatch.setattr(lines, "CHUNK", size)
        assert reads(text) == whole


class Endless(io.RawIOBase):
    """A report of some size that is never in memory as a whole."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._left, self._block = size, GOOD.encode() * 10_000
        self._head = HEADER.encode()

    def read(self, size: int = -1, /) -> bytes:
        head, self._head = self._head, b""
        if head:
            return head
        block = self._block[: min(self._left, len(self._block))]
        self._left -= len(block)
        return block


def test_memory_stays_flat_over_a_large_stream() -> None:
    size = 60_000_000 // len(GOOD) * len(GOOD)
    tracemalloc.start()
    rows = sum(batch.rows for batch in read_table(Endless(size), plan))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == size // len(GOOD)
    assert peak < 20_000_000
