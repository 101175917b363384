"""Shadowserver reports: what a type says is data."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from paraat.formats.columns import VICTIMS
from paraat.formats.errors import FormatError
from paraat.formats.reading import read
from paraat.formats.record import Record, quarantined, records
from paraat.formats.shadowserver import report_type, reports, victims
from paraat.kernel.rsit import is_known


def reads(text: str, name: str) -> list[Record]:
    return [
        row
        for batch in read(io.BytesIO(text.encode()), format="shadowserver", name=name)
        for row in records(batch.records)
    ]


def test_the_data_is_sound() -> None:
    assert len(reports()) > 100
    for report in reports().values():
        assert is_known(report.rsit)
        assert 0 <= report.severity <= 5
        assert victims()[report.victim].keys() & set(VICTIMS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2026-01-28-scan_rdp-belgium-geo.csv", "scan_rdp"),
        ("2026-01-28-scan_rdp-belgium-geo.csv.gz", "scan_rdp"),
        ("scan_smb.csv", "scan_smb"),
        ("2026-01-28-scan6_rdp-belgium.csv", "scan_rdp"),
        ("2026-01-28-event6_sinkhole_http-x.csv", "event4_sinkhole_http"),
        ("2026-01-28-device_id6.csv", "device_id"),
        ("2026-01-28-scan_future-x.csv", None),
        ("report.txt", None),
    ],
)
def test_the_type_is_in_the_file_name(name: str, expected: str | None) -> None:
    assert report_type(name) == expected


BOTH = (
    '"timestamp","src_ip","src_port","src_asn","src_hostname","dst_ip","dst_port","dst_asn","dst_hostname","tag"\n'
    '"2026-01-01 00:00:00","192.0.2.1",1,64501,"src.example","198.51.100.2",2,64502,"dst.example","x"\n'
)


@pytest.mark.parametrize(
    ("report", "victim"),
    [
        ("event4_honeypot_ddos_target", ("198.51.100.2", 2, 64502, "dst.example")),
        ("event4_sinkhole", ("192.0.2.1", 1, 64501, "src.example")),
        ("event4_honeypot_ddos_amp", ("192.0.2.1", 1, 64501, "src.example")),
        ("event4_something_new", ("192.0.2.1", 1, 64501, "src.example")),
    ],
)
def test_the_type_says_which_columns_are_the_victim(report: str, victim: tuple[str, int, int, str]) -> None:
    [found] = reads(BOTH, f"2026-01-28-{report}-x.csv")
    assert (found.ip, found.port, found.asn, found.host) == victim


def test_a_type_that_is_not_known_has_no_class_but_a_victim() -> None:
    [found] = reads("timestamp,ip,hostname\n2026-01-01 00:00:00,192.0.2.1,a.be\n", "2026-01-28-scan_future-x.csv")
    assert (found.rsit, found.severity, found.ip, found.host) == ("other.undetermined", None, "192.0.2.1", "a.be")


def test_the_name_of_the_site_says_more_than_reverse_dns() -> None:
    text = "timestamp,ip,hostname,http_host\n,192.0.2.1,host7.isp.example,www.ronse.be\n,192.0.2.1,host7.isp.example,\n"
    assert [each.host for each in reads(text, "compromised_website.csv")] == ["www.ronse.be", "host7.isp.example"]


def test_a_row_s_own_severity_wins_over_that_of_the_type() -> None:
    found = reads("timestamp,severity,ip\n,critical,192.0.2.1\n,,192.0.2.1\n", "scan_ssl.csv")
    assert [each.severity for each in found] == [3, 0]


def test_a_table_that_names_nobody_is_a_named_error() -> None:
    with pytest.raises(FormatError, match="who is meant"):
        reads("timestamp,geo\n,BE\n", "scan_ssl.csv")


EXPECTED = {
    "blocklist.csv": (3, 0, "abusive-content.spam"),
    "compromised_website.csv": (3, 0, "intrusions.system-compromise"),
    "device_id.csv": (3, 0, "other.other"),
    "event4_honeypot_ddos_target.csv": (3, 0, "availability.ddos"),
    "scan_rdp.csv": (0, 2, None),  # its rows have fewer fields than its header
    "scan_smb.csv": (3, 0, "vulnerable.potentially-unwanted-accessible"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_real_samples(shared_data: Path, name: str) -> None:
    data = (shared_data / "shadowserver" / name).read_bytes()
    batches = list(read(io.BytesIO(data), format="shadowserver", name=name))
    found = [row for batch in batches for row in records(batch.records)]
    refused = [row for batch in batches for row in quarantined(batch.quarantined)]
    assert (len(found), len(refused)) == EXPECTED[name][:2]
    assert {each.rsit for each in found} <= {EXPECTED[name][2]}
    assert all(each.ip and each.seen_at for each in found)
