"""Every verb that an action can record is said in words on the journal page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import paraat
from paraat.kernel import rsit
from paraat.web.deeds import DEEDS, sentence, weight


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The words below are English, whatever language the installation speaks by default."""
    with translation.override("en"):
        yield


HOUSE = Path(paraat.__file__).parent
_verb = re.compile(r"[a-z_]+\.[a-z_]+").fullmatch


NO_VERBS = {"other.undetermined", "test.test"}
"""Texts of the same shape that are something else: classes of the taxonomy."""


def _verbs() -> set[str]:
    """Texts that look like a verb in the files that may record one. The names of loggers look so too."""
    files = [*HOUSE.glob("*/actions.py"), *HOUSE.glob("*/actions/**/*.py")]
    trees = [ast.parse(file.read_text()) for file in files if file.parent.name != "platform"]
    found = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _verb(node.value)
    }
    return {text for text in found - NO_VERBS if not text.startswith("paraat.")}


def test_what_is_left_out_is_no_verb() -> None:
    assert all(rsit.is_known(text) for text in NO_VERBS)


def test_every_verb_of_our_actions_has_words() -> None:
    missing = sorted(_verbs() - set(DEEDS))
    assert not missing, f"say these in src/paraat/web/deeds.py: {missing}"


def test_a_verb_without_words_is_shown_as_it_is_written() -> None:
    assert sentence("tide.turned_back", rows=1, facts={}) == "tide: turned back"


def test_it_says_how_many_and_the_reason() -> None:
    assert sentence("deliveries.sent", rows=300, facts={}).endswith("(300 times)")
    assert sentence("alert.declined", rows=1, facts={"reason": "an old list"}).endswith(": an old list")


def test_silence_stands_out() -> None:
    assert weight("notice.silent") == "silent"
    assert weight("notice.acknowledged") == ""
