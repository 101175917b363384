"""The frame of every write: one transaction, one journal entry or more, effects after commit.

A verb function is decorated with `@action` and calls `record`. Called from another action it joins that transaction and adds its own entries.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from paraat.kernel.actor import Actor
from paraat.kernel.ids import HOUSE, uuid7
from paraat.kernel.marking import Tlp
from paraat.platform import facts, moment
from paraat.platform.models import JournalDetail, JournalEntry

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about, when there is no single model instance: `Subject("notice", "many", rows=300)`."""

    type: str
    id: str
    rows: int = 1


_pending: ContextVar[list[tuple[JournalEntry, JournalDetail]] | None] = ContextVar("journal_pending", default=None)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make `function` a writer: atomic, journalled. Entries are inserted last, in organisation order, so that two actions cannot deadlock."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = _pending.get()
        if outer is not None:
            return _nested(outer, function, *args, **kwargs)
        pending: list[tuple[JournalEntry, JournalDetail]] = []
        token = _pending.set(pending)
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                _write(pending)
                return result
        finally:
            _pending.reset(token)

    run.is_action = True  # type: ignore[attr-defined]  # the house rules ask
    return run


def _nested(
    pending: list[tuple[JournalEntry, JournalDetail]], function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    kept = len(pending)
    try:
        with transaction.atomic():
            return function(*args, **kwargs)
    except BaseException:
        del pending[kept:]  # a savepoint rolled back: what it did did not happen
        raise


def record(
    verb: str,
    *,
    by: Actor,
    on: models.Model | Subject,
    organisation: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
    tlp: Tlp | int | None = None,
    exercise: bool | None = None,
) -> None:
    """Add an entry to the journal of the running action.

    `organisation` names the chain (None: the house). TLP and exercise come from `on` when it carries a marking (the
    TLP from what it hangs on too: `MarkedModel.read_tlp`). `detail` is JSON-able, never
    a secret; it can be erased later, the chain keeps its salted SHA-256 digest.
    """
    pending = _pending.get()
    if pending is None:
        raise RuntimeError(f"record({verb!r}) outside an @action")
    subject = on if isinstance(on, Subject) else Subject(on._meta.model_name or "", str(on.pk))
    salt, text = secrets.token_bytes(16), json.dumps(detail or {}, cls=DjangoJSONEncoder, sort_keys=True)
    entry = JournalEntry(
        id=uuid7(),
        chain=organisation or HOUSE,
        tlp=int(getattr(on, "read_tlp", getattr(on, "tlp", Tlp.AMBER)) if tlp is None else tlp),
        exercise=bool(getattr(on, "exercise", False) if exercise is None else exercise),
        actor_kind=by.kind,
        actor_id=by.id,
        verb=verb,
        object_type=subject.type,
        object_id=subject.id,
        rows=subject.rows,
        digest=detail_digest(salt, by.label, text),
    )
    pending.append((entry, JournalDetail(entry=entry.id, actor_label=by.label, detail=json.loads(text), salt=salt)))
    facts.announce(facts.Recorded(verb, subject.type, subject.id, by, organisation, entry.exercise))


def detail_digest(salt: bytes, label: str, text: str) -> bytes:
    """SHA-256 over salt, actor's label and canonical JSON: what the chain keeps of an erasable detail."""
    return hashlib.sha256(salt + label.encode() + b"\0" + text.encode()).digest()


@action
def forget_in_journal(*, person: UUID) -> int:
    """Erase the readable part of every entry by or about a person (GDPR article 17); how many. The chain holds salted digests, so it stays whole."""
    entries = JournalEntry.objects.filter(models.Q(actor_id=person) | models.Q(object_id=str(person)))
    details = JournalDetail.objects.filter(entry__in=entries.values("pk"), erased_at=None)
    return details.update(detail=None, actor_label="", erased_at=moment.now())


def _write(pending: list[tuple[JournalEntry, JournalDetail]]) -> None:
    ordered = sorted(pending, key=lambda pair: pair[0].chain)  # stable: the order within a chain stays
    JournalEntry.objects.bulk_create([entry for entry, _ in ordered])
    JournalDetail.objects.bulk_create([detail for _, detail in ordered])
    facts.announce(facts.Journalled(tuple((entry.verb, entry.object_id) for entry, _ in pending)))
