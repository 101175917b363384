"""Tables of one's own."""

from __future__ import annotations

import io

import pytest

from paraat.formats.errors import FormatError
from paraat.formats.reading import read
from paraat.formats.record import Record, quarantined, records


def reads(text: str, mapping: dict[str, str] | None = None) -> tuple[list[Record], list[tuple[int, str]]]:
    batches = list(read(io.BytesIO(text.encode()), format="csv", mapping=mapping))
    refused = [(row.row, row.reason) for batch in batches for row in quarantined(batch.quarantined)]
    return [row for batch in batches for row in records(batch.records)], refused


def test_a_mapping_says_which_column_is_what() -> None:
    found, refused = reads(
        "Name;Domain;Address\nRonse;https://www.ronse.be/nl;192.0.2.1\nX;bücher.be;\n",
        {"host": "domain", "ip": "Address"},
    )
    assert [(each.host, each.ip, each.path) for each in found] == [
        ("www.ronse.be", "192.0.2.1", "/nl"),
        ("xn--bcher-kva.be", None, None),
    ]
    assert not refused


@pytest.mark.parametrize("header", ["domein", "Domain", "URL", "cible", "Hostname", "website"])
def test_names_of_columns_speak_for_themselves(header: str) -> None:
    found, _ = reads(f"{header},x\nwww.ronse.be,1\n")
    assert found[0].host == "www.ronse.be"


def test_targets_of_all_kinds_stand_in_one_column() -> None:
    found, refused = reads(
        "target\nwww.ronse.be\n192.0.2.1:80\n2001:db8::1\n198.51.100.0/24\ninfo@ronse.be\nnothing\n\n"
    )
    assert [(each.host, each.ip, each.port, each.prefix, each.email) for each in found] == [
        ("www.ronse.be", None, None, None, None),
        (None, "192.0.2.1", 80, None, None),
        (None, "2001:db8::1", None, None, None),
        (None, "198.51.100.0", None, 24, None),
        (None, None, None, None, "info@ronse.be"),
    ]
    assert refused == [(6, "host")]


@pytest.mark.parametrize("mapping", [{"host": "nowhere"}, {"nonsense": "a"}, {"port": "a"}])
def test_a_wrong_mapping_is_a_named_error(mapping: dict[str, str]) -> None:
    with pytest.raises(FormatError):
        reads("a,b\n1,2\n", mapping)
