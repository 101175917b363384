"""What evidence and indicators register: panels on a case, a check, a line in the menu. Views are read when shown, since they need the addresses."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.incidents import checks
from paraat.kernel.marking import TEAM, WATCHES, Viewer
from paraat.platform import registrations
from paraat.platform.registrations import Check, MenuEntry, Panel


def evidence_of_case(viewer: Viewer, case: Any) -> str | None:
    """The evidence of a case, on its page."""
    from paraat.incidents.views import evidence

    return evidence.panel(viewer, case)


def indicators_of_case(viewer: Viewer, case: Any) -> str | None:
    """The indicators of a case, on its page."""
    from paraat.incidents.views import indicators

    return indicators.panel(viewer, case)


def file_of_case(viewer: Viewer, case: Any) -> str | None:
    """The link to the case's file, on its page."""
    from paraat.incidents.views import exchange

    return exchange.panel(viewer, case)


registrations.panels.add(Panel("case", file_of_case, "case-file", 95))
registrations.panels.add(Panel("case", evidence_of_case, "evidence", 60))
registrations.panels.add(Panel("case", indicators_of_case, "indicators", 65))
registrations.checks.add(Check("evidence", checks.check_evidence))
registrations.menu.add(MenuEntry(_("Indicators"), "indicators", WATCHES, 118))
registrations.menu.add(MenuEntry(_("Take in a case file"), "case_import", TEAM, 160))
