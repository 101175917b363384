"""The date of a list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from paraat.formats.dates import Basis, ListDate, list_date

RECEIVED = datetime(2026, 2, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024-10-08_14-40-04_DDoSia-target-list-full.json", "2024-10-08T14:40:04"),
        ("targets_20241008-144004.json", "2024-10-08T14:40:04"),
        ("20241008144004_targets.json", "2024-10-08T14:40:04"),
        ("ddosia 08-10-2024 14.40.csv", "2024-10-08T14:40:00"),
        ("08.10.2024_14-40-04.json", "2024-10-08T14:40:04"),
        ("list 2024-10-08T14:40:04Z.json", "2024-10-08T14:40:04"),
        ("folder/2023-01-01/8-10-2024.json", "2024-10-08T00:00:00"),
        ("2026-01-28-scan_rdp-belgium-geo.csv", "2026-01-28T00:00:00"),
        ("20241008.json", "2024-10-08T00:00:00"),
    ],
)
def test_it_reads_the_styles_of_file_names(name: str, expected: str) -> None:
    found = list_date(name=name, received=RECEIVED)
    assert (found.at.isoformat(), found.basis) == (expected + "+00:00", Basis.FILE_NAME)
    assert found.day_only == expected.endswith("T00:00:00")


@pytest.mark.parametrize(
    "name",
    ["targets.json", "2024-13-45.json", "31-02-2024.json", "2027-01-01.json", "v1.2.3.json", "12345678.json", ""],
)
def test_otherwise_it_is_the_receipt(name: str) -> None:
    assert list_date(name=name, received=RECEIVED) == ListDate(RECEIVED, Basis.RECEIPT)


def test_content_comes_first() -> None:
    content = datetime(2024, 10, 7, tzinfo=UTC)
    assert list_date(name="2024-10-08.json", received=RECEIVED, content=content) == ListDate(content, Basis.CONTENT)
