"""How we stand: a constituent's own figures, beside the frozen figures of its anonymous peers; nobody else's, and nothing to choose."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from paraat.platform.guard import Request, allow
from paraat.platform.panels import render as rendered
from paraat.readiness import peering, population
from paraat.readiness.actions import standing
from paraat.readiness.models import Standing
from paraat.readiness.peering import Beside
from paraat.readiness.population_sheets import KINDS
from paraat.readiness.rules.peers import LEAST, OTHERS

SHOWN = 20


@require_safe
@allow(Role.SPOC)
def ours(request: Request) -> HttpResponseBase:
    """Each constituent that this SPOC answers for, and its peers."""
    waiting, today = standing.catch_up_of(request.viewer.own), moment.today()
    found = [peering.beside(request.viewer, row) for row in _own(request.viewer)]
    context = {
        "found": [(one, _lines(one, today), _group_words(one)) for one in found],
        "waiting": waiting,
        "day": today,
        "others": OTHERS,
        "least": LEAST,
    }
    return render(request, "readiness/population/ours.html", context)


def _own(viewer: Viewer) -> list[Standing]:
    """Only its own: a SPOC who also works elsewhere in the house sees here what a SPOC sees."""
    rows = population.rows_for(viewer).filter(organisation__in=viewer.own)
    return list(rows.select_related("organisation").order_by("organisation__name")[:SHOWN])


def _lines(one: Beside, today: Any) -> list[dict[str, Any]]:
    """Each question and score: its own answer now, and the figure of the group."""
    own = peering.values_of(one.own, today)
    figures = one.group.figures if one.group else {"shares": {}, "scores": {}}
    lines = [
        {"title": words, "yes": own.yes[key], "share": figures["shares"].get(key)}
        for key, words in peering.QUESTIONS.items()
    ]
    lines += [
        {"title": words, "score": own.scores[key], "quartiles": figures["scores"].get(key)}
        for key, words in peering.SCORES.items()
    ]
    return lines


def _group_words(one: Beside) -> str:
    """For whom the group was founded."""
    if one.group is None:
        return ""
    title = one.group.title
    sizes = [str(population.SIZE_WORDS[size]) for size in title["sizes"]]
    return ", ".join([str(KINDS.get(title["kind"], "")), *sizes]).strip(", ")


def of_portal(viewer: Viewer) -> str | None:
    """The SPOC's first page: how we stand, with a way to each part of it."""
    if not viewer.has(Role.SPOC) or not viewer.own:
        return None
    standing.catch_up_of(viewer.own)
    return rendered("readiness/population/panel_portal.html", {"rows": _own(viewer), "today": moment.today()})
