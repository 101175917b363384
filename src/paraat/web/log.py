"""The journal in words that people read: who did what, about whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

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
    """What a viewer may read of the journal."""
    return JournalEntry.objects.visible_to(viewer)


def latest(viewer: Viewer, limit: int, *, exercise: bool) -> list[Said]:
    """The newest deeds, in words."""
    return said(list(entries(viewer).filter(exercise=exercise).order_by("-at")[:limit]))


def said(found: Iterable[JournalEntry]) -> list[Said]:
    """Entries with their details and names, in two queries for all of them."""
    rows = list(found)
    details = JournalDetail.objects.in_bulk([row.pk for row in rows]) if rows else {}
    names = (
        dict(Organisation.objects.filter(pk__in={row.chain for row in rows}).values_list("pk", "name")) if rows else {}
    )
    return [_said(row, details.get(row.pk), names.get(row.chain, "")) for row in rows]


def _said(row: JournalEntry, detail: JournalDetail | None, name: str) -> Said:
    facts = dict(detail.detail or {}) if detail else {}
    actor = detail.actor_label if detail else ""
    assert row.at is not None  # noqa: S101  # the trigger sets it
    words = str(sentence(row.verb, rows=row.rows, facts=facts))
    return Said(row, row.at, actor, words, name, row.chain, weight(row.verb), facts)
