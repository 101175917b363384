"""Assessments beside each other: self-assessment, provider and auditor in three columns, and each against the time before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from paraat.platform.guard import Request, allow
from paraat.platform.jinja import in_language
from paraat.platform.tables import FORMATS, Column, export
from paraat.readiness import assessing
from paraat.readiness import assessment_words as words
from paraat.readiness.models import Assessment, Control
from paraat.readiness.rules import assessments as rules
from paraat.readiness.rules import comparison
from paraat.readiness.rules.comparison import Difference, Said, Turn
from paraat.readiness.views.answering import readable
from paraat.readiness.views.assessments import READS


@dataclass(frozen=True, slots=True)
class Row:
    """A line with the words of its control."""

    line: comparison.Line
    title: str
    category: str


# Three columns --------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def beside(request: Request, pk: UUID) -> HttpResponseBase:
    """What the constituent, its provider and its auditor say of the same controls; where they disagree stands first."""
    row = readable(request, pk)
    columns = assessing.beside(request.viewer, row)
    said = assessing.said_by(columns.values())
    controls = _controls(columns.values())
    lines = comparison.beside(list(controls), [said[one.pk] for one in columns.values()])
    found = Counter(line.difference for line in lines)
    chosen = _chosen(request, Difference)
    rows = [_row(line, controls) for line in lines if chosen is None or line.difference == chosen]
    if request.GET.get("format", "") in FORMATS:
        return export(rows, _columns(columns), request.GET["format"], name=f"{row.number}-compared")
    context = {
        "row": row,
        "columns": columns,
        "rows": rows,
        "found": found,
        "chosen": chosen,
        "words": words,
        "differences": list(words.DIFFERENCES),
        "alone": len(columns) == 1,
        "links": not rules.is_auditor(request.viewer, assessing.whose(row)),
    }
    return render(request, "readiness/assessments/beside.html", context)


def _controls(assessments: Any) -> dict[str, Control]:
    """The controls of every column by identifier, in the order of the newest edition: columns may stand on two of them."""
    editions = {one.edition_id: one.edition.added_at for one in assessments}
    rows = Control.objects.filter(edition__in=editions).only("identifier", "title", "category", "function", "position", "edition_id")  # fmt: skip
    ordered = sorted(rows, key=lambda one: (-editions[one.edition_id].timestamp(), one.position))
    found: dict[str, Control] = {}
    for one in ordered:
        found.setdefault(one.identifier, one)
    return found


def _row(line: comparison.Line, controls: dict[str, Control]) -> Row:
    control = controls[line.identifier]
    return Row(line, in_language(control.title), control.category or control.function)


def _chosen(request: Request, kind: Any) -> Any:
    asked = request.GET.get("only", "")
    return next((one for one in kind if str(one.value) == asked), None)


def _columns(columns: dict[str, Assessment]) -> Sequence[Column]:
    return [
        Column("identifier", _("Control"), value=lambda row: row.line.identifier),
        Column("title", _("Title")),
        *(Column(kind, words.KIND_WORDS[kind], value=_of_column(place)) for place, kind in enumerate(columns)),
        Column("difference", _("Difference"), value=lambda row: words.DIFFERENCES[row.line.difference]),
    ]


def _of_column(place: int) -> Callable[[Row], str]:
    return lambda row: in_words(row.line.said[place])


def in_words(said: Said | None) -> str:
    """What was said, with the figures of maturity where there are any."""
    if said is None:
        return ""
    figures = [str(one) for one in (said.documentation, said.implementation) if one is not None]
    return (
        f"{words.STATUS_WORDS[said.status]} ({'/'.join(figures)})" if figures else str(words.STATUS_WORDS[said.status])
    )


# Over time ------------------------------------------------------------------------------------------------------------------------


@require_safe
@allow(*READS)
def over_time(request: Request, pk: UUID) -> HttpResponse:
    """This one against the one before it: what improved, what fell back, what nobody knows; and how each of the series stood."""
    row = readable(request, pk)
    before = assessing.before(request.viewer, row)
    series = assessing.series(request.viewer, row)
    said = assessing.said_by([*series, *([before] if before else [])])
    rows = _turns(row, before, said) if before else []
    found = Counter(turn for _control, turn, _was, _is in rows)
    chosen = _chosen(request, Turn)
    context = {
        "row": row,
        "before": before,
        "rows": [one for one in rows if chosen is None or one[1] == chosen],
        "found": found,
        "chosen": chosen,
        "turns": comparison.FIRST,
        "words": words,
        "in_words": in_words,
        "series": [(one, Counter(answer.status for answer in said[one.pk].values())) for one in series],
    }
    return render(request, "readiness/assessments/time.html", context)


def _turns(row: Assessment, before: Assessment, said: Any) -> list[tuple[Control, Turn, Said | None, Said | None]]:
    controls = _controls([row, before])
    turned = comparison.over_time(list(controls), said[before.pk], said[row.pk])
    return [(controls[name], turn, was, is_now) for name, turn, was, is_now in turned]
