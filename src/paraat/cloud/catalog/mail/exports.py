"""Mail that a victim exported elsewhere: an mbox or a maildir becomes messages with their dates and flags, and what cannot be read is kept whole."""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path, PurePosixPath

LARGEST = 256 * 1024 * 1024
"""Bytes of one message; what is larger is no message and goes to the quarantine in pieces of this size."""
_FROM = re.compile(rb"From \S+.*\d{4}\s*$|From - .*\d{4}\s*$")
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_STATUS = {
    b"R": "S",
    b"A": "R",
    b"F": "F",
    b"D": "T",
    b"T": "D",
}  # of Status and X-Status, as Unix mail programs write them
_MOZILLA = {0x0001: "S", 0x0002: "R", 0x0004: "F", 0x0008: "T", 0x1000: "P"}  # of X-Mozilla-Status, in hexadecimal


@dataclass(frozen=True, slots=True)
class Found:
    """One message of an export, or bytes that are none."""

    raw: bytes
    folder: tuple[str, ...] = ()  # below the inbox; empty: the inbox
    flags: str = ""  # maildir's letters, sorted
    at: datetime | None = None
    wrong: str = ""  # why it is not a message

    @property
    def bad(self) -> bool:
        """Whether it goes to the quarantine."""
        return bool(self.wrong)


def read(kind: str, path: Path) -> Iterator[Found]:
    """Every message of the export, one at a time; ValueError when there is no such kind or the file is not of it."""
    if kind == "mbox":
        return mbox(path)
    if kind != "maildir":
        raise ValueError(f"mail takes in mbox and maildir, not {kind}")
    return (of_maildir(place, raw, at) for place, raw, at in _entries(path) if _is_message(place))


def mbox(path: Path) -> Iterator[Found]:
    """The messages of one mbox file: each begins at a line `From …` that follows an empty line (RFC 4155), `>From` is undone."""
    with path.open("rb") as file:
        for separator, lines in _pieces(file):
            raw = b"".join(lines)
            if raw.strip(b"\r\n"):
                yield _message(raw, separator)


def _pieces(lines: Iterable[bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
    """The line that began it (empty for what comes before the first one), and the lines of each piece."""
    separator, size, empty = b"", 0, True
    piece: list[bytes] = []
    for line in lines:
        starts = empty and line.startswith(b"From ") and _FROM.match(line.rstrip(b"\r\n")) is not None
        if starts or size > LARGEST:
            yield separator, piece
            separator, piece, size = (line if starts else b""), [], 0
        if not starts:
            piece.append(line[1:] if re.match(rb">+From ", line) else line)
            size += len(line)
        empty = not line.strip(b"\r\n")
    yield separator, piece


def _message(raw: bytes, separator: bytes) -> Found:
    body = raw[:-1] if raw.endswith(b"\n\n") else raw  # the empty line before the next `From ` belongs to the mbox
    if wrong := wrong_with(body) if separator else "it stands before the first message":
        return Found(separator + body, wrong=wrong)
    return Found(body, flags=_flags_of(body), at=_date_of(body) or _date_of_separator(separator))


def of_maildir(place: PurePosixPath, raw: bytes, at: datetime | None) -> Found:
    """One file of a maildir: folder (Maildir++ `.Sent.2026` or a folder in a folder) and flags (`:2,RS`) are in its place and name."""
    parents = [part for part in place.parent.parent.parts if part not in {"", "/", ".", "Maildir"}]
    dotted = [part for part in parents if part.startswith(".")]
    names = tuple(name for part in dotted for name in part.split(".") if name)
    found = re.search(r"[:;!]2,([A-Za-z]*)$", place.name)  # ; and ! where a file system has no colons
    flags = "".join(sorted(set(found.group(1)) & set("DFPRST"))) if found else ""
    return Found(raw, names, flags, at or _date_of(raw), wrong_with(raw))


def wrong_with(raw: bytes) -> str:
    """Why these bytes are no message (RFC 5322: headers, each with its name, and then an empty line); empty when they are one."""
    if len(raw) > LARGEST:
        return "it is larger than any message"
    if b"\0" in raw[:65536]:
        return "it has zero bytes"
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    lines = head.splitlines()
    if not lines or not all(
        _HEADER.match(line) or (number and line[:1] in b" \t") for number, line in enumerate(lines)
    ):
        return "it does not begin with headers"
    names = {line.split(b":", 1)[0].strip().lower() for line in lines if _HEADER.match(line)}
    return (
        "" if names & {b"from", b"date", b"received", b"subject", b"message-id"} else "no header of a message is in it"
    )


def _flags_of(raw: bytes) -> str:
    """The flags that Unix mail programs and Thunderbird put into headers."""
    headers = BytesHeaderParser(policy=compat32).parsebytes(raw)
    letters = f"{headers.get('Status', '')}{headers.get('X-Status', '')}".encode("ascii", "ignore")
    flags = {_STATUS[bytes([one])] for one in letters if bytes([one]) in _STATUS}
    try:
        bits = int(str(headers.get("X-Mozilla-Status", "0")).strip() or "0", 16)
    except ValueError:
        bits = 0
    return "".join(sorted(flags | {letter for bit, letter in _MOZILLA.items() if bits & bit}))


def _date_of(raw: bytes) -> datetime | None:
    """When it was received: the newest Received, else Date."""
    try:
        headers = BytesHeaderParser(policy=compat32).parsebytes(raw)
        written = [str(headers.get("Received", "")).rpartition(";")[2].strip(), str(headers.get("Date", ""))]
    except (HeaderParseError, ValueError):
        return None
    return next((at for text in written if text and (at := _moment(partial(parsedate_to_datetime, text)))), None)


def _date_of_separator(line: bytes) -> datetime | None:
    """The moment at the end of a line `From somebody Sat Nov 21 14:00:00 2026`."""
    found = re.search(rb"(\w{3} +\w{3} +\d+ +[\d:]+)(?: +[A-Z]{3,4}| +[+-]\d{4})? +(\d{4})\s*$", line)
    if not found:
        return None
    text = b" ".join(found.groups()).decode("ascii", "replace")
    return _moment(lambda: datetime.strptime(re.sub(r" +", " ", text), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC))


def _moment(read_it: Callable[[], datetime]) -> datetime | None:
    """In UTC; None when it is no moment that a file can have."""
    try:
        at = read_it()
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if 1970 <= at.year < 2100 else None


def _is_message(place: PurePosixPath) -> bool:
    return place.parent.name in {"cur", "new"} and not place.name.startswith(".")


def _entries(path: Path) -> Iterator[tuple[PurePosixPath, bytes, datetime | None]]:
    """Place, content and time of every file of a folder, a zip or a tar; links are passed over, nothing is unpacked on this host."""
    if path.is_dir():
        for one in sorted(path.rglob("*")):
            if one.is_file() and not one.is_symlink():
                at = datetime.fromtimestamp(one.stat().st_mtime, UTC)
                yield PurePosixPath(one.relative_to(path).as_posix()), one.read_bytes(), at
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield PurePosixPath(info.filename), archive.read(info), None
    elif tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                if stream:
                    yield PurePosixPath(member.name), stream.read(), datetime.fromtimestamp(member.mtime, UTC)
    else:
        raise ValueError(f"{path.name} is no maildir: neither a folder, nor a zip, nor a tar")
