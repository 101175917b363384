"""Patterns over all engagements, audits and reports: how many organisations have a kind of weakness, and the lesson that it becomes.

Only what the house may read already counts, reality only, and only from five organisations on.
"""

from __future__ import annotations

from django.conf import settings
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from paraat.kernel.actor import Actor
from paraat.kernel.errors import NotFound
from paraat.readiness.actions.lessons.drafting import draft_lesson
from paraat.readiness.hacking_words import CWES
from paraat.readiness.models import Finding, Lesson
from paraat.readiness.rules.patterns import LEAST, Pattern, patterns


def current() -> list[Pattern]:
    """The patterns of today, the commonest first."""
    rows = Finding.objects.real().exclude(state=Finding.State.DRAFT).filter(opens_at__lte=Now()).exclude(pattern="")
    return patterns(rows.order_by().values_list("pattern", "organisation").distinct())


def as_lesson(pattern: str, *, by: Actor) -> Lesson:
    """A lesson of a pattern, as a draft in four languages, for somebody to finish. Raises NotFound for one that fewer than five have."""
    found = next((one for one in current() if one.pattern == pattern), None)
    if found is None:
        raise NotFound("There is no such pattern")
    title, happened, advice = {}, {}, {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            values = {"kind": kind(pattern), "number": found.organisations}
            title[code] = _("Often found by testers: %(kind)s") % values
            happened[code] = (
                _("Tests with permission found this in at least %(number)s organisations: %(kind)s.") % values
            )
            advice[code] = (
                _("Look whether your own systems, and those that your suppliers run for you, have it too: %(kind)s.")
                % values
            )
    return draft_lesson(title=title, happened=happened, advice=advice, by=by)


def kind(pattern: str) -> str:
    """A CWE number with its words, where we have some."""
    words = CWES.get(pattern)
    return f"{words} ({pattern})" if words else pattern


__all__ = ["LEAST", "as_lesson", "current", "kind"]
