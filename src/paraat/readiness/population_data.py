"""The population for machines: the figures as JSON, with what each means. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from paraat.readiness import lacking, population
from paraat.readiness.population import AVERAGES, Figure, Sums


def figures(found: Sums, chosen: Iterable[Figure], day: date) -> dict[str, Any]:
    """Every figure with count, denominator, share, definition and source, and the averages."""
    return {
        "as_of": day,
        "counted_at": found.counted_at,
        "denominator": {"count": found.total, "definition": population.denominator_words()},
        "figures": [_figure(found, one) for one in chosen],
        "averages": [
            {"average": key, "title": str(title), "value": found.averages[key][0], "of": found.averages[key][1], "definition": str(words)}
            for key, (title, _column, _digits, words) in AVERAGES.items()
        ],
    }  # fmt: skip


def _figure(found: Sums, one: Figure) -> dict[str, Any]:
    said = found.figures[one.key]
    return {
        "figure": one.key,
        "title": str(one.title),
        "count": said.count,
        "denominator": said.denominator,
        "share": said.share,
        "definition": str(one.definition),
        "source": str(one.source),
    }


def groups(rows: Iterable[Sums]) -> list[dict[str, Any]]:
    """The grouped figures."""
    return [
        {
            "group": one.key,
            "title": one.title,
            "count": one.total,
            "figures": {key: said.count for key, said in one.figures.items()},
            "averages": {key: value for key, (value, _of) in one.averages.items()},
        }
        for one in rows
    ]


def controls(found: lacking.Ranking, most: int) -> list[dict[str, Any]]:
    """What would take away most risk, first."""
    return [
        {
            "control": line.figures.identifier,
            "title": line.title,
            "weight": line.figures.weight,
            "lack_it": line.figures.unmet,
            "gain": line.figures.gain,
            "not_known": line.figures.unclear,
            "assessed": line.figures.assessed,
            "not_assessed": line.figures.absent,
        }
        for line in found.lines[:most]
    ]
