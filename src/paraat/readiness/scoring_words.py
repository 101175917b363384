"""How a score and the rules behind it are worded, the same wherever a result is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from paraat.readiness.rules.scoring import cyfun

LEVELS: Mapping[str, Any] = {
    "basic": gettext_lazy("Basic"),
    "important": gettext_lazy("Important"),
    "essential": gettext_lazy("Essential"),
}
SCHEMES: Mapping[str, Any] = {
    "checklist": gettext_lazy("Checklist, out of 100"),
    "cyfun-2025": gettext_lazy("Maturity from 1 to 5"),
}
WHY_LEFT_OUT: Mapping[str, Any] = {
    "open": gettext_lazy("not answered"),
    "not_applicable": gettext_lazy("does not apply"),
    "not_allowed": gettext_lazy("does not apply, which is not allowed here"),
    "not_testable": gettext_lazy("could not be tested"),
    "error": gettext_lazy("the test failed"),
    "half": gettext_lazy("one of its two figures is missing"),
}
CHANGES: Mapping[str, Any] = {
    "reworded": gettext_lazy("other words"),
    "level": gettext_lazy("another level"),
    "key_measure": gettext_lazy("key measure or no longer"),
    "management": gettext_lazy("of the management or no longer"),
}
FAULTS: Mapping[str, Any] = {
    "twice": gettext_lazy("this control stands there twice"),
    "no_identifier": gettext_lazy("no identifier of a control"),
    "no_level": gettext_lazy("no level that we know, or one above that of the workbook"),
    "other_sheet": gettext_lazy("a control of another sheet"),
    "no_requirement": gettext_lazy("a score beside no control"),
    "no_score": gettext_lazy("a score is a whole number from 1 to 5, or N/A"),
    "too_long": gettext_lazy("longer than an explanation may be"),
}
FIELDS: Mapping[str, Any] = {
    "requirement": gettext_lazy("Requirement"),
    "level": gettext_lazy("Level"),
    "documentation": gettext_lazy("Documentation score"),
    "implementation": gettext_lazy("Implementation score"),
    "comments": gettext_lazy("Comments"),
    "assessor": gettext_lazy("Comments of the assessor"),
    "status": gettext_lazy("Answer"),
    "explanation": gettext_lazy("Explanation"),
}


def level(key: str) -> str:
    """A level as people call it; one that we do not know as it is written."""
    return str(LEVELS.get(key, key))


def note(code: str, values: Mapping[str, Any]) -> str:
    """A note of a result (`Result.notes`, or as an assessment keeps it), in a sentence."""
    number = int(values.get("number", 0))
    if code == "counts_as":
        text = ngettext(
            "%(number)s control does not apply and counts as %(value)s.",
            "%(number)s controls do not apply and count as %(value)s.",
            number,
        )
        return text % {"number": number, "value": values["value"]}
    if code == "too_many_left_out":
        text = _("%(number)s controls do not apply; at this level at most %(allowed)s may be left out.")
        return text % {"number": number, "allowed": values["allowed"]}
    if code == "may_not_be_left_out":
        return _("May not be left out at this level: %(names)s.") % {"names": ", ".join(values["identifiers"])}
    return _NOTES[code](number) % {"number": number} if code in _NOTES else code


_NOTES: Mapping[str, Any] = {
    "not_known": lambda number: ngettext(
        "Of %(number)s control nobody knows how it is; there is no verdict before that.",
        "Of %(number)s controls nobody knows how they are; there is no verdict before that.",
        number,
    ),
    "not_counted": lambda number: ngettext(
        "%(number)s item does not apply and is not counted.",
        "%(number)s items do not apply and are not counted.",
        number,
    ),
    "counts_as_not_in_place": lambda number: ngettext(
        "%(number)s item that nobody knows counts as not in place.",
        "%(number)s items that nobody knows count as not in place.",
        number,
    ),
}


def rules(scheme: str) -> list[str]:
    """The rules of a scheme, one sentence each, for the page of a framework."""
    if scheme == "checklist":
        return [
            _("In place counts whole, partly in place half, by the weight of the item; out of 100."),
            _("What does not apply is not counted. What nobody knows counts as not in place."),
            _("Met: every most important item is in place, and nothing is unknown."),
        ]
    if scheme != "cyfun-2025":
        return []
    return [
        _("Every control has a figure from 1 to 5 for its documentation and one for its implementation."),
        _(
            "A subcategory is the average of its controls, a category the average of its subcategories; both figures apart."
        ),
        _("The maturity of a category is the average of both figures, the total the average of the categories."),
        _("Nothing is rounded before it is compared; people see two decimals, half upwards."),
        *(_threshold(name) for name in cyfun.LEVELS),
        _("Key measures may never be left out; at Essential neither may what is asked of the management."),
        _("What could not be tested or was not answered is not scored, and there is no verdict before it is known."),
        _("These rules were read in the work of others who read the official workbooks, not at the source itself."),
    ]


def _threshold(name: str) -> str:
    asks = cyfun.THRESHOLDS[name]
    words = {
        "level": level(name),
        "total": f"{float(asks.total):g}",
        "key": f"{float(asks.key_measure):g}",
        "number": asks.left_out,
        "value": f"{float(asks.stands_for):g}",
    }
    text = (
        _("%(level)s: total at least %(total)s, every key measure and every category at least %(key)s.")
        if asks.category
        else _("%(level)s: total at least %(total)s, every key measure at least %(key)s.")
    )
    rest = _("At most %(number)s may be left out as not applicable; each counts as %(value)s.")
    return f"{text % words} {rest % words}"
