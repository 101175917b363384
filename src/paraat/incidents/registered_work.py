"""What tasks, notes, hypotheses, extortion, exposure and contagion subscribe to and register with the platform."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.incidents.actions.contagion import note_sent
from paraat.incidents.actions.playbooks import propose_playbook
from paraat.incidents.models import Case
from paraat.kernel.marking import ROOM, WATCHES, Role, Viewer
from paraat.platform.facts import CaseOpened, Happened, subscribe
from paraat.platform.registrations import MenuEntry, Panel, menu, panels


@subscribe(CaseOpened)
def on_case_opened(fact: CaseOpened) -> None:
    """The playbook that fits its class gives it its first tasks."""
    propose_playbook(case=Case.objects.get(pk=fact.case), by=fact.by)


@subscribe(Happened)
def on_happened(fact: Happened) -> None:
    """An announcement was sent: whom captured data concerns was told by it."""
    if fact.event == "alert.sent":
        from paraat.alerts.models import Alert

        note_sent(alert=Alert.objects.get(pk=fact.alert))


def _panel(module: str) -> Callable[[Viewer, Any], str | None]:
    """The panel of a module of views, which is read when it is shown, since views need the addresses."""

    def render(viewer: Viewer, case: Any) -> str | None:
        made: str | None = import_module(f"paraat.incidents.views.{module}").panel(viewer, case)
        return made

    return render


for _module, _order in (
    ("tasks", 30),
    ("extortion", 40),
    ("exposure", 45),
    ("contagion", 50),
    ("notes", 70),
    ("hypotheses", 80),
):
    panels.add(Panel("case", _panel(_module), _module, _order))

menu.add(MenuEntry(_("Tasks of cases"), "case_tasks", frozenset(WATCHES | {Role.SPOC}), 206))
menu.add(MenuEntry(_("Countdowns"), "countdowns", frozenset(WATCHES), 207))
menu.add(MenuEntry(_("Hypotheses"), "hypotheses", frozenset(WATCHES), 220))
menu.add(MenuEntry(_("Playbooks"), "playbooks", frozenset(ROOM | {Role.SPOC}), 222))
