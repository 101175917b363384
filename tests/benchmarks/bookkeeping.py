"""What the database costs in a fan-out: notices made and sent off, ladders climbed, deliveries claimed, worded and their outcomes written.

Rows a second of processor time, of this process and its PostgreSQL backend together: `python -m tests.benchmarks.bookkeeping TOWNS`.
"""

# ruff: noqa: I001  # Django is set up before our apps are imported
from __future__ import annotations

import json
import sys

from tests.benchmarks.persisted import cost, fresh_database  # sets Django up

from paraat.alerts import actions, rendering
from paraat.alerts.actions import deliveries
from paraat.alerts.actions.deliveries import Kept
from paraat.alerts.models import Delivery, Notice
from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.platform.channels import Outcome, State
from paraat.registry.models import Contact, ContactChannel, Organisation

CONNECTIONS = 4
BATCH = 300


def put_region(towns: int) -> None:
    """Towns with a SPOC who can be mailed and sent an SMS."""
    now = moment.now()
    bodies = [Organisation(kind="municipality", name=f"Gemeente {place}", languages=["nl"]) for place in range(towns)]
    Organisation.objects.bulk_create(bodies, batch_size=5000)
    contacts = [
        Contact(organisation=one, role="spoc", name=f"SPOC, {one.name}", languages=["nl"], confirmed_at=now)
        for one in bodies
    ]
    Contact.objects.bulk_create(contacts, batch_size=5000)
    ways = [
        ContactChannel(contact=one, kind=kind, address=address, position=place, out_of_band=True)
        for number, one in enumerate(contacts)
        for place, (kind, address) in enumerate([("mail", f"spoc{number}@town.example"), ("sms", f"+4477{number:08d}")])
    ]
    ContactChannel.objects.bulk_create(ways, batch_size=5000)


def send_off() -> None:
    """An announcement to everybody: a notice each, and the first rung."""
    said = {"nl": "Werk de mailpoort bij"}
    alert = actions.draft_announcement(
        by=SYSTEM, author=None, sender=None, audience={"all": True}, title=said, text=said, severity=3, tlp=1, valid_until=None,
    )  # type: ignore[arg-type]  # fmt: skip
    type(alert).objects.filter(pk=alert.pk).update(approved_by=officer().pk)
    actions.send_announcement(alert=alert, by=SYSTEM)
    actions.climb_ladders()


def climb() -> None:
    """Nobody answers: everybody goes one rung further."""
    Notice.objects.update(step_due_at=moment.now())
    actions.climb_ladders()


def write_outcomes() -> None:
    """Claim and word every mail, and write that it was accepted, as a channel with four connections would have it."""
    while claim := deliveries.claim_deliveries(kind="mail", connections=CONNECTIONS, limit=BATCH, now=moment.now()):
        rows = list(rendering.with_notices(Delivery.objects.filter(claim=claim)).in_order())
        kept = {row.pk: Kept(rendering.outgoing(row), row.kind, None) for row in rows}
        for start in range(0, len(rows), CONNECTIONS):
            group = [Outcome(row.pk, State.ACCEPTED, "ok") for row in rows[start : start + CONNECTIONS]]
            deliveries.write_outcomes(claim=claim, outcomes=group, kept=kept.__getitem__, now=moment.now())
        deliveries.end_claim(claim=claim, now=moment.now())
        deliveries.let_go(claim)


def officer():  # type: ignore[no-untyped-def]
    """Somebody who approves."""
    from tests import cast

    return cast.coordinator()


def main(towns: int) -> None:
    """Print the figures as one line of JSON."""
    with fresh_database():
        put_region(towns)
        officer()
        works = {"notices": send_off, "outcomes": write_outcomes, "climbed": climb}
        print(json.dumps({name: towns / cost(work) for name, work in works.items()}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
