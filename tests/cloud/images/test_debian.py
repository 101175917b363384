"""Where Debian's packages come from is the host's affair, and never in an image or a file of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from paraat.cloud.images import debian

DEB822 = """Types: deb
# http://snapshot.debian.org/archive/debian/20250520T000000Z
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
"""


@pytest.mark.parametrize(
    "text",
    [
        "deb https://mirror.example/debian bookworm main\ndeb [signed-by=/k] https://mirror.example/debian-security x main\n",
        DEB822 + "\nURIs: http://mirror.example/debian-security\n",
    ],
)
def test_the_mirrors_of_the_host_are_used(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sources.list"
    path.write_text(text)
    monkeypatch.setattr(debian, "_sources", lambda: [path])
    mirror, security = debian.mirrors()
    assert mirror.endswith("//mirror.example/debian")
    assert security.endswith("//mirror.example/debian-security")


def test_a_host_that_names_none_uses_debians_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "_sources", list)
    assert debian.mirrors() == (debian.MIRROR, debian.SECURITY)
