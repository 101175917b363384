"""Evidence on its way out: as bytes that nothing opens by itself, broken off where they are not as they came."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from paraat.incidents.actions.evidence import note_verified
from paraat.incidents.models import Evidence
from paraat.kernel.actor import SYSTEM
from paraat.platform import vault

HARMLESS = {
    "Content-Type": "application/octet-stream",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""What keeps a browser from running or showing what it gets."""


def as_download(piece: Evidence, kept: vault.Kept) -> StreamingHttpResponse:
    """An answer with the content. With its length said before, a reader whose connection breaks off knows that it is not whole."""
    answer = StreamingHttpResponse(content_of(piece, kept), headers=HARMLESS)
    answer.headers["Content-Length"] = str(kept.size)
    answer.headers["Content-Disposition"] = content_disposition_header(True, piece.name) or "attachment"
    answer.headers["Repr-Digest"] = f"sha-256=:{_base64(kept.sha256)}:"
    return answer


def content_of(piece: Evidence, kept: vault.Kept) -> Iterator[bytes]:
    """The content in pieces; damage or absence found on the way is noted, and ends it with the error."""
    try:
        yield from vault.read(kept)
    except (vault.Damaged, vault.Missing) as error:
        if piece.content is not None:
            state = Evidence.State.DAMAGED if isinstance(error, vault.Damaged) else Evidence.State.MISSING
            note_verified(content=piece.content, by=SYSTEM, state=state, why="found while it was read")
        raise


def _base64(digest: str) -> str:
    import base64

    return base64.b64encode(bytes.fromhex(digest)).decode()
