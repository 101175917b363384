"""What the tests of evidence put on stage: a case of Ronse with a file, and ways to spoil what lies in the vault."""

from __future__ import annotations

from typing import Any

from paraat.incidents.actions.cases import open_case
from paraat.incidents.actions.evidence import store_evidence
from paraat.incidents.models import Case, Content, Evidence
from paraat.kernel.actor import Actor, ActorKind
from paraat.platform import files
from tests import cast

NOTE = b"Your files are encrypted. Write to recover@play.example\n" * 1000


def officer() -> Actor:
    """The duty officer as an actor."""
    user = cast.duty_officer()
    return Actor(ActorKind.USER, user.pk, user.name)


def case(**more: Any) -> Case:
    """A case of Ronse."""
    return open_case(**{"organisation": cast.ronse(), "title": "Files encrypted", "by": officer()} | more)


def piece(of: Case | None = None, content: bytes = NOTE, **more: Any) -> Evidence:
    """A file on a case."""
    return store_evidence(case=of or case(), name="ransom note.txt", stream=[content], by=officer(), **more)


def spoil(content: Content) -> None:
    """Change a byte of it where it lies."""
    path = files.root() / "vault" / content.place
    changed = bytearray(path.read_bytes())
    changed[-1] ^= 1
    path.write_bytes(changed)
