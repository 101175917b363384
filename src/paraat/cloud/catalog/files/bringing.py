"""Brings the files of an export into the shared folder, through the service's own WebDAV: nothing is overwritten."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from paraat.cloud.access import Access, NotVerified
from paraat.cloud.catalog.files.dav import headers
from paraat.cloud.catalog.files.trees import Found, entries
from paraat.kernel.errors import Invalid

LISTED = 1000
"""Refused entries that are named one by one; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an export."""

    files: int
    bytes: int
    renamed: int  # there was another file of that name: `name (imported).ext`
    refused: int
    reasons: tuple[str, ...]  # "name: why", the first thousand


def take(access: Access, kind: str, path: Path) -> Taken:
    """Every plain file of the export; Invalid when it is no export of files."""
    if kind != "files":
        raise Invalid(f"Files cannot read an export of the kind {kind}", field="kind")
    present, counts = _present(access), Counter[str]()
    reasons: list[str] = []
    connection = HTTPConnection(*access.address("files"), timeout=600)
    try:
        for found in entries(path):
            if found.refused:
                counts["refused"] += 1
                reasons += [f"{found.name}: {found.refused}"][: LISTED - len(reasons)]
            else:
                name = free(found.name, present)
                _put(connection, access, name, found)
                present.add(name.casefold())
                counts.update(files=1, bytes=found.size, renamed=int(name != found.name))
    except (ValueError, OSError, EOFError) as error:
        raise Invalid(f"The export cannot be read: {error}", field="file") from error
    finally:
        connection.close()
    return Taken(counts["files"], counts["bytes"], counts["renamed"], counts["refused"], tuple(reasons))


def free(name: str, present: set[str]) -> str:
    """`name`, or the first `name (imported).ext` that is not there; to Windows capitals make no difference."""
    path, number, tried = PurePosixPath(name), 1, name
    while tried.casefold() in present:
        mark = "imported" if number == 1 else f"imported {number}"
        tried, number = str(path.with_name(f"{path.stem} ({mark}){path.suffix}")), number + 1
    return tried


def _present(access: Access) -> set[str]:
    """The files and folders that are in the shared folder already."""
    listed = access.run("files", "find", "/data/share", "-mindepth", "1", "-printf", "%P\\0")
    return {name.casefold() for name in listed.decode("utf-8", "replace").split("\0") if name}


def _put(connection: HTTPConnection, access: Access, name: str, found: Found) -> None:
    """One file, streamed. NotVerified when the service does not take it: what came before it stays."""
    sent = headers(access) | {"Content-Length": str(found.size)}
    if found.at > 0:
        sent["X-OC-MTime"] = str(int(found.at))
    connection.request("PUT", "/" + quote(name), body=found.content, headers=sent)
    answer = connection.getresponse()
    answer.read()
    if answer.status not in {200, 201, 204}:
        raise NotVerified(f"The shared folder did not take {found.name}: {answer.status}")
