"""What incidents subscribe to and register with the platform."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.incidents import (
    registered_clocks,  # noqa: F401  # its import registers
    registered_evidence,  # noqa: F401
    registered_pack,  # noqa: F401
    registered_reports,  # noqa: F401
    registered_work,  # noqa: F401
)
from paraat.incidents.finding import find_cases
from paraat.incidents.happening import on_recorded
from paraat.kernel.marking import ROOM, Role, Viewer
from paraat.platform.facts import Recorded, subscribe
from paraat.platform.registrations import MenuEntry, Panel, Searchable, menu, panels, searchables

# Cases ----------------------------------------------------------------------------------------------------------------------------


def _services(viewer: Viewer, case: Any) -> str | None:
    from paraat.incidents.views import affected  # views need the addresses, which are read later

    return affected.services_panel(viewer, case)


def _suppliers(viewer: Viewer, case: Any) -> str | None:
    from paraat.incidents.views import affected

    return affected.suppliers_panel(viewer, case)


def _helpers(viewer: Viewer, case: Any) -> str | None:
    from paraat.incidents.views import affected

    return affected.helpers_panel(viewer, case)


def _timeline(viewer: Viewer, case: Any) -> str | None:
    from paraat.incidents.views import timeline

    return timeline.panel(viewer, case)


def _reports_of(viewer: Viewer, case: Any) -> str | None:
    from paraat.incidents.views import panels as shown

    return shown.reports_of_case(viewer, case)


def _cases_of(viewer: Viewer, organisation: Any) -> str | None:
    from paraat.incidents.views import panels as shown

    return shown.cases_of_organisation(viewer, organisation)


subscribe(Recorded)(on_recorded)
menu.add(MenuEntry(_("Cases"), "cases", ROOM | {Role.SPOC, Role.PROVIDER}, 11))
panels.add(Panel("case", _services, "services", 10))
panels.add(Panel("case", _suppliers, "suppliers", 12))
panels.add(Panel("case", _helpers, "helpers", 14))
panels.add(Panel("case", _timeline, "timeline", 25))
panels.add(Panel("case", _reports_of, "reports", 85))
panels.add(Panel("organisation", _cases_of, "cases", 50))
searchables.add(Searchable("cases", find_cases))
