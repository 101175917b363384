"""What the tests of cases put on stage: a case, a report that waits, an officer as an actor."""

from __future__ import annotations

from typing import Any

from paraat.accounts.models import User
from paraat.incidents.actions.cases import open_case
from paraat.incidents.models import Case, Report
from paraat.kernel.actor import Actor, ActorKind
from paraat.platform import moment
from paraat.registry.models import Organisation
from tests import cast


def officer() -> Actor:
    """The duty officer, as who did it."""
    return person(cast.duty_officer())


def person(user: User) -> Actor:
    """An account, as who did it."""
    return Actor(ActorKind.USER, user.pk, user.name)


def case(town: Organisation | None = None, **fields: Any) -> Case:
    """A case of a town; Ronse's, of ransomware, if nobody says otherwise."""
    said = {
        "title": "Servers are encrypted",
        "classification": "malicious-code.infected-system",
        "severity": 4,
    } | fields
    return open_case(organisation=town or cast.ronse(), by=officer(), **said)


_numbers = iter(range(1, 10_000))


def report(town: Organisation | None = None, **fields: Any) -> Report:
    """A report that waits for triage, kept as it came by phone."""
    number = next(_numbers)
    said = {
        "through": "phone",
        "text": "All files have another name.\nThere is a note.",
        "received_at": moment.now(),
    } | fields
    return Report.objects.create(number=f"R1999-{number:04}", code=f"T{number}", organisation=town, **said)
