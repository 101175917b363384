"""Target text: chat posts and pasted lists. One host a line, "+ host", URLs, defanged names, prose.

The input rows are the places where the text names a host or seems to: a line of prose without any is no row. `raw` is the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from paraat.formats.dates import dates_in
from paraat.formats.errors import FormatError
from paraat.formats.prose import targets_in
from paraat.formats.reading import Format, Options
from paraat.formats.reasons import Reason
from paraat.formats.record import Batch, Quarantined, Record, to_batch
from paraat.formats.source import Source
from paraat.formats.target import refang
from paraat.kernel.severity import Severity

RSIT = "availability.ddos"
ROWS = 10_000
LONGEST_LINE = 1 << 16
_DATE_LINE = re.compile(r"^\W*(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4})(?:[T ,]+\d{1,2}:\d\d(?::\d\d)?)?\W*$")
_DEFANGED = re.compile(r"\[\s*(?:\.|dot|:)|\(\s*(?:\.|dot)|\{\s*(?:\.|dot)|\bh(?:xx|\*\*)p", re.IGNORECASE)


def read(stream: Source, _options: Options) -> Iterator[Batch]:
    """The targets that a text names."""
    found: list[Record] = []
    refused: list[Quarantined] = []
    row = 0
    for offset, raw in _lines(stream):
        for result in _targets(row, offset, raw):
            row += 1
            if isinstance(result, Record):
                found.append(result)
            else:
                refused.append(result)
        if len(found) + len(refused) >= ROWS:
            yield to_batch(found, refused)
            found, refused = [], []
    if found or refused:
        yield to_batch(found, refused)


def _lines(stream: Source) -> Iterator[tuple[int, bytes]]:
    """Lines with the offset of their first byte; a line without end is cut at a space."""
    rest, offset = b"", 0
    while True:
        more = stream.read(1 << 20)
        if offset == 0 and not rest and more.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise FormatError("The text is in UTF-16; paste it, or save it as UTF-8.")
        rest += more
        *lines, rest = rest.split(b"\n")
        for line in lines:
            yield from _pieces(offset, line)
            offset += len(line) + 1
        while len(rest) > LONGEST_LINE or (rest and not more):
            piece = rest[: _cut(rest)]
            yield offset, piece
            rest, offset = rest[len(piece) :], offset + len(piece)
        if not more:
            return


def _pieces(offset: int, line: bytes) -> Iterator[tuple[int, bytes]]:
    while len(line) > LONGEST_LINE:
        cut = _cut(line)
        yield offset, line[:cut]
        line, offset = line[cut:], offset + cut
    yield offset, line


def _cut(line: bytes) -> int:
    return len(line) if len(line) <= LONGEST_LINE else line.rfind(b" ", 1, LONGEST_LINE) + 1 or LONGEST_LINE


def _targets(row: int, offset: int, raw: bytes) -> Iterator[Record | Quarantined]:
    text = raw.decode("utf-8", "replace")
    if "." not in text and ":" not in text and not _DEFANGED.search(text) and text.isascii():
        return
    defanged = _DEFANGED.search(text) is not None
    for number, found in enumerate(targets_in(refang(text), defanged=defanged), start=row + 1):
        target = found.target
        if target is None:
            yield Quarantined(number, offset, found.reason or Reason.HOST, raw)
        else:
            yield Record(
                row=number, offset=offset, ip=target.ip, ip4=target.ip4, prefix=target.prefix, port=target.port,
                host=target.host, path=target.path, rsit=RSIT, severity=Severity.SERIOUS, raw=raw,
            )  # fmt: skip


def _recognises(name: str, head: bytes) -> bool:
    """Whatever is text and nothing more particular."""
    return b"\x00" not in head and not name.lower().endswith((".csv", ".tsv", ".json", ".xlsx", ".zip", ".gz"))


def _dated(head: bytes) -> datetime | None:
    """A date that stands alone on one of the first lines, as the head of an exported post; a date within a sentence may be any day."""
    for line in head.decode("utf-8", "replace").splitlines()[:5]:
        if _DATE_LINE.match(line):
            found = next(dates_in(line), None)
            if found:
                return found[0]
    return None


FORMAT = Format("text", "Target text", read, _recognises, _dated, interest=True, order=90)
