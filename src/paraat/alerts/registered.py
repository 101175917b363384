"""What alerts subscribes to and registers with the platform."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from paraat.alerts import actions, checks
from paraat.alerts.actions import personal
from paraat.kernel.marking import Viewer
from paraat.platform import registrations
from paraat.platform.facts import Happened, ListRead, PerhapsDecided, Tells, subscribe
from paraat.platform.registrations import Check, PersonalData


@subscribe(ListRead)
def on_list_read(fact: ListRead) -> None:
    """A file was read: whom it concerns is told, or an officer is asked."""
    actions.raise_alert(run=fact)


@subscribe(PerhapsDecided)
def on_perhaps_decided(fact: PerhapsDecided) -> None:
    """A person decided that it does concern somebody."""
    actions.decided(fact)


@subscribe(Tells)
def on_tells(fact: Tells) -> None:
    """A lower app has something to tell a contact."""
    actions.tell_contact(told=fact)


@subscribe(Happened)
def on_happened(fact: Happened) -> None:
    """Outside systems that asked are told."""
    if actions.is_asked(fact.event):
        actions.note_event(fact=fact)


def _erase(contact: UUID) -> int:
    return personal.erase_person(contact=contact)


registrations.checks.add(Check("sending", checks.check_sending))
registrations.checks.add(Check("ladders", checks.check_ladders))
registrations.checks.add(Check("grab bag", checks.check_grabbag))
registrations.personal_data.add(PersonalData("alerts", personal.export_person, _erase))


def own_webhooks(viewer: Viewer, user: object) -> str | None:
    """The panel on one's account's page; its module is read when the page is shown, since views need the addresses."""
    from paraat.alerts.views.webhooks import panel

    return panel(viewer, user)


def of_run(viewer: Viewer, run: Any) -> str | None:
    """What became of a list, on its page."""
    from paraat.alerts.views import panels

    return panels.of_run(viewer, run)


def of_organisation(viewer: Viewer, organisation: Any) -> str | None:
    """What an organisation has been told, on its page."""
    from paraat.alerts.views import panels

    return panels.of_organisation(viewer, organisation)


registrations.panels.add(registrations.Panel("me", own_webhooks, "webhooks"))
registrations.panels.add(registrations.Panel("run", of_run, "alert"))
registrations.panels.add(registrations.Panel("organisation", of_organisation, "notices"))
