"""Who did it. Registry and journal store actors, never users: an actor may be a person without an account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """What kind of actor: an account, a contact on file (through a signed link, mail or phone), an API token, or Paraat itself."""

    USER = "user"
    CONTACT = "contact"
    TOKEN = "token"  # noqa: S105
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Opaque id and a name to show (`label`), which the journal keeps apart so that it can be erased."""

    kind: ActorKind
    id: UUID | None = None
    label: str = ""


SYSTEM = Actor(ActorKind.SYSTEM, None, "Paraat")
