"""What ships is loaded once, in four languages, and its words can be bettered without an edition."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paraat.kernel.errors import NotFound
from paraat.kernel.marking import Role, Viewer
from paraat.platform.models import JournalEntry
from paraat.platform.registrations import Level
from paraat.readiness import frameworks, registered_frameworks
from paraat.readiness.actions import frameworks as actions
from paraat.readiness.frameworks.shipped import LANGUAGES, names, shipped
from paraat.readiness.models import Control, Edition
from tests import cast

pytestmark = pytest.mark.django_db


def test_the_editions_that_ship_are_loaded_once() -> None:
    actions.load_built_in()
    entries = JournalEntry.objects.filter(verb__startswith="framework.").count()
    first, second = actions.load_built_in()
    assert (first.controls.count(), second.controls.count()) == (22, 218)
    assert (Edition.objects.count(), JournalEntry.objects.filter(verb__startswith="framework.").count()) == (2, entries)


def test_current_loads_what_is_not_there_and_knows_what_is_not_shipped() -> None:
    assert frameworks.current("basics").controls.count() == 22
    assert frameworks.current("cyfun-2025").levels == ["basic", "important", "essential"]
    with pytest.raises(NotFound):
        frameworks.current("nothing")


def test_better_words_reach_an_edition_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = frameworks.current("basics")
    before = shipped("basics")
    first = {**before.controls[0], "title": {**before.controls[0]["title"], "en": "Better"}, "position": 999}
    monkeypatch.setattr(
        actions, "shipped", lambda _key: replace(before, controls=(first, *before.controls[1:]), digest="other")
    )
    actions.load_shipped(key="basics")
    row = edition.controls.get(identifier="B01")
    assert (row.title["en"], row.position) == ("Better", 1)
    edition.refresh_from_db()
    assert edition.digest == "other"


def test_every_item_of_the_checklist_is_whole_in_four_languages() -> None:
    items = shipped("basics").controls
    assert [one["identifier"] for one in items] == [f"B{number:02d}" for number in range(1, 23)]
    official = {one["identifier"] for one in shipped("cyfun-2025").controls}
    for one in items:
        for words in ("title", "why", "how", "checking"):
            assert set(one[words]) == set(LANGUAGES)
            assert all(len(text) > 10 or words == "title" for text in one[words].values()), one["identifier"]
        assert set(one["maps_to"]) <= official
        assert one["maps_to"]
        assert one["effort"] in Control.Effort.values
        assert 1 <= one["weight"] <= 5


def test_every_control_has_a_title_of_its_own_in_four_languages() -> None:
    for language in LANGUAGES:
        titles = [one["title"][language] for one in shipped("cyfun-2025").controls]
        assert all(titles)
        assert len(set(titles)) == len(titles)
        assert max(map(len, titles)) <= 80
    assert all("shall" not in one["title"]["en"] for one in shipped("cyfun-2025").controls)


def test_no_official_text_ships() -> None:
    assert not any(one.get("text") for one in shipped("cyfun-2025").controls)
    frameworks.current("cyfun-2025")
    assert not Control.objects.exclude(text="").exists()


def test_functions_and_categories_have_names() -> None:
    used = {one[name] for one in shipped("cyfun-2025").controls for name in ("function", "category")}
    assert used <= set(names())
    assert all(set(said) == set(LANGUAGES) for said in names().values())


def test_the_check_says_what_is_not_loaded_and_search_finds_a_control_for_who_may_read_it() -> None:
    assert {one.level for one in registered_frameworks._check()} == {Level.WARNING}
    actions.load_built_in()
    assert {one.level for one in registered_frameworks._check()} == {Level.OK}
    spoc, tester = cast.spoc_viewer(cast.ronse()), Viewer(roles=frozenset({Role.TESTER}))
    titles = [title for title, _url, _kind in registered_frameworks._find("PR.AA-03.2", spoc, 5)]
    assert len(titles) == 1
    assert list(registered_frameworks._find("PR.AA-03.2", tester, 5)) == []
