"""What reporting registers with the platform: its menu, its panels, the mailbox, and the personal data of who reported."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform.mailbox.taking import Came, Taker, takers
from paraat.platform.registrations import MenuEntry, Panel, PersonalData, menu, panels, personal_data


def _panel(name: str) -> Any:
    def show(viewer: Viewer, subject: Any) -> str | None:
        from paraat.incidents.views import report_panels  # views need the addresses, which are read later

        html: str | None = getattr(report_panels, name)(viewer, subject)
        return html

    return show


def _take(came: Came) -> bool:
    from paraat.incidents.actions.correspondence import take_mail

    return take_mail(came=came)


def _export(contact: UUID) -> dict[str, Any]:
    from paraat.incidents.actions.personal import export_person

    return export_person(contact)


def _erase(contact: UUID) -> int:
    from paraat.incidents.actions.personal import erase_person

    return erase_person(contact=contact)


takers.add(Taker("reports", _take))
personal_data.add(PersonalData("reports", _export, _erase))
menu.add(MenuEntry(_("Reports"), "reports", WATCHES, 12))
menu.add(MenuEntry(_("Requests for help"), "help_requests", WATCHES, 208))
menu.add(MenuEntry(_("My reports"), "portal_reports", frozenset({Role.SPOC}), 12))
menu.add(MenuEntry(_("Ask for help"), "help_ask", frozenset({Role.SPOC}), 13))
panels.add(Panel("portal", _panel("of_portal"), "report"))
panels.add(Panel("portal.notice", _panel("of_portal_notice"), "report"))
panels.add(Panel("notice.link", _panel("of_link"), "report"))
panels.add(Panel("notice", _panel("of_notice"), "report"))
panels.add(Panel("organisation", _panel("of_organisation"), "reports", 55))
panels.add(Panel("case", _panel("of_case"), "mails", 90))
