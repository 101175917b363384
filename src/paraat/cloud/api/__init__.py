"""Operations of the API about the emergency cloud; one file per noun."""

from __future__ import annotations

from importlib import import_module

from paraat.platform.api import Operations

PARTS = ("tenants", "backups", "drills")
"""The nouns, in the order of the API's description."""

operations = Operations()
for _part in PARTS:
    operations.add_router("", import_module(f"paraat.cloud.api.{_part}").operations)
