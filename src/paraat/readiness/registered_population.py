"""What the population subscribes to and registers with the platform: changes of the register, menu, the SPOC's panel, the demonstration."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import WATCHES, Role, Viewer
from paraat.platform.facts import Journalled, subscribe
from paraat.platform.registrations import Demonstration, MenuEntry, Panel, demonstration, menu, panels
from paraat.readiness.actions import standing

_ONE = frozenset({"organisation.add", "organisation.change", "organisation.close", "organisation.follow"})
_MANY = frozenset({"organisation.load", "import.confirm"})


@subscribe(Journalled)
def on_journalled(fact: Journalled) -> None:
    """The register changed: whoever moved, grew, merged or began is counted again."""
    verbs = {verb for verb, _of in fact.deeds}
    if verbs & _MANY:
        standing.touch_stale()
    standing.touch([UUID(of) for verb, of in fact.deeds if verb in _ONE])


def _of_portal(viewer: Viewer, _subject: Any) -> str | None:
    from paraat.readiness.views import standing_ours  # views need the addresses, which are read later

    return standing_ours.of_portal(viewer)


def _demonstrate() -> None:
    from paraat.readiness.actions.population import freeze_peers, keep_figures

    standing.recount()
    keep_figures()
    freeze_peers()


menu.add(MenuEntry(_("The population"), "population", frozenset({*WATCHES, Role.PARTNER, Role.OBSERVER}), 400))
menu.add(MenuEntry(_("How we stand"), "standing_ours", frozenset({Role.SPOC}), 400))
panels.add(Panel("portal", _of_portal, "standing", 110))
demonstration.add(Demonstration("population", _demonstrate, 99))
