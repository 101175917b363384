"""The emergency page: what it says, in which language, and that nobody's text becomes markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from paraat.cloud.catalog.web import verify
from paraat.cloud.catalog.web.page import LANGUAGES, render, words
from tests.cloud.catalog.played import bring, prepared, running

NAMES = {"nl": "Ronse", "fr": "Renaix"}
PAGE = {
    "title": {"nl": "De stad is geraakt"},
    "message": {"nl": "Eerste alinea.\nTweede regel.\n\nTweede alinea."},
    "services": [
        {"name": {"nl": "Loket", "fr": "Guichet"}, "state": "limited", "note": {"nl": "Enkel op afspraak"}},
        {"name": "Bibliotheek", "state": "burnt"},
    ],
    "phones": [{"label": {"nl": "Stadhuis"}, "number": "+32 (0)55 23 23 11"}],
    "counters": [{"name": "Loket", "hours": [{"days": ["mon"], "from": "09:00", "to": "12:00"}, {"days": ["sun"]}]}],
    "links": [{"label": "Meer", "url": "https://ronse.example/"}, {"label": "Slecht", "url": "javascript:alert(1)"}],
    "updated": "2026-11-22T04:05:00+01:00",
}


class _Read(HTMLParser):
    """The elements of a page and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said += data

    def shape(self) -> list[str]:
        """The elements in their order, without what stands in them."""
        return [tag for tag, _ in self.elements]


def _render(page: dict[str, Any], **fields: Any) -> dict[str, str]:
    return render(page, **{"names": NAMES, "languages": ("nl", "fr")} | fields)


def test_without_any_text_it_says_the_essential_in_each_language() -> None:
    for language in LANGUAGES:
        page = _render({}, languages=[language], phone="055 23 23 11")["index.html"]
        assert f'<html lang="{language}">' in page
        assert "112" in page and "tel:055232311" in page
        assert words(language)["message"].split("\n")[0].split("’")[0] in page


def test_each_language_has_all_the_words() -> None:
    assert len({tuple(sorted(words(language))) for language in LANGUAGES}) == 1


def test_the_first_language_is_the_index_and_each_page_leads_to_the_others() -> None:
    files = _render(PAGE)
    assert set(files) == {"index.html", "nl.html", "fr.html", "status.json", "style.css"}
    assert files["index.html"] == files["nl.html"] != files["fr.html"]
    assert 'href="fr.html"' in files["nl.html"] and 'href="en.html"' not in files["nl.html"]


def test_what_the_town_wrote_comes_first_and_falls_back_on_its_own_language() -> None:
    files = _render(PAGE)
    assert "De stad is geraakt" in files["fr.html"], "the town's own text in Dutch says more than ours in French"
    assert "Guichet" in files["fr.html"] and "Loket" in files["nl.html"]
    assert "Eerste alinea.<br>Tweede regel.</p>" in files["nl.html"]
    assert "tel:+3255232311" in files["nl.html"]
    assert "maandag" in files["nl.html"] and "lundi" in files["fr.html"] and "Fermé" in files["fr.html"]
    assert "22/11/2026" in files["nl.html"] and "04:05" in files["nl.html"]


def test_a_state_nobody_knows_counts_as_down() -> None:
    status = json.loads(_render(PAGE)["status.json"])
    assert [one["state"] for one in status["services"]] == ["limited", "down"]
    assert status["services"][0]["name"] == {"nl": "Loket", "fr": "Guichet"}
    assert status["organisation"] == "Ronse" and status["phones"] == ["+32 (0)55 23 23 11"]


def test_only_web_addresses_become_links() -> None:
    links = [one["href"] for tag, one in _Read(_render(PAGE)["nl.html"]).elements if tag == "a"]
    assert "https://ronse.example/" in links
    assert not [link for link in links if link and "javascript" in link]


def test_an_exercise_says_so_on_every_page() -> None:
    for name, text in _render(PAGE, exercise=True).items():
        if name.endswith(".html"):
            assert 'class="exercise"' in text
    assert json.loads(_render(PAGE, exercise=True)["status.json"])["exercise"] is True
    assert 'class="exercise"' not in _render(PAGE)["nl.html"]


def test_intake_is_offered_when_it_runs() -> None:
    assert (
        "https://loket.nood.ronse.example"
        in _render({}, hosts={"intake": "https://loket.nood.ronse.example"})["nl.html"]
    )


_HOSTILE = some.one_of(
    some.text(max_size=60),
    some.sampled_from(
        [
            "</title><script>alert(1)</script>",
            '" onmouseover="x',
            "'><img src=x>",
            "{{ 7*7 }}",
            "${NAME} $x",
            "\u202ex\x00",
            "&amp;",
            "<!--",
            "\ud800",
        ]
    ),
)


@given(_HOSTILE, _HOSTILE, _HOSTILE)
def test_no_text_becomes_markup(first: str, second: str, third: str) -> None:
    def page(one: str, two: str, three: str) -> dict[str, Any]:
        return {
            "title": {"nl": one},
            "message": "x" + two.replace("\n", " "),
            "services": [{"name": "x" + three, "state": one, "note": "x" + two}],
            "phones": [{"label": "x" + one, "number": "x" + two}],
            "counters": [
                {
                    "name": "x" + one,
                    "address": "x" + two,
                    "hours": [{"days": ["mon"], "from": three}],
                    "note": "x" + one,
                }
            ],
            "links": [
                {
                    "label": "x" + one,
                    "url": "https://ronse.example/?" + two.replace("\\", "").replace("[", "").replace("]", ""),
                }
            ],
        }

    hostile = _Read(_render(page(first, second, third), names={"nl": first or "x"})["nl.html"])
    plain = _Read(_render(page("x", "y", "z"))["nl.html"])
    assert hostile.shape() == plain.shape()
    assert not [key for _, found in hostile.elements for key in found if key.startswith("on")]


@given(
    some.recursive(
        some.none() | some.booleans() | some.integers() | some.text(max_size=8),
        lambda one: (
            some.lists(one, max_size=4)
            | some.dictionaries(
                some.sampled_from(["nl", "name", "hours", "days", "from", "number", "url", "state"]), one, max_size=4
            )
        ),
    )
)
def test_no_data_however_wrong_breaks_the_page(data: Any) -> None:
    for field in ("title", "message", "services", "phones", "counters", "links", "updated", "phone"):
        assert "</html>" in _render({field: data})["index.html"]
    assert "</html>" in _render({"counters": [{"name": "x", "hours": [{"days": data, "from": data}]}]})["index.html"]


def test_a_page_of_everything_at_its_longest_fits_a_configmap() -> None:
    long = "é" * 5000
    page = {"title": long, "message": long, "phones": [{"label": "x" * 200, "number": "1" * 20}] * 500}
    assert sum(len(text.encode()) for text in _render(page, languages=LANGUAGES).values()) < 1_000_000


def test_no_page_loads_anything_from_elsewhere() -> None:
    for tag, found in _Read(_render(PAGE)["nl.html"]).elements:
        assert tag not in {"script", "iframe", "img", "object", "style"} and "style" not in found
        if tag == "link":
            assert found["href"] in {"style.css", "data:,"}


@pytest.mark.containers
def test_a_browser_reads_the_page_as_prepared_and_follows_a_change() -> None:
    town = prepared("c2-web", "web", page=PAGE)
    with running(town, "web") as access:
        assert len(verify.verify(access)) == 3
        changed = prepared("c2-web", "web", page=PAGE | {"title": "Alles werkt weer"}, secrets=town.secrets)
        bring(changed, "web")
        access = type(access)(changed, access.reach)
        verify.verify(access)
        assert "Alles werkt weer" in verify._get(access, "/")[1]
        assert verify._get(access, "/old/page.php")[0] == 404
        assert "Alles werkt weer" in verify._get(access, "/old/page.php")[1], "an old link says what is going on"
