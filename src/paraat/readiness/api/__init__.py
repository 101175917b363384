"""Operations of the API about what is learnt: one file per noun, each with `operations`; adding one edits no list."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from paraat.platform.api import Operations

operations = Operations()
for _found in pkgutil.iter_modules(__path__):
    operations.add_router("", import_module(f"{__name__}.{_found.name}").operations)
