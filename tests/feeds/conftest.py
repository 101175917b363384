"""Every test of feeds keeps its files in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PARAAT_HOME of this test."""
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    return tmp_path
