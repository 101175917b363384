"""How assessments are worded and look on screens, the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.platform.jinja import in_language
from paraat.readiness import scoring_words
from paraat.readiness.frameworks.shipped import names
from paraat.readiness.models import Answer, Assessment, Edition
from paraat.readiness.rules import assessments as rules
from paraat.readiness.rules.comparison import Difference, Turn

LOOKS = {
    rules.MET: "known",
    rules.PARTLY: "waiting",
    rules.NOT_MET: "silent",
    rules.NOT_APPLICABLE: "calm",
    rules.NOT_TESTABLE: "none",
    rules.ERROR: "none",
    rules.OPEN: "calm",
}
"""Colours of answers; what nobody could test never has the colour of what is in place."""
STATE_LOOKS = {"open": "waiting", "submitted": "known", "closed": "calm"}
STATUS_WORDS: Mapping[str, Any] = dict(Answer.Status.choices)
KIND_WORDS: Mapping[str, Any] = dict(Assessment.Kind.choices)
COUNTED: Mapping[str, Any] = {**STATUS_WORDS, rules.SCORED: _("Scored")}
CHOICES = [(status, STATUS_WORDS[status]) for status in rules.STATUSES]
MATURITY = [(figure, figure) for figure in range(1, 6)]
DIFFERENCES = {
    Difference.STATUS: _("They say different things"),
    Difference.UNCLEAR: _("One could not be tested"),
    Difference.SCORES: _("Another maturity"),
    Difference.SAME: _("They agree"),
    Difference.ALONE: _("Nothing to compare"),
}
DIFFERENCE_LOOKS = {
    Difference.STATUS: "silent",
    Difference.UNCLEAR: "none",
    Difference.SCORES: "waiting",
    Difference.SAME: "known",
    Difference.ALONE: "calm",
}
TURNS = {
    Turn.IMPROVED: _("Improved"),
    Turn.FELL_BACK: _("Fell back"),
    Turn.UNCLEAR: _("Nobody knows"),
    Turn.SAME: _("As it was"),
    Turn.NEW: _("New"),
    Turn.GONE: _("No longer answered"),
}
TURN_LOOKS = {
    Turn.IMPROVED: "known",
    Turn.FELL_BACK: "silent",
    Turn.UNCLEAR: "none",
    Turn.SAME: "calm",
    Turn.NEW: "calm",
    Turn.GONE: "waiting",
}
FUNCTIONS = {
    "GOVERN": _("Govern"),
    "IDENTIFY": _("Identify"),
    "PROTECT": _("Protect"),
    "DETECT": _("Detect"),
    "RESPOND": _("Respond"),
    "RECOVER": _("Recover"),
}


def part_name(key: str, function: str = "") -> str:
    """What a part of an assessment is called: a category with its code, a function by its word, or everything."""
    if key == rules.ALL:
        return str(_("All questions"))
    said = in_language(names().get(key))
    return f"{key} {said}" if said and key != function else str(said or FUNCTIONS.get(key, key))


def meter(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The bar of an assessment: in place, partly, not in place, scored only, could not be judged, does not apply or open."""
    unclear = sum(counts.get(one, 0) for one in rules.UNCLEAR)
    rest = counts.get(rules.NOT_APPLICABLE, 0) + counts.get(rules.OPEN, 0)
    judged = [(LOOKS[one], counts.get(one, 0)) for one in (rules.MET, rules.PARTLY, rules.NOT_MET)]
    return [*judged, ("scored", counts.get(rules.SCORED, 0)), ("none", unclear), ("calm", rest)]


def counted(counts: Mapping[str, int]) -> str:
    """The same in words: every status that occurs, with how many."""
    named = (f"{COUNTED[one]}: {counts[one]}" for one in (*rules.STATUSES, rules.SCORED, rules.OPEN) if counts.get(one))
    return ", ".join(named)


def progress(one: Assessment) -> list[tuple[str, int]]:
    """How far it is; what could not be judged has a colour of its own."""
    unclear = one.untestable + one.errors
    return [("known", one.answered - unclear), ("none", unclear), ("calm", one.asked - one.answered)]


def titled(one: Assessment) -> str:
    """The edition and level, as a list writes them."""
    level = f" · {scoring_words.level(one.level)}" if one.level else ""
    return f"{named(one.edition)}{level}"


def named(edition: Edition) -> str:
    """An edition as people call it: its framework's title in the reader's language, and its version."""
    return f"{in_language(edition.framework.title) or edition.framework.key} {edition.version}"
