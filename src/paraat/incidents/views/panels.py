"""What incidents puts on other pages, and the reports of a case on its own."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from paraat.incidents.models import Case, Report
from paraat.kernel.marking import WATCHES, Viewer
from paraat.platform import moment
from paraat.registry.models import Organisation

SHOWN = 10


def reports_of_case(viewer: Viewer, case: Case) -> str | None:
    """The reports that a case is made of, for the team: what a reporter wrote is his own."""
    if not viewer.has(*WATCHES):
        return None
    rows = list(Report.objects.visible_to(viewer).filter(case=case).order_by("received_at"))
    if not rows:
        return None
    return SafeString(render_to_string("incidents/_reports_of_case.html", {"reports": rows, "case": case}))


def cases_of_organisation(viewer: Viewer, organisation: Organisation) -> str | None:
    """The open cases of an organisation, the worst first; and that it has older ones."""
    rows = Case.objects.visible_to(viewer).filter(organisation=organisation.pk)
    shown = list(rows.open().order_by("rank", "-opened_at")[:SHOWN])
    ended = rows.count() - len(shown)
    if not shown and not ended:
        return None
    context = {"cases": shown, "organisation": organisation, "ended": ended, "now": moment.now()}
    return SafeString(render_to_string("incidents/_cases_of_organisation.html", context))
