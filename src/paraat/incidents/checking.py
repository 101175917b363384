"""The scheduled check of what lies in the vault: the oldest check first, so much a round."""

from __future__ import annotations

import logging
from datetime import timedelta

from paraat.incidents.actions.evidence import note_verified
from paraat.incidents.models import Content, Evidence
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import ParaatError
from paraat.platform import moment, vault

EVERY = timedelta(days=30)
"""So old a check may grow."""
A_ROUND = 20 << 30
"""Bytes that one round reads at most, but one file at least."""
ORPHANED = timedelta(days=1)
PATIENCE = 10
"""Contents that could not be read, for no fault of theirs, after which a round ends: the store is away, or a key is not on file."""
_log = logging.getLogger("paraat.incidents")


def verify(content: Content, *, by: Actor, why: str = "") -> str:
    """Read one content to its end and note what was found; gives the state. A store that does not answer is an error, no finding."""
    try:
        vault.check(content.kept)
        state = Evidence.State.WHOLE
    except vault.Damaged:
        state = Evidence.State.DAMAGED
    except vault.Missing:
        state = Evidence.State.MISSING
    note_verified(content=content, by=by, state=state, why=why)
    return str(state)


def verify_due(*, by: Actor = SYSTEM) -> dict[str, int]:
    """Check what was not checked for a month, oldest first; how many were found in which state. One that cannot be read now is tried again by the
    next round and does not keep the others waiting."""
    found, read, failed = dict[str, int](), 0, 0
    for content in Content.objects.kept().filter(verified_at__lt=moment.now() - EVERY).order_by("verified_at", "pk"):
        try:
            state = verify(content, by=by, why="scheduled check")
        except ParaatError:
            _log.exception("a piece of evidence could not be checked", extra={"content": str(content.pk)})
            failed += 1
            if failed >= PATIENCE:
                break
            continue
        found[state] = found.get(state, 0) + 1
        read += content.size
        if read >= A_ROUND:
            break
    return found


def sweep() -> int:
    """Remove content that no row knows: of uploads that were killed before their row, or destroyed when the store was away."""
    known = frozenset(Content.objects.kept().values_list("place", flat=True))
    return vault.sweep(known, before=moment.now() - ORPHANED)
