"""What the tests of tasks, notes, hypotheses, extortion and contagion put on stage."""

from __future__ import annotations

from typing import Any

from paraat.accounts.models import User
from paraat.incidents.actions.cases import open_case
from paraat.incidents.models import Case
from paraat.kernel.actor import Actor, ActorKind
from paraat.registry.models import Organisation
from tests import cast


def actor(user: User | None = None) -> Actor:
    """The duty officer, or this account, as an actor."""
    found = user or cast.duty_officer()
    return Actor(ActorKind.USER, found.pk, found.name)


def case(of: Organisation | None = None, **more: Any) -> Case:
    """A case at Ronse, of no class that a playbook fits unless one is named."""
    return open_case(organisation=of or cast.ronse(), title=more.pop("title", "Files are locked"), by=actor(), **more)


RANSOMWARE = "information-content-security.unauthorised-information-modification"
