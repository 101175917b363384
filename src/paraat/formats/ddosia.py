"""DDoSia target lists as trackers publish them: JSON, or the same fields as CSV.

Seen in real files: `targets: null`, a host written "a.be/a.be", a host that is an address, an address with a dot at its end, a name in both its
scripts, and the same host in many rows (one request each). A row each; one alert per host is for later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from paraat.formats.columnar import Layout, read_table
from paraat.formats.dates import dates_in
from paraat.formats.elements import Element, array_elements
from paraat.formats.errors import FormatError
from paraat.formats.reading import Format, Options
from paraat.formats.reasons import Reason
from paraat.formats.record import Batch, Quarantined, Record, to_batch
from paraat.formats.source import Source
from paraat.formats.target import parse_target
from paraat.kernel.networks import parse_address
from paraat.kernel.severity import Severity

RSIT = "availability.ddos"
ROWS = 10_000
COLUMNS = {"host": "host", "ip": "ip", "port": "port", "path": "path", "method": "tag", "type": "tag"}


def read(stream: Source, _options: Options) -> Iterator[Batch]:
    """The targets of one list. Raises FormatError when it is neither JSON with `targets` nor a CSV with a column `host`."""
    begin = _Peek(stream)
    if begin.first in (b"{", b"["):
        yield from _batches(array_elements(begin, "targets"))
    else:
        yield from read_table(begin, _layout)


class _Peek:
    """A stream whose first bytes were looked at."""

    def __init__(self, stream: Source) -> None:
        self._head, self._stream = stream.read(1 << 12), stream
        self.first = self._head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]

    def read(self, size: int = -1, /) -> bytes:
        """As any stream; the head first."""
        head, self._head = self._head, b""
        return head or self._stream.read(size)


def _layout(names: tuple[str, ...], delimiter: str) -> Layout:
    columns: dict[str, int] = {}
    for place, name in enumerate(names):
        field = COLUMNS.get(name.lower())
        if field:
            columns.setdefault(field, place)
    if "host" not in columns:
        raise FormatError("A DDoSia table has a column `host`.", columns=", ".join(names)[:200])
    return Layout(len(names), columns, delimiter, RSIT, Severity.SERIOUS, targets=True)


def _batches(elements: Iterable[Element]) -> Iterator[Batch]:
    found: list[Record] = []
    refused: list[Quarantined] = []
    for row, element in enumerate(elements, start=1):
        result = _row(row, element)
        if isinstance(result, Record):
            found.append(result)
        else:
            refused.append(result)
        if row % ROWS == 0:
            yield to_batch(found, refused)
            found, refused = [], []
    if found or refused:
        yield to_batch(found, refused)


def _row(row: int, element: Element) -> Record | Quarantined:
    try:
        value = json.loads(element.raw)
    except (ValueError, RecursionError):
        return Quarantined(row, element.offset, Reason.SHAPE, element.raw)
    if isinstance(value, str):
        value = {"host": value}
    if not element.whole or not isinstance(value, dict):
        return Quarantined(row, element.offset, Reason.SHAPE, element.raw)
    return _record(row, element, value)


def _record(row: int, element: Element, value: dict[str, Any]) -> Record | Quarantined:
    host, address = _text(value.get("host")), parse_address(_text(value.get("ip")))
    target = parse_target(host) if host else None
    if target is None and (host or address is None):
        return Quarantined(row, element.offset, Reason.HOST if host else Reason.NOBODY, element.raw)
    named = parse_address(target.ip) if target and target.ip else address
    port = value.get("port")
    return Record(
        row=row,
        offset=element.offset,
        ip=str(named) if named else None,
        ip4=int(named) if named and named.version == 4 else None,
        prefix=target.prefix if target else None,
        port=port if type(port) is int and 0 <= port < 65536 else target.port if target else None,
        host=target.host if target else None,
        path=_text(value.get("path")) or (target.path if target else None),
        rsit=RSIT,
        severity=Severity.SERIOUS,
        tag=" ".join(filter(None, (_text(value.get("type")), _text(value.get("method"))))) or None,
        raw=element.raw,
    )


def _text(value: object) -> str:
    return value.encode("utf-8", "replace").decode().strip() if isinstance(value, str) else ""


def _recognises(name: str, head: bytes) -> bool:
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if bare[:1] in (b"{", b"["):
        return b'"targets"' in head or b'"host"' in head
    first = bare.partition(b"\n")[0].lower()
    return "ddosia" in name.lower() or (b"target_id" in first and b"host" in first)


def _dated(head: bytes) -> datetime | None:
    """A moment that the list states of itself beside its targets (few do)."""
    outside = head.partition(b'"targets"')[0].decode("utf-8", "replace")
    try:
        stamps = [int(number) for number in _numbers(outside)]
        epoch = next(
            (datetime.fromtimestamp(stamp, UTC) for stamp in stamps if 1_600_000_000 < stamp < 4_000_000_000), None
        )
    except (ValueError, OverflowError):
        epoch = None
    return epoch or next((at for at, _ in dates_in(outside)), None)


def _numbers(text: str) -> Iterator[str]:
    for piece in text.replace(",", " ").replace("}", " ").split():
        if piece.isascii() and piece.isdigit() and len(piece) == 10:
            yield piece


FORMAT = Format("ddosia", "DDoSia target list", read, _recognises, _dated, interest=True, order=10)
