"""The formats that lists come in: one folder each. A folder with a `FORMAT` registers itself by being there; nothing else names it."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from paraat.feeds.sources.contract import Defaults, Sort, SourceFormat
from paraat.formats.reading import HEAD, recognise
from paraat.kernel.errors import NotFound

__all__ = ["HEAD", "Defaults", "Sort", "SourceFormat", "formats", "get", "guess"]


@cache
def formats() -> Mapping[str, SourceFormat]:
    """All formats by the name of their folder, in that order."""
    folders = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg)
    return {name: import_module(f"{__name__}.{name}").FORMAT for name in folders}


def get(name: str) -> SourceFormat:
    """The format of that name; NotFound when no folder has it."""
    try:
        return formats()[name]
    except KeyError:
        raise NotFound("There is no such format of lists.", format=name) from None


def guess(file_name: str, head: bytes) -> str | None:
    """The name of the format that a file is in, by its name and beginning (up to HEAD bytes); None: a person must say."""
    found = recognise(file_name, head)
    return next((name for name, known in formats().items() if found and known.parser == found.id), None)
