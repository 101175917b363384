"""What statutory clocks subscribe to and register with the platform."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.incidents import clocks
from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform.facts import CaseOpened, Recorded, subscribe
from paraat.platform.registrations import Check, MenuEntry, Panel, checks, menu, panels

CONTACT_DATA = "contact data"
IP_RANGES = "IP ranges"
CHANGES = {
    "contact.nominate": CONTACT_DATA,
    "contact.change": CONTACT_DATA,
    "contact.end": CONTACT_DATA,
    "channel.add": CONTACT_DATA,
    "channel.change": CONTACT_DATA,
    "channel.remove": CONTACT_DATA,
    "asset.add": IP_RANGES,
    "asset.close": IP_RANGES,
}
"""What of the registry an entity under NIS2 may have registered with the authority; of assets only networks."""


@subscribe(CaseOpened)
def on_case_opened(fact: CaseOpened) -> None:
    """The clocks of the regimes that the victim is under are proposed."""
    from paraat.incidents.actions.clocks import propose_clocks
    from paraat.incidents.models import Case

    propose_clocks(case=Case.objects.get(pk=fact.case), by=fact.by, aware_at=fact.aware_at)


@subscribe(Recorded)
def on_registry_changed(fact: Recorded) -> None:
    """Contact data or IP ranges of an organisation changed: where it is under NIS2, the authority is to be told."""
    what = CHANGES.get(fact.verb)
    if what is None or fact.organisation is None:
        return
    from paraat.incidents.actions.clocks import note_change
    from paraat.incidents.models import OrganisationRegime
    from paraat.registry.models import Asset, Organisation

    if what == IP_RANGES and not Asset.objects.filter(pk=fact.object_id, kind=Asset.Kind.NETWORK).exists():
        return
    if OrganisationRegime.objects.filter(organisation=fact.organisation, applies=True).exists():
        organisation = Organisation.objects.get(pk=fact.organisation)
        note_change(organisation=organisation, what=what, by=fact.by, exercise=fact.exercise)


def _of_case(viewer: Viewer, case: Any) -> str | None:
    from paraat.incidents.views import clocks as views  # views need the addresses, which are read later

    return views.case_panel(viewer, case)


def _of_organisation(viewer: Viewer, organisation: Any) -> str | None:
    from paraat.incidents.views import regimes as views

    return views.organisation_panel(viewer, organisation)


def _of_portal(viewer: Viewer, _nothing: Any) -> str | None:
    from paraat.incidents.views import clocks as views

    return views.portal_panel(viewer)


menu.add(MenuEntry(_("Deadlines"), "clocks", WATCHES | {Role.SPOC}, 205))
panels.add(Panel("case", _of_case, "clocks", 20))
panels.add(Panel("organisation", _of_organisation, "regimes", 60))
panels.add(Panel("portal", _of_portal, "clocks", 20))
checks.add(Check("clocks", clocks.check_reminders))
