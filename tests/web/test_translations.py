"""Every text of the house has its translation in Dutch, French and German, with the same blanks to fill in."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import translations

_blanks = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def template() -> Any:
    return translations.extracted()


def test_texts_are_found_in_code_and_in_both_kinds_of_templates(template: Any) -> None:
    texts = {message.id if isinstance(message.id, str) else message.id[0] for message in template if message.id}
    assert "Waits for one click" in texts  # Python
    assert "All quiet: no alert is active" in texts  # Jinja2
    assert "%(num)s organisation" in texts  # a plural


def test_what_runs_in_an_image_has_its_own_words(template: Any) -> None:
    places = {path for message in template for path, _line in message.locations}
    assert any("cloud/catalog/mail/" in path for path in places), "what is told to officers is translated"
    assert not [path for path in places if "/app/" in path], "the intake speaks for itself"


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_no_text_lacks_its_translation(template: Any, language: str) -> None:
    known = translations.merged(translations.read(language), template)
    left = translations.missing(known)
    assert not left, f"{len(left)} texts without {language}: make translations, then translate, e.g. {left[:5]}"


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_a_translation_has_the_blanks_of_its_text(language: str) -> None:
    """A blank that is missing or new would break the page in that language only."""
    for message in translations.read(language):
        if not message.id or not message.string:
            continue
        known = message.id if isinstance(message.id, str) else message.id[-1]
        for said in [message.string] if isinstance(message.string, str) else message.string:
            assert set(_blanks.findall(said)) <= set(_blanks.findall(known)), (language, known, said)


def test_a_text_that_left_the_code_is_kept(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translations, "HOUSE", tmp_path)
    (tmp_path / "words.py").write_text('_("tide")\n_("ebb")\n')
    translations.update()
    known = translations.read("nl")
    known["tide"].string = "getij"
    translations.write("nl", known)
    (tmp_path / "words.py").write_text('_("ebb")\n')
    translations.update()
    (tmp_path / "words.py").write_text('_("tide")\n_("ebb")\n')
    translations.update()
    assert translations.read("nl")["tide"].string == "getij"


def test_an_update_without_new_texts_changes_nothing(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translations, "HOUSE", tmp_path)
    (tmp_path / "words.py").write_text('_("tide")\n')
    translations.update()
    before = translations.catalogue("de").read_bytes()
    translations.update()
    assert translations.catalogue("de").read_bytes() == before
