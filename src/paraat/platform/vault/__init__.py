"""The vault: content that nobody may read or change unnoticed, kept encrypted on the disk or in an S3-compatible store (by configuration).

    with vault.Intake(limit=...) as intake:          # plain bytes in, encrypted on the way, SHA-256 of the plain content computed on the way
        intake.write(data)
        kept = intake.keep()                         # whole and in its place, or nothing

    for piece in vault.read(kept): ...               # verified on the way out: Damaged before the last piece when a byte differs

The store sees ciphertext under names that say nothing; who calls keeps the `Kept` in a row, without which the content cannot be read.
docs/decisions/0014 says why.
"""

from __future__ import annotations

from paraat.platform.vault.content import Damaged, Intake, Kept, check, forget, keep, read, rewrap, sweep
from paraat.platform.vault.store import Missing, Store, configured, named

__all__ = [
    "Damaged",
    "Intake",
    "Kept",
    "Missing",
    "Store",
    "check",
    "configured",
    "forget",
    "keep",
    "named",
    "read",
    "rewrap",
    "sweep",
]
