"""Shadowserver reports: one CSV a report type. What a type says about whom is data (`reports.toml`), not code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from paraat.formats.columnar import SEVERITIES, Layout, read_table
from paraat.formats.columns import guess_columns, places_of
from paraat.formats.reading import Format, Options
from paraat.formats.record import Batch
from paraat.formats.source import Source

_FILE = re.compile(r"(?:^|.*?\d{4}-\d{2}-\d{2}-)?(?P<report>[a-z][a-z0-9]*(?:_[a-z0-9]+)*)(?:-.*)?\.csv", re.IGNORECASE)
_SISTER = (re.compile(r"^(scan|population)6_"), re.compile(r"^event6_"), re.compile(r"6$"))
UNKNOWN = "other.undetermined"


@dataclass(frozen=True, slots=True)
class Report:
    """What one report type says: which columns name the victim, the class, and how bad where a row does not say."""

    victim: str
    rsit: str
    severity: int


@cache
def reports() -> Mapping[str, Report]:
    """All report types that are known."""
    return {
        name: Report(each["victim"], each["rsit"], SEVERITIES[each["severity"]])
        for name, each in _data()["reports"].items()
    }


@cache
def victims() -> Mapping[str, Mapping[str, list[str]]]:
    """For each kind of victim the columns that may name it, the best first."""
    return dict(_data()["victims"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "reports.toml").read_text("utf-8"))


def report_type(name: str) -> str | None:
    """The report type in a file name such as 2026-01-28-scan_rdp-belgium-geo.csv; a report on IPv6 as its IPv4 sister; None: none known."""
    found = _FILE.fullmatch(PurePath(name.replace("\\", "/")).name.removesuffix(".gz").removesuffix(".zip"))
    if found is None:
        return None
    report = found["report"].lower()
    sister = _SISTER[2].sub("", _SISTER[1].sub("event4_", _SISTER[0].sub(r"\1_", report)))
    return next((each for each in (report, sister) if each in reports()), None)


def read(stream: Source, options: Options) -> Iterator[Batch]:
    """The rows of a report; its type is in the name. A type that is not known is read by the names of its columns, class "undetermined"."""
    report = reports().get(report_type(options.name) or "")
    yield from read_table(stream, lambda names, delimiter: _layout(names, delimiter, report))


def _layout(names: tuple[str, ...], delimiter: str, report: Report | None) -> Layout:
    lower = [name.lower() for name in names]
    columns = guess_columns(lower)
    if report is not None:
        victim = places_of(victims()[report.victim], lower)
        if "ip" in victim or "host" in victim:
            columns = {
                name: place for name, place in columns.items() if name in ("seen_at", "tag", "severity", "email")
            } | victim
    return Layout(
        len(names), columns, delimiter, report.rsit if report else UNKNOWN, report.severity if report else None
    )


def _recognises(name: str, head: bytes) -> bool:
    first = head.partition(b"\n")[0].replace(b'"', b"").lower()
    return report_type(name) is not None or (first.startswith(b"timestamp,") and b"naics" in first)


def _dated(_head: bytes) -> datetime | None:
    """None: each row has its own time, the file is named after the day."""
    return None


FORMAT = Format("shadowserver", "Shadowserver report", read, _recognises, _dated, interest=False, order=20)
