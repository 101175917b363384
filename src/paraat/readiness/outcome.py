"""What an assessment found, from its answers as they are: counted, and scored by the published rules of its framework."""

from __future__ import annotations

from typing import Any

from paraat.readiness.models import Answer, Assessment
from paraat.readiness.rules import assessments as rules
from paraat.readiness.rules.scoring import SCHEMES, score


def result_of(assessment: Assessment) -> dict[str, Any]:
    """The result as JSON: the score with its notes, how many of each status, which controls are not in place, could not be judged, or were
    left out without a word."""
    asked = Answer.objects.filter(
        assessment=assessment, control__edition=assessment.edition_id
    )  # not what is no longer asked
    rows = list(asked.select_related("control").order_by("control__position"))
    return _scored(assessment, rows) | {
        "counts": rules.counted(rules.counts_as(row.status, row.documentation, row.implementation) for row in rows),
        "answered": sum(_said(row) for row in rows),
        "asked": len(rows),
        "unmet": [row.control.identifier for row in rows if row.status in rules.ASKS_MEASURE],
        "unclear": [row.control.identifier for row in rows if row.status in rules.UNCLEAR],
        "unsaid": [row.control.identifier for row in rows if not _said(row)],
        "unexplained": [
            row.control.identifier for row in rows if row.status == rules.NOT_APPLICABLE and not row.explanation.strip()
        ],
    }


def _said(row: Answer) -> bool:
    """Figures of maturity say something without a status too."""
    return rules.is_answered(row.status, row.documentation, row.implementation)


def _scored(assessment: Assessment, rows: list[Answer]) -> dict[str, Any]:
    """The score by the scheme of the framework; a framework without one is counted only."""
    scheme = assessment.edition.framework.scoring
    if scheme not in SCHEMES:
        return {"scheme": "", "total": None}
    given = {row.control.identifier: row for row in rows}
    return score([row.control for row in rows], given, assessment.level, scheme=scheme).as_json()
