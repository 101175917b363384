"""What a scenario can bring in: one module per kind, found by its name. Adding one edits no list; all pass one contract test.

A kind has `KEYS` (what its payload must and may hold) and `play(world)`, which calls the same actions as people and mail do, with
`exercise=True`, and returns what it made: {"report": id}; "asked" in it replaces the parts that are asked. It runs in the transaction that
marks the inject as played.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from paraat.exercises.injects.world import World
from paraat.exercises.rules.scenario import Keys

__all__ = ["InjectKind", "World", "keys", "kinds"]


class InjectKind(Protocol):
    """A module of this folder."""

    KEYS: Keys

    def play(self, world: World) -> dict[str, str]:
        """Bring it in; what was made, by type."""
        ...


@cache
def kinds() -> Mapping[str, InjectKind]:
    """All kinds by name."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name != "world")
    return {name: cast("InjectKind", import_module(f"{__name__}.{name}")) for name in names}


def keys() -> Mapping[str, Keys]:
    """What the payload of each kind holds, for whoever checks a scenario."""
    return {name: kind.KEYS for name, kind in kinds().items()}
