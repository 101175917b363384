"""What a folder below `feeds/sources/` offers. Every format passes the same tests (tests/feeds/test_sources.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from paraat.formats.reading import Format, get_format
from paraat.kernel.admiralty import Credibility, Reliability
from paraat.kernel.marking import Tlp
from paraat.kernel.severity import Severity


class Sort(StrEnum):
    """What the alert of a list is, as `alerts.Alert.Kind` stores it."""

    TARGET_LIST = "target_list"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a new source of this format starts with; a person may change each. `guidance` is a key of alerts/guidance/."""

    policy: str
    reliability: Reliability
    credibility: Credibility
    tlp: Tlp
    severity: Severity
    guidance: str
    sort: Sort = Sort.TARGET_LIST


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """One format that lists come in: how it is called on screen, what a new source starts with, and which parser of `paraat.formats` reads it.

    `again(rows, beginning of the file they came from)`: a file of this format with just these rows, to play them again.
    `mapped`: which column says what has to be told once, in the source's mapping.
    """

    parser: str
    title: Any
    explanation: Any
    endings: tuple[str, ...]
    defaults: Defaults
    again: Callable[[Sequence[bytes], bytes], bytes]
    mapped: bool = False

    @property
    def format(self) -> Format:
        """The parser: `read`, `recognises`, `dated`, `interest`."""
        return get_format(self.parser)


def lines_again(rows: Sequence[bytes], _head: bytes) -> bytes:
    """Rows that stand alone, one a line."""
    return b"".join(row.rstrip(b"\r\n") + b"\n" for row in rows)


def table_again(rows: Sequence[bytes], head: bytes) -> bytes:
    """Rows of a table, below the header that they had."""
    return lines_again([head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").partition(b"\n")[0], *rows], head)
