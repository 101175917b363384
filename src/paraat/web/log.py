"""The journal in words that people read: who did what, about whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from paraat.kernel.marking import Viewer
from paraat.platform.models import JournalDetail, JournalEntry
from paraat.registry.models import Organisation
from paraat.web.deeds import sentence, weight


@dataclass(frozen=True, slots=True)
class Said:
    """An entry in words. `organisation` is the name of whom it is about, empty when it is about the house; `weight` is a look or empty."""

    entry: JournalEntry
    at: datetime
    actor: str
    words: str
    organisation: str
    chain: UUID
    weight: str
    detail: dict[str, Any]

    @property
    def detail_words(self) -> str:
        """The readable detail in one line."""
        return ", ".join(f"{name}: {value}" for name, value in self.detail.items() if value not in (None, "", [], {}))


def entries(viewer: Viewer) -> QuerySet[Any]:
    """What a viewer may read of the journal, each entry with its readable detail and the name of whom it is about."""
    detail = JournalDetail.objects.filter(entry=OuterRef("pk"))
    rows: QuerySet[Any] = JournalEntry.objects.visible_to(viewer).annotate(
        actor_label=Subquery(detail.values("actor_label")),
        facts=Subquery(detail.values("detail")),
        about=Subquery(Organisation.objects.filter(pk=OuterRef("chain")).values("name")),
    )
    return rows


def latest(viewer: Viewer, limit: int, *, exercise: bool) -> list[Said]:
    """The newest deeds, in words."""
    newest = entries(viewer).filter(exercise=exercise).order_by("-at")
    return said(newest.defer("digest", "previous", "hash")[:limit])


def said(found: Iterable[Any]) -> list[Said]:
    """Entries (from `entries`) in words."""
    return list(in_words(found))


def in_words(found: Iterable[Any]) -> Iterator[Said]:
    """The same one by one, for any number of them."""
    for row in found:
        assert row.at is not None  # noqa: S101  # the trigger sets it
        facts = dict(row.facts or {})
        words = str(sentence(row.verb, rows=row.rows, facts=facts))
        yield Said(row, row.at, row.actor_label or "", words, row.about or "", row.chain, weight(row.verb), facts)
