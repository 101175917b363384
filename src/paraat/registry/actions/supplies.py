"""Who supplies what to whom, and whether the customer agreed that its supplier reads along."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation, Supply


@action
def add_supply(
    *, supplier: Organisation, customer: Organisation, what: str, by: Actor, consent: bool = False
) -> Supply:
    """Note that `supplier` supplies `what` to `customer`. Raises Conflict when that is on file already."""
    if supplier.pk == customer.pk:
        raise Invalid("An organisation does not supply itself")
    try:
        with transaction.atomic():
            made = Supply.objects.create(
                supplier=supplier, customer=customer, what=what.strip()[:200], consent=consent, source="by hand"
            )
    except IntegrityError as error:
        raise Conflict("This is on file already") from error
    detail = {"supplier": supplier.name, "what": made.what, "consent": consent}
    record("supply.add", by=by, on=made, organisation=customer.pk, detail=detail)
    return made


@action
def set_consent(*, supply: Supply, consent: bool, by: Actor) -> None:
    """The customer agrees (or no longer) that this supplier reads along. Raises Conflict when that is so already."""
    if Supply.objects.filter(pk=supply.pk, consent=not consent).update(consent=consent) != 1:
        raise Conflict()
    record("supply.consent", by=by, on=supply, organisation=supply.customer_id, detail={"consent": consent})
    supply.refresh_from_db()


@action
def end_supply(*, supply: Supply, on: date, by: Actor) -> None:
    """The relation holds until the day before `on`; consent ends with it."""
    if Supply.objects.filter(pk=supply.pk, valid_until=None).update(valid_until=on, consent=False) != 1:
        raise Conflict("This has ended already")
    record("supply.end", by=by, on=supply, organisation=supply.customer_id, detail={"on": on})
    supply.refresh_from_db()
