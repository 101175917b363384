"""Every command and setting is documented, and what is said of them is true; links between documents lead somewhere."""

from __future__ import annotations

import importlib.util
import re

import pytest
from tests.house import house

_spec = importlib.util.spec_from_file_location("documentation", house.ROOT / "tools" / "documentation.py")
assert _spec
assert _spec.loader
documentation = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(documentation)


@pytest.mark.parametrize("name", documentation.PAGES)
def test_generated_pages_are_as_the_code_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    written = (house.ROOT / name).read_text(encoding="utf-8")
    assert written == documentation.PAGES[name](), f"{name} is out of date: run `make docs`"


def test_every_setting_of_the_code_is_declared() -> None:
    """A PARAAT_ name that is read but not declared would be documented nowhere."""
    from paraat.platform.setting import SETTINGS

    named = {
        name
        for path in house.python_files()
        for name in re.findall(r"[\"'](PARAAT_[A-Z_]+)[\"']", path.read_text(encoding="utf-8"))
    }
    assert named <= set(SETTINGS), f"declare in platform/configuration.py: {named - set(SETTINGS)}"


def test_links_between_documents_lead_somewhere() -> None:
    wrong = []
    for page in [*house.ROOT.glob("*.md"), *house.ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
                wrong.append(f"{page.relative_to(house.ROOT)} -> {target}")
    assert not wrong, f"links that lead nowhere: {wrong}"
