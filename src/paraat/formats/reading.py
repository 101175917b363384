"""The formats there are, and reading one. A format is a module of this package with a `FORMAT`; adding one edits no list."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from paraat.formats.errors import UnknownFormat
from paraat.formats.record import Batch
from paraat.formats.source import Source

HEAD = 64 << 10
"""How many bytes from the beginning `recognises` and `dated` look at."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a reader may have to know beyond the bytes: the file's name, and for a table of one's own which column says what."""

    name: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)


Reader = Callable[[Source, Options], Iterator[Batch]]


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `interest`: its rows say which hosts are meant, so hosts that nobody owns are worth listing (see observations.rules.attribute).

    `recognises(name, head)` says whether a file looks like it; `dated(head)` is the list's own date (aware, UTC) where the content has one.
    Formats are asked in the order of `order`, the most particular first.
    """

    id: str
    title: str
    read: Reader
    recognises: Callable[[str, bytes], bool]
    dated: Callable[[bytes], datetime | None]
    interest: bool
    order: int = 50


@cache
def formats() -> Mapping[str, Format]:
    """All formats by their id, the most particular first."""
    package = importlib.import_module("paraat.formats")
    modules = (
        importlib.import_module(f"paraat.formats.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    )
    found = [module.FORMAT for module in modules if isinstance(getattr(module, "FORMAT", None), Format)]
    return {each.id: each for each in sorted(found, key=lambda each: (each.order, each.id))}


def get_format(id: str) -> Format:
    """The format with this id; raises UnknownFormat."""
    try:
        return formats()[id]
    except KeyError:
        raise UnknownFormat(format=id, known=", ".join(formats())) from None


def recognise(name: str, head: bytes) -> Format | None:
    """The format that a file of this name and beginning has, or None: a person must say."""
    return next((each for each in formats().values() if each.recognises(name, head)), None)


def read(stream: Source, *, format: str, name: str = "", mapping: Mapping[str, str] | None = None) -> Iterator[Batch]:
    """The rows of an opened (see `archive.open_safely`) stream, in batches. Row numbers begin at 1 and leave no gap.

    Raises FormatError when the whole is not in this format, and nothing else: what is wrong with one row is in the batch's `quarantined`.
    """
    return get_format(format).read(stream, Options(name, mapping or {}))
