"""What observations registers with the platform: its menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import TEAM, Role
from paraat.platform.registrations import MenuEntry, menu

menu.add(MenuEntry(_("Perhaps"), "perhaps", TEAM | {Role.AUDITOR}, 110))
menu.add(MenuEntry(_("Nobody's hosts"), "unassigned", TEAM | {Role.AUDITOR}, 111))
