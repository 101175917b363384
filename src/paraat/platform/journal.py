"""Reading the journal back: verify the chains, and export their heads to where nobody of this installation can change them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Exists, OuterRef

from paraat.kernel.errors import Invalid
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
    for end in JournalHead.objects.all():
        if ends.get(end.chain, (0, b"")) != (end.seq, bytes(end.hash)):
            yield Break(end.chain, end.seq, "the chain does not end where its head says")
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
    """A readable detail that is gone or no longer matches its digest. One erased on purpose is empty, and stays."""
    for chunk in _chunks(JournalDetail.objects.order_by("entry").iterator(chunk_size=2000), 2000):
        entries = JournalEntry.objects.in_bulk([detail.entry for detail in chunk])
        for detail in chunk:
            entry = entries.get(detail.entry)
            if entry and not _is_whole(detail, bytes(entry.digest)):
                yield Break(entry.chain, entry.seq, "its readable detail was changed")
    known = JournalDetail.objects.filter(entry=OuterRef("pk"))
    for entry in JournalEntry.objects.filter(~Exists(known)).order_by("chain", "seq"):
        yield Break(entry.chain, entry.seq, "its readable detail is gone")


def _is_whole(detail: JournalDetail, digest: bytes) -> bool:
    if detail.erased_at is not None:
        return detail.detail is None and detail.actor_label == ""
    kept = json.dumps(detail.detail, cls=DjangoJSONEncoder, sort_keys=True)
    return detail_digest(bytes(detail.salt), detail.actor_label, kept) == digest


def export(ends: Iterable[Head]) -> str:
    """Heads as the JSON that is sent outside and that `read_heads` reads back."""
    return json.dumps([{"chain": str(head.chain), "seq": head.seq, "hash": head.hash} for head in ends], indent=1)


def read_heads(text: str) -> dict[UUID, Head]:
    """The heads of an export, by chain. Raises Invalid when it is none."""
    try:
        read = json.loads(text)
        rows = [Head(UUID(row["chain"]), int(row["seq"]), str(row["hash"])) for row in read]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid("This is no export of heads") from error
    if not isinstance(read, list):
        raise Invalid("This is no export of heads")
    return {head.chain: head for head in rows}


def _chunks(rows: Iterator[JournalDetail], size: int) -> Iterator[list[JournalDetail]]:
    chunk: list[JournalDetail] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
