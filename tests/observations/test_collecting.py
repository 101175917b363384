"""Many rows, one finding: over batches as within one."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from paraat.formats.record import Record, to_batch
from paraat.observations.collecting import MOST, Findings
from paraat.observations.register import Register
from paraat.observations.rules import Asset, Owner, attribute, build_index

INDEX = build_index(
    [Asset("a", "o", "domain", "ronse.be"), Asset("b", "p", "network", "192.0.2.0/24")],
    [Owner("o", "municipality"), Owner("p", "province")],
    as_of=date(2024, 10, 8),
)
REGISTER = Register(INDEX, ["o", "p"], ["a", "b"], {"a": "ronse.be", "b": "192.0.2.0/24"})
ROWS = st.builds(
    Record,
    row=st.just(1),
    offset=st.just(0),
    host=st.sampled_from(["www.ronse.be", "x.ronse.be", "elsewhere.example", None]),
    ip=st.just("192.0.2.7"),
    ip4=st.just(0xC0000207),
    port=st.one_of(st.none(), st.integers(0, 60)),
    severity=st.one_of(st.none(), st.integers(0, 5)),
    rsit=st.sampled_from(["availability.ddos", "vulnerable.open", None]),
)


def collected(*batches: list[Record]) -> pl.DataFrame:
    findings = Findings(severity=3)
    for rows in batches:
        batch = to_batch(rows, [])
        found = attribute(batch.records, INDEX)
        findings.add(found.found, pl.DataFrame(pl.from_arrow(batch.records)))
    frame = findings.frame(REGISTER)
    return frame.sort("organisation_id", "target", "classification") if frame.height else frame


@given(st.lists(st.lists(ROWS, max_size=6), max_size=20))
def test_it_does_not_matter_how_rows_are_cut_into_batches(batches: list[list[Record]]) -> None:
    whole = [row for rows in batches for row in rows]
    cut, once = collected(*batches), collected(whole)
    assert cut.drop("facts", strict=False).equals(once.drop("facts", strict=False))
    for one, other in zip(cut.to_dicts(), once.to_dicts(), strict=True):
        assert one["facts"] == other["facts"]


@given(st.lists(ROWS, min_size=1, max_size=30))
def test_every_match_is_in_exactly_one_finding(rows: list[Record]) -> None:
    batch = to_batch(rows, [])
    found = collected(rows)
    assert found["rows"].sum() == attribute(batch.records, INDEX).found.height
    assert not found.select("organisation_id", "target", "classification").is_duplicated().any()
    assert found["severity"].is_between(0, 5).all()


def test_a_finding_names_no_more_than_people_read() -> None:
    rows = [Record(row=place, offset=0, host="www.ronse.be", port=place) for place in range(1, 100)]
    [line] = collected(rows).to_dicts()
    assert line["rows"] == 99
    assert line["facts"].count(",") < MOST + 3
    assert (line["because"], line["asset"], line["certainty"], line["reason"]) == ("ronse.be", "a", "certain", "host")


def test_what_has_no_host_is_named_by_its_address() -> None:
    [line] = collected([Record(row=1, offset=0, ip="192.0.2.7", ip4=0xC0000207)]).to_dicts()
    assert (line["target"], line["because"], line["severity"], line["classification"]) == (
        "192.0.2.7",
        "192.0.2.0/24",
        3,
        "unknown",
    )
