"""DDoSia lists, as they were seen."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from paraat.formats.dates import Basis, list_date
from paraat.formats.errors import FormatError
from paraat.formats.reading import get_format, read, recognise
from paraat.formats.record import Quarantined, Record, quarantined, records


def reads(data: bytes) -> tuple[list[Record], list[Quarantined]]:
    batches = list(read(io.BytesIO(data), format="ddosia"))
    return (
        [row for batch in batches for row in records(batch.records)],
        [row for batch in batches for row in quarantined(batch.quarantined)],
    )


def one(**target: Any) -> Record:
    found, refused = reads(json.dumps({"targets": [target]}).encode())
    assert not refused
    return found[0]


def test_targets_null_is_a_list_without_targets() -> None:
    assert reads(b'{"targets": null, "randoms": []}') == ([], [])
    assert reads(b'{"randoms": [{"targets": [1]}], "targets": []}') == ([], [])


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.ronse.be", ("www.ronse.be", None, None)),
        ("a.be/a.be", ("a.be", None, None)),
        ("WWW.Ronse.BE.", ("www.ronse.be", None, None)),
        ("bücher.de/xn--bcher-kva.de", ("xn--bcher-kva.de", None, None)),
        ("xn--bcher-kva.de/bücher.de", ("xn--bcher-kva.de", None, None)),
        ("192.0.2.7", (None, "192.0.2.7", None)),
        ("192.0.2.7.", (None, "192.0.2.7", None)),
        ("2001:db8::7", (None, "2001:db8::7", None)),
        ("a.be/some/page", ("a.be", None, "/some/page")),
    ],
)
def test_it_reads_what_stands_in_the_field_host(host: str, expected: tuple[str | None, str | None, str | None]) -> None:
    found = one(host=host)
    assert (found.host, found.ip, found.path) == expected


def test_a_target_has_all_that_it_says() -> None:
    found = one(host="www.ronse.be", ip="192.0.2.7.", port=443, path="/nl", type="http", method="GET")
    assert (found.ip, found.ip4, found.port, found.path, found.tag) == ("192.0.2.7", 3221225991, 443, "/nl", "http GET")
    assert (found.rsit, found.severity, found.seen_at) == ("availability.ddos", 3, None)


def test_a_bad_address_beside_a_good_host_does_not_cost_the_alert() -> None:
    assert one(host="www.ronse.be", ip="unknown", port="x").host == "www.ronse.be"


def test_repeated_rows_stay_a_row_each() -> None:
    found, _ = reads(b'{"targets": [{"host": "a.be"}, {"host": "a.be"}]}')
    assert [each.row for each in found] == [1, 2]


def test_broken_elements_spoil_no_other() -> None:
    data = b'{"targets":[{"host":"a.be"},{"host" "b"},7,null,{"host":"x"},{"ip":""},"b.be",{"host":"c.be"'
    found, refused = reads(data)
    assert [(each.row, each.host) for each in found] == [(1, "a.be"), (7, "b.be")]
    assert [(each.row, each.reason) for each in refused] == [
        (2, "shape"), (3, "shape"), (4, "shape"), (5, "host"), (6, "nobody"), (8, "shape"),
    ]  # fmt: skip
    assert all(data[each.offset :].startswith(each.raw) for each in refused)


@pytest.mark.parametrize("data", [b"{}", b'{"targets": {}}', b'{"targets": 7}', b"{", b'"x"', b'{"target": []}'])
def test_what_has_no_list_of_targets_is_a_named_error(data: bytes) -> None:
    with pytest.raises(FormatError):
        reads(data)


def test_the_same_as_csv() -> None:
    found, refused = reads(
        b"target_id,host,ip,port,path,method\n1,a.be/a.be,192.0.2.1,80,/x,GET\n2,b.be,none,,,\n3,,,,,\n4,??,,,,\n"
    )
    assert [(each.host, each.ip, each.path, each.tag) for each in found] == [
        ("a.be", "192.0.2.1", "/x", "GET"),
        ("b.be", None, None, None),
    ]
    assert [(each.row, each.reason) for each in refused] == [(3, "nobody"), (4, "host")]


def test_a_list_of_many_targets_streams() -> None:
    target = json.dumps({"host": "www.ronse.be", "body": "}]{" * 50})
    found, refused = reads(b'{"targets": [' + ",".join([target] * 12_000).encode() + b"]}")
    assert (len(found), found[-1].row, refused) == (12_000, 12_000, [])


def test_a_date_of_its_own_comes_before_the_name() -> None:
    dated = get_format("ddosia").dated
    assert dated(b'{"date": "2024-10-08 14:40:04", "targets": [') == datetime(2024, 10, 8, 14, 40, 4, tzinfo=UTC)
    assert dated(b'{"updated": 1728398404, "targets": [') == datetime(2024, 10, 8, 14, 40, 4, tzinfo=UTC)
    assert dated(b'{"targets": [{"path": "/2024-01-01"}]}') is None


def test_the_four_real_lists_are_read_whole(shared_data: Path) -> None:
    counts = {}
    for path in sorted((shared_data / "ddosia").glob("*.json")):
        data = path.read_bytes()
        expected = json.loads(data)["targets"]
        found, refused = reads(data)
        assert recognise(path.name, data[:65536]) is get_format("ddosia")
        assert [each.host for each in found] == [target["host"] for target in expected]
        assert all(json.loads(each.raw) == target for each, target in zip(found, expected, strict=True))
        counts[list_date(name=path.name, received=datetime.now(UTC)).at.isoformat()] = (len(found), len(refused))
        assert list_date(name=path.name, received=datetime.now(UTC)).basis is Basis.FILE_NAME
    assert counts == {
        "2024-10-07T08:05:03+00:00": (107, 0),
        "2024-10-08T08:15:05+00:00": (184, 0),
        "2024-10-08T14:40:04+00:00": (290, 0),
        "2024-10-09T13:05:04+00:00": (261, 0),
    }
