"""What alerts hold on one person, to give and to forget (GDPR articles 15 and 17). The journal keeps that something happened, not to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat

from paraat.alerts import ladders
from paraat.alerts.actions.calls import call_key, line_changed, put_on_call_list
from paraat.alerts.models import CallLine, Delivery, Inbound, Notice, Told
from paraat.kernel.actor import SYSTEM
from paraat.platform import facts, moment
from paraat.platform.actions import Subject, action, record
from paraat.registry.models import Contact

ERASED = "erased"
GONE = "the contact was erased"


def export_person(contact: UUID) -> dict[str, Any]:
    """Every message to a contact on file, every answer that came, and every notice that it acknowledged."""
    deliveries = Delivery.objects.filter(contact=contact)
    return {
        "deliveries": list(
            deliveries.values(
                "id", "purpose", "kind", "address", "subject", "body", "state", "created_at", "accepted_at"
            )
        ),
        "answers": list(
            Inbound.objects.filter(delivery__in=deliveries).values(
                "id", "kind", "verdict", "sender", "subject", "text", "at"
            )
        ),
        "acknowledged": list(
            _acknowledged(contact).values("id", "acknowledged_by", "acknowledged_at", "acknowledged_through")
        ),
        "calls": list(
            CallLine.objects.filter(contact=contact).values("id", "address", "spoke_to", "note", "since", "outcome")
        ),
    }


@action
def erase_person(*, contact: UUID) -> int:
    """Forget addresses, words and names of a contact; returns how many rows. That an organisation was told and acknowledged stays."""
    deliveries = Delivery.objects.filter(contact=contact)
    told = Told.objects.filter(delivery__in=deliveries)
    rows: int = Inbound.objects.filter(delivery__in=deliveries).update(sender=ERASED, subject="", text="")
    rows += _acknowledged(contact).update(acknowledged_by=ERASED)
    # each row keeps an address of its own: a notice is told an address once
    rows += told.update(address=Concat(Value("erased:"), Cast(F("pk"), CharField())))
    rows += CallLine.objects.filter(contact=contact).update(
        address=Concat(Value("erased:"), Cast(F("pk"), CharField())), spoke_to="", note=""
    )
    _phone_another(contact)
    rows += deliveries.exclude(state=Delivery.State.QUEUED).update(address=ERASED, body="", subject="", reference="")
    rows += deliveries.filter(state=Delivery.State.QUEUED).update(
        state=Delivery.State.CANCELLED, address=ERASED, body="", subject="", claim=None
    )
    record("person.erased", by=SYSTEM, on=Subject("contact", str(contact), rows=rows))
    return rows


def _phone_another(contact: UUID) -> None:
    """Nobody can phone an erased number: its open lines are closed, and what they were about is put on the list for somebody else."""
    now = moment.now()
    for line in CallLine.objects.open().filter(contact=contact).select_for_update(of=("self",)).order_by("pk"):
        CallLine.objects.filter(pk=line.pk).update(closed_at=now, note=GONE)
        facts.announce(facts.Settled(call_key(line)))
        line_changed(line, "call.not_needed", SYSTEM, {"why": GONE})
        about = line.notices.select_related("alert", "organisation")
        notices = list(about if line.correction else about.filter(state=Notice.State.OPEN))
        others = _book_without(contact, {notice.organisation_id for notice in notices}, now)
        put_on_call_list(notices=notices, contacts=others, not_before={}, now=now, correction=line.correction)


def _book_without(contact: UUID, organisations: set[UUID], now: datetime) -> ladders.Book:
    book = ladders.book(organisations, now)
    people, providers = (
        {key: tuple(one for one in some if one.id != contact) for key, some in by_organisation.items()}
        for by_organisation in (book.people, book.providers)
    )
    return replace(book, people=people, providers=providers)


def _acknowledged(contact: UUID) -> Any:
    person = Contact.objects.filter(pk=contact).values_list("organisation", "name").first()
    if person is None:
        return Notice.objects.none()
    return Notice.objects.filter(organisation=person[0], acknowledged_by=person[1])
