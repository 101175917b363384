"""Reading the journal back: verify the chains, and export their heads to where nobody of this installation can change them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from paraat.platform.actions import detail_digest
from paraat.platform.models import JournalDetail, JournalEntry, JournalHead


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold: the chain, the entry's number and what is wrong."""

    chain: UUID
    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain, as exported: hexadecimal SHA-256."""

    chain: UUID
    seq: int
    hash: str


def heads() -> list[Head]:
    """The end of every chain, in the order of the chains."""
    return [Head(head.chain, head.seq, bytes(head.hash).hex()) for head in JournalHead.objects.order_by("chain")]


def text(entry: JournalEntry) -> str:
    """What is hashed: the same text as the database's `paraat_journal_text`."""
    assert entry.at is not None  # noqa: S101  # the trigger sets it
    microseconds = int(entry.at.timestamp()) * 1_000_000 + entry.at.microsecond
    parts = [entry.chain, entry.seq, entry.id, microseconds, entry.tlp, int(entry.exercise), entry.actor_kind]
    parts += [entry.actor_id or "-", entry.verb, entry.object_type, entry.object_id, entry.rows]
    parts += [bytes(entry.digest).hex(), bytes(entry.previous).hex()]
    return "|".join(str(part) for part in parts)


def verify(known: Mapping[UUID, Head] | None = None) -> Iterator[Break]:
    """Every break of every chain. With `known` (heads exported earlier) also a chain that was rewritten or cut since."""
    ends: dict[UUID, tuple[int, bytes]] = {}
    for entry in JournalEntry.objects.order_by("chain", "seq").iterator(chunk_size=5000):
        seq, previous = ends.get(entry.chain, (0, b""))
        yield from _entry_breaks(entry, seq, previous, known)
        ends[entry.chain] = (entry.seq, bytes(entry.hash))
    for head in JournalHead.objects.all():
        if ends.get(head.chain, (0, b"")) != (head.seq, bytes(head.hash)):
            yield Break(head.chain, head.seq, "the chain does not end where its head says")
    for head in (known or {}).values():
        if ends.get(head.chain, (0, b""))[0] < head.seq:
            yield Break(head.chain, head.seq, "the chain is shorter than the head exported earlier")
    yield from _detail_breaks()


def _entry_breaks(entry: JournalEntry, seq: int, previous: bytes, known: Mapping[UUID, Head] | None) -> Iterator[Break]:
    if entry.seq != seq + 1:
        yield Break(entry.chain, entry.seq, f"entry {seq + 1} is missing")
    if bytes(entry.previous) != previous:
        yield Break(entry.chain, entry.seq, "does not follow from the entry before it")
    if hashlib.sha256(text(entry).encode()).digest() != bytes(entry.hash):
        yield Break(entry.chain, entry.seq, "was changed after it was written")
    head = (known or {}).get(entry.chain)
    if head is not None and head.seq == entry.seq and head.hash != bytes(entry.hash).hex():
        yield Break(entry.chain, entry.seq, "differs from the head exported earlier")


def _detail_breaks() -> Iterator[Break]:
    """A readable detail that no longer matches its digest; one erased on purpose says so itself."""
    details = JournalDetail.objects.filter(erased_at=None).order_by("entry")
    for chunk in _chunks(details.iterator(chunk_size=2000), 2000):
        entries = JournalEntry.objects.in_bulk([detail.entry for detail in chunk])
        for detail in chunk:
            entry = entries.get(detail.entry)
            kept = json.dumps(detail.detail, cls=DjangoJSONEncoder, sort_keys=True)
            if entry and detail_digest(bytes(detail.salt), detail.actor_label, kept) != bytes(entry.digest):
                yield Break(entry.chain, entry.seq, "its readable detail was changed")


def _chunks(rows: Iterator[JournalDetail], size: int) -> Iterator[list[JournalDetail]]:
    chunk: list[JournalDetail] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
