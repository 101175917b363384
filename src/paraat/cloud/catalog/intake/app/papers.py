"""What an uploaded file is, by its content; its name and what the browser says of it count for nothing. It is never opened here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LARGEST: Final = 10 * 1024 * 1024
MOST: Final = 8  # per request
ENDINGS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that a citizen sent along."""

    field: str  # which paper of the form it is
    name: str
    kind: str
    content: bytes


def kind_of(content: bytes) -> str | None:
    """PDF, JPEG or PNG from first to last byte; None for anything else, also for one of these that was cut off."""
    tail = content[-2048:]
    if content.startswith(b"%PDF-") and b"%%EOF" in tail:
        return "application/pdf"
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in tail:
        return "image/jpeg"
    if content.startswith(_PNG) and content[12:16] == b"IHDR" and b"IEND" in tail:
        return "image/png"
    return None


def problem(content: bytes) -> str | None:
    """The key of the text that says why a file is not taken; None when it is."""
    if not content:
        return "paper_empty"
    if len(content) > LARGEST:
        return "paper_too_large"
    return None if kind_of(content) else "paper_kind"


def safe_name(name: str) -> str:
    """A file's name without folders, control and direction characters, at most 80 long."""
    bare = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w .,()\-]", "_", bare)[-80:].strip() or "paper"
