"""Measures as the tests need them."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from paraat.kernel.actor import Actor, ActorKind
from paraat.platform import moment
from paraat.readiness.actions.measures import plan_measure
from paraat.readiness.actions.measures_evidence import add_measure_evidence
from paraat.readiness.models import Finding, Measure, MeasureEvidence
from paraat.registry.models import Contact, Organisation, Supply
from tests import cast


def actor(user: Any) -> Actor:
    """Somebody who acts: an account, or a contact on file."""
    if isinstance(user, Contact):
        return Actor(ActorKind.CONTACT, user.pk, user.name)
    return Actor(ActorKind.USER, user.pk, str(user))


def officer() -> Actor:
    """The duty officer."""
    return actor(cast.duty_officer())


def spoc() -> Actor:
    """The SPOC of Ronse."""
    return actor(cast.spoc_user(cast.ronse()))


def deputy_user(organisation: Organisation | None = None) -> Any:
    """The account of the deputy of Ronse: the other person of the town."""
    town = organisation or cast.ronse()
    from paraat.kernel.marking import Role

    return cast.account(f"deputy.{town.nis}", f"Deputy, {town.name}", Role.SPOC, town, cast.contact(town, "deputy"))


def planned(organisation: Organisation | None = None, **more: Any) -> Measure:
    """A measure of Ronse with a due day in sixty days, of its SPOC."""
    town = organisation or cast.ronse()
    fields = {
        "title": "Sign in to the VPN with a second factor",
        "due_on": moment.today() + timedelta(days=60),
        "owner": Contact.objects.filter(organisation=town, role="spoc").first(),
        "by": officer(),
    }
    return plan_measure(organisation=town, **fields | more)


def proven(measure: Measure, content: bytes = b"a picture of the settings", by: Actor | None = None) -> MeasureEvidence:
    """A proof on it."""
    return add_measure_evidence(measure=measure, name="settings.png", stream=BytesIO(content), by=by or spoc())


def found(organisation: Organisation | None = None, number: int = 1, **more: Any) -> Finding:
    """A finding that was told to its owner."""
    fields = {
        "origin": "audit",
        "state": "disclosed",
        "title": "VPN without a second factor",
        "created_at": moment.now(),
    }
    return Finding.objects.create(
        number=f"F2026-{number:04d}", organisation=organisation or cast.ronse(), **fields | more
    )


def supplied() -> Organisation:
    """The supplier of Ronse and of Spiere-Helkijn."""
    firm = cast.provider()
    Supply.objects.filter(supplier=firm).update(valid_from=date(2020, 1, 1))
    return firm
