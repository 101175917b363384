"""What incidents subscribe to and register with the platform."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import WATCHES
from paraat.platform.registrations import MenuEntry, menu

menu.add(MenuEntry(_("Reports"), "reports", WATCHES, 12))
