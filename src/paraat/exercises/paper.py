"""The report of an exercise on paper, in the reader's language, from what was frozen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from paraat.exercises.rules.timing import words
from paraat.kernel.marking import Tlp
from paraat.platform import documents
from paraat.platform.jinja import in_language, moment


def report_pdf(report: Mapping[str, Any], *, tlp: int, language: str) -> bytes:
    """The PDF/UA of a frozen report. Raises NoDocument."""
    with override(language):
        return documents.pdf("exercises/typst/report.typ", content(report, tlp), language=language)


def outcome_words(outcome: str) -> str:
    """in_time, late and never as people say them."""
    return {"in_time": _("in time"), "late": _("late"), "never": _("never")}[outcome]


def content(report: Mapping[str, Any], tlp: int) -> dict[str, Any]:
    """What the report says, in the language that is active: for paper and for the screen."""
    return {
        "title": f"{report['number']} · {report['title']}",
        "tlp": Tlp(tlp).label,
        "exercise": _("EXERCISE: real organisations, invented events. Nothing of it left the house."),
        "made": _moment(report["made_at"]),
        "footer": report["number"],
        "facts": _facts(report),
        "injects_title": _("What came in, and who answered"),
        "injects_columns": [
            _("Minute"),
            _("What came in"),
            _("Expected within"),
            _("By whom"),
            _("After"),
            _("Outcome"),
        ],
        "injects": [row for inject in report["injects"] for row in _inject(inject)],
        "organisations_title": _("How fast each organisation was"),
        "organisations_columns": [_("Organisation"), _("Expected"), _("Answered"), _("In time"), _("Median")],
        "organisations": [_organisation(one) for one in report["organisations"]],
        "duties_title": _("Against the statutory clocks"),
        "duties_columns": [_("Organisation"), _("Clock"), _("Due after"), _("Submitted after"), _("Outcome")],
        "duties": [_duty(one) for one in report["duties"]],
        "note": _(
            "Times are hours and minutes of the scenario. A median counts answers only; what was never answered stands beside it."
        ),
    }


def _facts(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    totals = report["totals"]
    parts = ", ".join(f"{one['organisation']} ({one['part']})" for one in report["parts"])
    kept = ", ".join(f"{kind}: {number}" for kind, number in sorted(report["messages"].items()))
    return [
        (_("Scenario"), f"{report['scenario']} {report['scenario_version']}"),
        (_("Who played"), parts),
        (_("Started"), _moment(report["started_at"])),
        (_("Ended"), _moment(report["ended_at"])),
        (_("Lasted"), _lasted(report)),
        (_("Answers"), _("%(in_time)s in time, %(late)s late, %(never)s never, of %(expected)s") % totals),
        (_("Messages that stayed in the house"), kept or "0"),
    ]  # fmt: skip


def _lasted(report: Mapping[str, Any]) -> str:
    said = {"time": words(report["minutes"]), "speed": report["speed"]}
    return _("%(time)s of the scenario, at last %(speed)s times real time") % said


def _inject(inject: Mapping[str, Any]) -> list[list[str]]:
    minute = words(inject["minute"]) if inject["minute"] is not None else "-"
    head = [minute, in_language(inject["title"]), _time(inject["within"])]
    if not inject["answers"]:
        return [[*head, "", "", inject["note"]]]
    return [
        [*head, one["organisation"] or _("The team"), _time(one["minutes"]), outcome_words(one["outcome"])]
        for one in inject["answers"]
    ]


def _organisation(one: Mapping[str, Any]) -> list[str]:
    counts = [str(one[name]) for name in ("expected", "answered", "in_time")]
    return [one["organisation"] or _("The team"), *counts, _time(one["median"])]


def _duty(one: Mapping[str, Any]) -> list[str]:
    limits = [_time(one["due"]), _time(one["submitted"])]
    return [one["organisation"], f"{one['regime']}: {one['step']}", *limits, outcome_words(one["outcome"])]


def _time(minutes: float | None) -> str:
    return words(minutes) if minutes is not None else ""


def _moment(text: str | None) -> str:
    return moment(datetime.fromisoformat(text)) if text else ""
