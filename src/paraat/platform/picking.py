"""Ids that came in with a form or an address: those that are ids, the others left out."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID


def chosen(texts: Iterable[str]) -> list[UUID]:
    """The UUIDs among `texts`, each once, in order; text that is none is nobody's id."""
    return list(dict.fromkeys(found for text in texts if (found := _uuid(text)) is not None))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
