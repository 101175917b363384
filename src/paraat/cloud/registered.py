"""What the emergency cloud subscribes to and registers with the platform."""

from __future__ import annotations

from typing import Any

from paraat.cloud import (
    checks,  # noqa: F401  # it registers
    configuration,  # noqa: F401  # it declares the app's settings
    registered_data,  # noqa: F401  # it registers
    registered_screens,  # noqa: F401  # it registers
)
from paraat.cloud.actions.personal import erase_person, export_person
from paraat.cloud.happening import on_recorded
from paraat.kernel.marking import Viewer
from paraat.platform.facts import Recorded, subscribe
from paraat.platform.registrations import Panel, PersonalData, panels, personal_data

# Tenants --------------------------------------------------------------------------------------------------------------------------
subscribe(Recorded)(on_recorded)


def _sheet(viewer: Viewer, tenant: Any) -> str | None:
    from paraat.cloud.views import sheets  # views need the addresses, which are read later

    return sheets.panel(viewer, tenant)


panels.add(Panel("tenant", _sheet, "sheet", 30))
personal_data.add(PersonalData("emergency cloud", export_person, lambda contact: erase_person(contact=contact)))
