"""What every format keeps to, whatever bytes come in. A new format is tested by being there."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.formats.errors import FormatError, UnknownFormat
from paraat.formats.reading import formats, get_format, read, recognise
from paraat.formats.reasons import SENTENCES, Reason
from paraat.formats.record import QUARANTINE, SCHEMA, Batch, quarantined, records
from paraat.kernel.errors import ParaatError

ALL = sorted(formats())

ROW = st.lists(
    st.sampled_from(
        ["www.ronse.be", "a.be/a.be", "1.2.3.4", "1.2.3.4.", "2001:db8::1", "10.0.0.0/24", "2024-10-08 10:00:00", "445", "", "x",
         '"', '"a\nb"', "\xff", "é",
         "hxxp://a[.]be", "AS5", "info@ronse.be", "\x00", "{", "null"]
    ),
    min_size=0,
    max_size=6,
)  # fmt: skip
TABLE = st.lists(ROW, max_size=12).map(lambda rows: "\n".join(",".join(row) for row in rows))
HEADERS = ["timestamp,ip,port,hostname,tag,asn", "host", "host,ip,port,path", '"ip","host"', "domain;url", ""]


def reads(name: str, data: bytes) -> list[Batch]:
    return list(read(io.BytesIO(data), format=name, name="2026-01-28-scan_rdp-x.csv"))


def keeps_its_word(data: bytes, batches: list[Batch]) -> None:
    """Rows are numbered from 1 without gap, each is either read or quarantined, and its raw bytes stand where it says."""
    numbers = []
    for batch in batches:
        assert batch.records.schema.equals(SCHEMA)
        assert batch.quarantined.schema.equals(QUARANTINE)
        for row in [*records(batch.records), *quarantined(batch.quarantined)]:
            numbers.append(row.row)
            assert row.raw
            assert data[row.offset : row.offset + len(row.raw)] == row.raw
        for refused in quarantined(batch.quarantined):
            assert Reason(refused.reason) in SENTENCES
        for record in records(batch.records):
            assert record.host or record.ip or record.email or record.asn is not None
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", ALL)
@given(data=st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_but_a_named_error(name: str, data: bytes) -> None:
    try:
        batches = reads(name, data)
    except ParaatError:
        return
    keeps_its_word(data, batches)


@pytest.mark.parametrize("name", ALL)
@given(header=st.sampled_from(HEADERS), body=TABLE, end=st.sampled_from(["", "\n", "\r\n"]))
def test_every_row_is_read_or_quarantined(name: str, header: str, body: str, end: str) -> None:
    data = (header + "\n" + body + end).encode("latin-1")
    try:
        batches = reads(name, data)
    except FormatError:
        return
    keeps_its_word(data, batches)


@pytest.mark.parametrize("name", ALL)
def test_an_empty_input_has_no_rows(name: str) -> None:
    assert sum(batch.rows for batch in reads(name, b"")) == 0


def test_there_are_the_formats_that_we_promise() -> None:
    assert ALL == ["csv", "ddosia", "shadowserver", "text"]


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(UnknownFormat, match="xyz"):
        get_format("xyz")


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("2024-10-08_14-40-04_DDoSia-target-list-full.json", b'{\n "targets": [', "ddosia"),
        ("whatever.json", b'{"randoms": [], "targets": null}', "ddosia"),
        ("list.csv", b"target_id,request_id,host,ip\n", "ddosia"),
        ("2026-01-28-scan_rdp-belgium-geo.csv", b'"timestamp","ip"\n', "shadowserver"),
        ("2026-01-28-event4_new-belgium.csv", b'"timestamp","src_ip","src_naics"\n', "shadowserver"),
        ("mine.csv", b"Domain;Address\n", "csv"),
        ("", b"+ www.ronse.be", "text"),
        ("post.txt", b"+ www.ronse.be", "text"),
        ("photo.jpg", b"\xff\xd8\x00\x00", None),
    ],
)
def test_it_recognises_what_it_can_read(name: str, head: bytes, expected: str | None) -> None:
    found = recognise(name, head)
    assert (found.id if found else None) == expected
