"""What the documentation says about imports is what the code does."""

from __future__ import annotations

import re

from paraat.formats.registry_columns import FIELDS, HEADINGS, ROLES, plain
from paraat.registry import writing
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "registry.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:4] for line in TEXT.splitlines() if line.startswith("| `")]


def test_every_column_is_documented() -> None:
    written = set(re.findall(r"`([a-z_]+)`", "".join(row[0] + row[1] for row in ROWS)))
    assert {words.split()[0] for words in FIELDS.values()} <= written
    assert all(f"`{role}_" in TEXT for role in ROLES)


def test_every_synonym_that_is_named_is_understood() -> None:
    named = [plain(word) for row in ROWS for word in row[2].split(",") if word.strip()]
    understood = set(HEADINGS) | {"actief", "actif"}
    assert len(named) > 20 and set(named) <= understood


def test_every_exported_column_is_understood() -> None:
    assert {plain(column) for column in writing.COLUMNS} <= set(HEADINGS)
