"""The tiles of the board, showing a figure of readiness instead of alerts: one condition, so the tiles add up to the figure."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, Q, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from paraat.kernel.marking import WATCHES
from paraat.platform import jinja, moment
from paraat.platform.guard import Request, allow
from paraat.readiness import population
from paraat.readiness.actions import standing
from paraat.web.board import province_names
from paraat.web.rules import TILES

FIRST = "not-involved"


class Marked(NamedTuple):
    """A tile: counted by the figure (`look`), not asked ("none"), or neither ("calm")."""

    id: UUID
    name: str
    look: str


@require_safe
@allow(*WATCHES)
def figures(request: Request) -> HttpResponse:
    """One figure over the whole board; above so many constituents a province is a line with its count."""
    waiting, today = standing.catch_up(), moment.today()
    choices = {one.key: one for one in population.figures_for(request.viewer)}
    figure = choices.get(request.GET.get("figure", ""), choices[FIRST])
    rows = population.rows_for(request.viewer)
    found = population.sums(rows, [figure], today)
    tiled = found.total <= TILES
    context = {
        "figure": figure,
        "choices": choices.values(),
        "said": found.figures[figure.key],
        "provinces": _tiles(rows, figure, today) if tiled else [],
        "counts": [] if tiled else _counts(rows, figure, today),
        "waiting": waiting,
        "day": today,
    }
    return render(request, "web/figures.html", context)


def _tiles(rows: Any, figure: population.Figure, today: Any) -> list[tuple[str, list[Marked]]]:
    """The blocks by province, and in each the tiles by name."""
    language, names = jinja.language(), province_names(jinja.language())
    of = figure.of(today)
    looks = [When(of & figure.holds(today), then=Value(figure.look))]
    looks += [When(~of if of else Q(pk__in=[]), then=Value("none"))]
    marked = rows.annotate(look=Case(*looks, default=Value("calm")))
    blocks: defaultdict[str, list[Marked]] = defaultdict(list)
    for pk, name, called, province, look in marked.values_list(
        "organisation", "organisation__name", "organisation__names", "province", "look"
    ):
        blocks[province].append(Marked(pk, called.get(language) or name, look))
    made = [(names.get(code, code) or _("Elsewhere"), sorted(tiles, key=_by_name)) for code, tiles in blocks.items()]
    return sorted(made, key=lambda block: block[0])


def _by_name(tile: Marked) -> str:
    return tile.name.casefold()


def _counts(rows: Any, figure: population.Figure, today: Any) -> list[tuple[str, int, int]]:
    """By province: its name, how many the figure counts, and out of how many."""
    groups = population.by_group(rows, "province", today, [figure])
    return [(one.title, one.figures[figure.key].count, one.figures[figure.key].denominator) for one in groups]
