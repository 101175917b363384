"""The screen in the waiting room: numbers and counters, nothing else."""

from __future__ import annotations

from starlette.responses import Response

from ..submission import called
from .answering import Ask, route


def wall(ask: Ask) -> Response:
    """The whole screen."""
    return ask.page("wall.html", calls=_calls(ask))


def part(ask: Ask) -> Response:
    """What changes on it; fetched anew every few seconds."""
    return ask.page("wall_part.html", calls=_calls(ask))


def _calls(ask: Ask) -> list[tuple[str, str, str]]:
    """Number, counter and since when, newest first."""
    with ask.office.store.reading() as connection:
        rows = called(connection, ask.office.today())
    counters = {one.key: one for one in ask.office.tenant.counters}
    return [
        (f"{one.letter}{row['number']}", one.name(ask.language), row["called_at"][11:16])
        for row in rows
        if row["number"] and (one := counters.get(row["counter"]))
    ]


ROUTES = [route("/wall", wall), route("/wall/part", part)]
