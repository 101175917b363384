"""What assessments put on other pages: on the SPOC's first page, and on an organisation's."""

from __future__ import annotations

from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform import moment
from paraat.platform.panels import render
from paraat.readiness import assessment_words as words
from paraat.readiness.models import Answer, Assessment
from paraat.readiness.rules import assessments as rules
from paraat.registry.models import Organisation

SHOWN = 5


def of_portal(viewer: Viewer) -> str | None:
    """What is open for the SPOC, and explanations that no longer hold."""
    if not viewer.has(Role.SPOC) or not viewer.own:
        return None
    mine = Assessment.objects.visible_to(viewer).filter(organisation__in=viewer.own)
    going = mine.filter(state=Assessment.State.OPEN).order_by("due_on", "opened_at")
    today = moment.today()
    old = Answer.objects.filter(
        assessment__in=mine.real().exclude(state=Assessment.State.CLOSED).filter(kind=rules.SELF),
        explained_until__lt=today,
    )
    context = {"rows": list(going[:SHOWN]), "expired": old.count(), "today": today}
    return render("readiness/assessments/panel_portal.html", context)


def of_organisation(viewer: Viewer, organisation: Organisation) -> str | None:
    """The newest of each kind."""
    own = viewer.has(Role.SPOC) and organisation.pk in viewer.own
    if not organisation.constituent or not (viewer.has(*WATCHES) or own):
        return None
    rows = Assessment.objects.visible_to(viewer).filter(organisation=organisation).select_related("edition__framework", "author")  # fmt: skip
    context = {"organisation": organisation, "rows": list(rows[:SHOWN]), "words": words, "begins": viewer.is_team}
    return render("readiness/assessments/panel_organisation.html", context)
