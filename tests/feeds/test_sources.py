"""What every format below feeds/sources/ owes: one contract, all folders."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from paraat.feeds import sources
from paraat.feeds.models import Source
from paraat.feeds.sources.contract import SourceFormat
from paraat.formats.reading import read
from paraat.kernel.errors import NotFound

SAMPLES = {
    "ddosia": ("list.json", b'{"targets": [{"host": "www.ronse.be", "ip": "192.0.2.1"}, {"host": 7}]}'),
    "target_text": ("post.txt", b"+ www.ronse.be\n+ www.wemmel.be\n"),
    "shadowserver": (
        "2026-01-28-scan_rdp-x.csv",
        b'"timestamp","ip","port","hostname","tag"\n'
        b'"2026-01-28 01:02:03","192.0.2.1",3389,"www.ronse.be","rdp"\n'
        b'"2026-01-28 01:02:03","x",1,"","rdp"\n',
    ),
    "table": ("table.csv", b"host,port\nwww.ronse.be,443\nwww.wemmel.be,x\n"),
}
"""A small file of each format, to which a new folder adds its own."""

EVERY = sorted(sources.formats())


def known(name: str) -> SourceFormat:
    return sources.get(name)


def test_every_folder_is_a_format_and_has_a_sample() -> None:
    folders = {path.parent.name for path in Path(sources.__file__).parent.glob("*/__init__.py")}
    assert set(EVERY) == folders == set(SAMPLES)


@pytest.mark.parametrize("name", EVERY)
def test_it_says_what_it_is_and_starts_with_sensible_values(name: str) -> None:
    defaults = known(name).defaults
    assert str(known(name).title)
    assert str(known(name).explanation)
    assert known(name).format.id == known(name).parser
    assert all(ending.startswith(".") for ending in known(name).endings)
    assert defaults.policy in Source.Policy.values
    assert defaults.guidance
    assert 0 <= defaults.severity <= 5


@pytest.mark.parametrize("name", EVERY)
def test_it_recognises_its_own_sample(name: str) -> None:
    assert sources.guess(*SAMPLES[name]) == name


@pytest.mark.parametrize("name", EVERY)
def test_all_rows_of_its_sample_are_read_or_quarantined(name: str) -> None:
    file_name, content = SAMPLES[name]
    batches = list(read(io.BytesIO(content), format=known(name).parser, name=file_name))
    assert sum(batch.rows for batch in batches) == 2


@pytest.mark.parametrize("name", EVERY)
def test_its_rows_can_be_played_again_and_say_the_same(name: str) -> None:
    file_name, content = SAMPLES[name]
    first = list(read(io.BytesIO(content), format=known(name).parser, name=file_name))
    rows = sorted(
        (row["row"], row["raw"])
        for batch in first
        for part in (batch.records, batch.quarantined)
        for row in part.to_pylist()
    )
    again = known(name).again([raw for _, raw in rows], content[: sources.HEAD])
    second = list(read(io.BytesIO(again), format=known(name).parser, name=file_name))
    for side in ["records", "quarantined"]:
        assert [
            {key: value for key, value in row.items() if key not in {"offset", "raw"}}
            for batch in second
            for row in getattr(batch, side).to_pylist()
        ] == [
            {key: value for key, value in row.items() if key not in {"offset", "raw"}}
            for batch in first
            for row in getattr(batch, side).to_pylist()
        ]


def test_a_row_that_breaks_its_file_is_played_without_breaking_the_others() -> None:
    again = known("ddosia").again([b'{"host": "www.ronse', b'{"host": "www.ronse.be"}'], b'{"targets"')
    batch = next(read(io.BytesIO(again), format="ddosia"))
    assert batch.records.num_rows == 1
    assert batch.quarantined.num_rows == 1


def test_there_is_no_other_format() -> None:
    with pytest.raises(NotFound):
        sources.get("nothing")
    assert sources.guess("picture.png", b"\x89PNG\x00\x00") is None
