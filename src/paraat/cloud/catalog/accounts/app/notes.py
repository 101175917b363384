"""Credentials that one person hands to another: written once, read once by him alone, gone after three days."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import sealing
from .book import replace

HOURS = 72
LONGEST = 4000
MOST = 50  # waiting for one person


class Notes:
    """What waits to be read: one file each, sealed with the tenant's secret."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now

    def write(self, key: bytes, *, sender: str, reader: str, text: str) -> bool:
        """Seal `text` for `reader`; False when too much waits for him already."""
        if len(self.waiting(reader)) >= MOST:
            return False
        self._folder.mkdir(mode=0o700, exist_ok=True)
        note = {"from": sender, "to": reader, "at": self._now(), "sealed": sealing.seal(key, text[:LONGEST])}
        replace(self._folder / f"{secrets.token_hex(8)}.json", json.dumps(note), mode=0o600)
        return True

    def waiting(self, reader: str) -> list[dict[str, Any]]:
        """What waits for this person: `id`, `from` and `at`, oldest first. What is too old goes."""
        found = []
        for path in self._folder.glob("*.json") if self._folder.exists() else ():
            try:
                note = json.loads(path.read_text(encoding="utf-8"))
            except FileNotFoundError:
                continue
            if note["at"] < self._now() - HOURS * 3600:
                path.unlink(missing_ok=True)
            elif note["to"] == reader:
                found.append({"id": path.stem, "from": note["from"], "at": note["at"]})
        return sorted(found, key=lambda one: float(one["at"]))

    def read(self, key: bytes, *, reader: str, name: str) -> str | None:
        """The text, once: it is taken away before it is shown. None when it is not for this person, or gone."""
        if name not in {one["id"] for one in self.waiting(reader)}:
            return None
        path, taken = self._folder / f"{name}.json", self._folder / f".read-{name}"
        try:
            path.rename(taken)  # two readers at once: one wins
        except FileNotFoundError:
            return None
        note = json.loads(taken.read_text(encoding="utf-8"))
        taken.unlink()
        try:
            return sealing.unseal(key, note["sealed"])
        except ValueError:
            return None
