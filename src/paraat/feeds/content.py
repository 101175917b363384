"""The content of a run, opened: an archive's files one after another, decompressed within limits."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from paraat.feeds.models import Run
from paraat.feeds.sources import HEAD
from paraat.formats.archive import Member, open_safely
from paraat.platform import files


def members(run: Run) -> Iterator[Member]:
    """The files in a run, to be read in order. Raises NotFound when it is no longer kept, TooBig for what unpacks to too much."""
    with files.open_stored(run.path) as kept:
        yield from open_safely(kept, run.file_name)


def beginning(run: Run) -> Member:
    """The first file in a run, and of its stream the first HEAD bytes: what it is dated by."""
    return beginning_of(run.path, run.file_name)


def beginning_of(path: str, name: str) -> Member:
    """The same of any kept file called `name`: what its format is recognised by."""
    with files.open_stored(path) as kept:
        for member in open_safely(kept, name):
            return Member(member.name, io.BytesIO(_first(member.stream)))
    return Member(name, io.BytesIO())


def _first(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < HEAD and (more := stream.read(HEAD - len(head))):
        head += more
    return head
