"""Operations of the API about reports, cases and what hangs on them; one file per noun."""

from __future__ import annotations

from importlib import import_module

from paraat.platform.api import Operations

PARTS = ("reports", "cases", "evidence", "clocks", "tasks")
"""The nouns, in the order of the API's description."""

operations = Operations()
for _part in PARTS:
    operations.add_router("", import_module(f"paraat.incidents.api.{_part}").operations)
