"""The board's tiles with a figure of readiness: as many marked as the figure counts, for those who may read each constituent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from paraat.readiness import population
from paraat.web import figures
from tests import cast
from tests.readiness.populated import many, small_region
from tests.web.pages import client_of, officer, page

pytestmark = pytest.mark.django_db
WHERE = "/board/figures/"


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def test_as_many_tiles_are_marked_as_the_figure_counts() -> None:
    small_region()
    me = officer()
    for key, figure in population.FIGURES.items():
        text = page(me, f"{WHERE}?figure={key}")
        count, of = map(int, re.search(r"(\d+) of (\d+), as of", text).groups())  # type: ignore[union-attr]
        tiles = re.findall(r'<a class="tile ?(\w*)" href="/organisations/[^"]+">([^<]+)', text)
        assert len(tiles) == 6
        marked = [name for look, name in tiles if look == figure.look]
        if figure.look != "none":
            assert len(marked) == count
            assert len([name for look, name in tiles if look != "none"]) == of
    assert f'href="{WHERE}"' in page(me, "/")


def test_above_so_many_a_province_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    small_region()
    monkeypatch.setattr(figures, "TILES", 3)
    text = page(officer(), f"{WHERE}?figure=assessed")
    assert 'class="tile' not in text
    assert re.search(r'Oost-Vlaanderen</th><td class="number">1</td><td class="number">1</td>', text)


def test_it_is_for_those_who_may_read_each_constituent() -> None:
    small_region()
    for user in (
        cast.observer(),
        cast.partner_user(),
        cast.provider_user(),
        cast.spoc_user(cast.ronse()),
        cast.tester(),
        cast.assessor(),
    ):
        assert client_of(user).get(WHERE).status_code == 403
    assert WHERE not in page(client_of(cast.observer()), "/")
    assert "figure=findings-open" not in page(client_of(cast.auditor()), WHERE)


def test_it_asks_the_same_however_many_there_are() -> None:
    small_region()
    me = officer()

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(me, WHERE)
        return len(asked)

    queries()
    few = queries()
    many(30)
    assert queries() == few <= 14
