"""The clockwork of this floor: every file `jobs_<noun>.py` beside this one, found by its name."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import paraat.readiness

for _found in pkgutil.iter_modules(paraat.readiness.__path__):
    if _found.name.startswith("jobs_"):
        import_module(f"paraat.readiness.{_found.name}")
