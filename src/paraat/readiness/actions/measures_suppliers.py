"""What a supplier must do for all its customers: asked once, promised once, and seen on the measure of every customer that waits for it."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from paraat.alerts import happening, ladders
from paraat.incidents.actions.task_reminders import spoc_of
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import configuration, facts, moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.measures import change_of
from paraat.readiness.actions.measures_reminders import owner_of
from paraat.readiness.models import Measure, SupplierMeasure
from paraat.readiness.rules import measures as rules
from paraat.registry.models import Contact, Organisation, Supply

State = SupplierMeasure.State


@action
def ask_supplier(
    *, supplier: Organisation, title: str, by: Actor, text: str = "", exercise: bool = False
) -> SupplierMeasure:
    """Ask a supplier for something, on behalf of all its customers; its contact is told. The supplier and every customer that waits read these
    words, so they name no customer. Invalid without a title, or for an organisation that supplies nobody."""
    if not title.strip():
        raise Invalid("Write what is to be done", field="title")
    if not Supply.objects.filter(supplier=supplier).exists():
        raise Invalid("This organisation supplies nobody", field="supplier")
    now = moment.now()
    row: SupplierMeasure = SupplierMeasure.objects.create(
        organisation=supplier, title=title.strip()[:200], text=text.strip(), asked_at=now, changed_at=now,
        changed_by=by.label[:200], exercise=exercise,
    )  # fmt: skip
    record("supplier_measure.asked", by=by, on=row, organisation=supplier.pk, detail={"title": row.title})
    _tell_supplier(row)
    return row


@action
def answer_supplier_measure(
    *, row: SupplierMeasure, version: int, state: str, by: Actor, promised_on: date | None = None, answer: str = ""
) -> SupplierMeasure:
    """Write what the supplier promises, did or refuses; every owner whose measure waits for it is told, once per answer.

    Conflict when somebody wrote since `version`; Invalid for a promise without a day, or a refusal without a reason.
    """
    if state not in State.values:
        raise Invalid("There is no such choice", field="state")
    if state == State.PROMISED and promised_on is None:
        raise Invalid("Give the day of the promise", field="promised_on")
    if state == State.REFUSED and not answer.strip():
        raise Invalid("Say why", field="answer")
    first = row.first_promised_on or promised_on
    fields = {"state": state, "promised_on": promised_on, "first_promised_on": first, "answer": answer.strip()[:500]}
    changed = SupplierMeasure.objects.filter(pk=row.pk, version=version).update(
        **fields, version=version + 1, changed_at=moment.now(), changed_by=by.label[:200]
    )
    if changed != 1:
        raise Conflict("Somebody else answered this meanwhile; nothing was written")
    row.refresh_from_db()
    detail = {"state": state, "promised_on": str(promised_on or ""), "answer": row.answer}
    record("supplier_measure.answered", by=by, on=row, organisation=row.organisation_id, detail=detail)
    _tell_customers(row)
    return row


@action
def wait_for_supplier(*, measure: Measure, supplier: SupplierMeasure, by: Actor) -> None:
    """Let a measure wait for a supplier. The supplier reads from now on that this organisation waits, and until when; nothing else of the measure.

    Invalid when that supplier does not supply this organisation today, or when reality and exercise would be mixed; Conflict when it has ended.
    """
    if not suppliers_of(measure.organisation).filter(pk=supplier.organisation_id).exists():
        raise Invalid("This supplier does not supply this organisation", field="supplier")
    if supplier.exercise != measure.exercise:
        raise Invalid("Reality and an exercise do not mix", measure=measure.number)
    _hang(measure, supplier, by)


@action
def stop_waiting_for_supplier(*, measure: Measure, by: Actor) -> None:
    """Let a measure wait for its supplier no longer."""
    _hang(measure, None, by)


@action
def want_supplier(*, measure: Measure, supplier: Organisation, by: Actor) -> None:
    """Say that a supplier must do something first: the team decides what it asks, for all customers at once. Invalid as `wait_for_supplier`."""
    if not suppliers_of(measure.organisation).filter(pk=supplier.pk).exists():
        raise Invalid("This supplier does not supply this organisation", field="supplier")
    record(
        "measure.supplier_wanted",
        by=by,
        on=measure,
        organisation=measure.organisation_id,
        detail={"number": measure.number},
    )
    with happening.for_officers():
        values = {"number": measure.number, "name": measure.organisation.name, "supplier": supplier.name}
        said = _("%(name)s: measure %(number)s needs %(supplier)s to do something first") % values
    url = f"{reverse('supplier_measure_new')}?supplier={supplier.pk}&measure={measure.pk}"
    key = f"measure_supplier/{measure.pk}/{supplier.pk}"
    facts.announce(
        facts.Waits("measure", key, said, url, measure.organisation_id, urgent=False, exercise=measure.exercise)
    )


def suppliers_of(organisation: Organisation) -> QuerySet[Organisation]:
    """The suppliers of an organisation today."""
    held = Supply.objects.as_of(moment.today()).filter(customer=organisation).values("supplier")
    found: QuerySet[Organisation] = Organisation.objects.filter(pk__in=held)
    return found


def _hang(measure: Measure, supplier: SupplierMeasure | None, by: Actor) -> None:
    free = Measure.objects.filter(
        pk=measure.pk, supplier=measure.supplier_id, state__in=[*rules.OPEN, Measure.State.DONE]
    )
    if free.update(supplier=supplier) != 1:
        raise Conflict("Somebody else changed this measure meanwhile; nothing was written", measure=measure.number)
    measure.refresh_from_db()
    change_of(measure, "supplier", by, detail={"supplier": supplier.organisation.name if supplier else ""}).save(
        force_insert=True
    )
    record(
        "measure.supplier", by=by, on=measure, organisation=measure.organisation_id,
        detail={"number": measure.number, "supplier": str(supplier.pk) if supplier else ""},
    )  # fmt: skip
    if supplier is not None:
        facts.announce(facts.Settled(f"measure_supplier/{measure.pk}/{supplier.organisation_id}"))


def _tell_supplier(row: SupplierMeasure) -> None:
    others = Contact.objects.answering().as_of(moment.today()).filter(organisation=row.organisation_id)
    contact = spoc_of(row.organisation_id) or others.order_by("name").first()
    if contact is None:
        return
    with translation.override(ladders.written_languages(row.organisation, contact)[0]):
        subject = _("Your customers wait for something of you")
        where = configuration.public_url() + reverse("supplier_measure", args=[row.pk])
        body = _("Sign in to read what it is, and to say when it will be done:") + f"\n{where}\n"
    facts.announce(
        facts.Tells(f"supplier_measure/{row.pk}", contact.pk, "reminder", subject, body, exercise=row.exercise)
    )


def _tell_customers(row: SupplierMeasure) -> None:
    """One letter per owner; it names the supplier, which the owner knows, and no other customer."""
    now = moment.now()
    told = set()
    for one in row.measures.open().select_related("organisation", "owner__replaced_by").order_by("number"):
        contact = owner_of(one, now)
        if contact is None or contact.pk in told:
            continue
        told.add(contact.pk)
        with translation.override(ladders.written_languages(one.organisation, contact)[0]):
            values = {"number": one.number, "supplier": row.organisation.name}
            subject = _("Measure %(number)s: %(supplier)s has answered") % values
            where = configuration.public_url() + reverse("measure", args=[one.pk])
            body = _("Sign in to read what was promised:") + f"\n{where}\n"
        key = f"supplier_measure/{row.pk}/{row.version}/{contact.pk}"
        facts.announce(facts.Tells(key, contact.pk, "reminder", subject, body, exercise=row.exercise))
