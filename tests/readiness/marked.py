"""How the tests make one of every row of this floor that carries a marking: every `marked_<noun>.py` beside this file says so for its noun.

Each may hold `MAKERS` (model -> function of place and marking), `HAS_HOUSE` (models whose rows may concern the house alone), `CONCERNED` (model ->
function of a row that yields the organisations it concerns) and `ALLOWED` (model -> function of viewer and row: where names were given).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any
from uuid import UUID

import tests.readiness
from paraat.kernel.marking import Viewer
from paraat.platform.marked import MarkedModel

_FOUND = [
    import_module(f"tests.readiness.{one.name}")
    for one in pkgutil.iter_modules(tests.readiness.__path__)
    if one.name.startswith("marked_")
]


def _all(name: str) -> dict[type[MarkedModel], Any]:
    return {model: made for module in _FOUND for model, made in getattr(module, name, {}).items()}


MAKERS: dict[type[MarkedModel], Callable[..., Any]] = _all("MAKERS")
HAS_HOUSE: set[type[MarkedModel]] = {model for module in _FOUND for model in getattr(module, "HAS_HOUSE", ())}
CONCERNED: dict[type[MarkedModel], Callable[[Any], Iterator[UUID | None]]] = _all("CONCERNED")
ALLOWED: dict[type[MarkedModel], Callable[[Viewer, Any], bool]] = _all("ALLOWED")
