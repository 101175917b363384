"""What reports, mails and requests for help hold on one person, to give and to forget (GDPR articles 15 and 17).

A person on file is found by contact and by the addresses of its channels. That an organisation reported, when and what, stays: the case needs it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from paraat.incidents.models import Correspondence, HelpRequest, Report
from paraat.kernel.actor import SYSTEM
from paraat.platform.actions import Subject, action, record
from paraat.registry.models import Contact, ContactChannel

ERASED = "erased"


def export_person(contact: UUID) -> dict[str, Any]:
    """The reports, mails and requests for help of a contact."""
    return {
        "reports": list(
            _reports(contact).values("id", "number", "reporter", "reachable_at", "text", "received_at", "verified_with")
        ),
        "mails": list(_mails(contact).values("id", "sender", "recipient", "subject", "text", "at")),
        "help_requests": list(_asked(contact).values("id", "asked_by", "reachable_at", "text", "asked_at")),
    }


@action
def erase_person(*, contact: UUID) -> int:
    """Forget who it was: names and addresses go, what happened stays. Returns how many rows."""
    rows: int = _reports(contact).update(reporter=ERASED, reachable_at="", contact=None, user=None)
    rows += _verified(contact).update(verified_with=ERASED)
    rows += _mails(contact).filter(inbound=True).update(sender=ERASED, text="", subject="")
    rows += _mails(contact).filter(inbound=False).update(recipient=ERASED)
    rows += _asked(contact).update(asked_by=ERASED, reachable_at="", contact=None)
    record("person.erased", by=SYSTEM, on=Subject("contact", str(contact), rows=rows))
    return rows


def _addresses(contact: UUID) -> list[str]:
    return list(ContactChannel.objects.filter(contact=contact).values_list("address", flat=True))


def _reports(contact: UUID) -> QuerySet[Any]:
    own = Q(contact=contact)
    for address in _addresses(contact):
        own |= Q(reachable_at__iexact=address) | Q(reporter__iexact=address)
    return Report.objects.filter(own)


def _verified(contact: UUID) -> QuerySet[Any]:
    """Reports of its organisation that name it as the one who was called."""
    person = Contact.objects.filter(pk=contact).values_list("organisation", "name").first()
    if person is None or not person[1]:
        return Report.objects.none()
    return Report.objects.filter(organisation=person[0], verified_with__contains=person[1])


def _mails(contact: UUID) -> QuerySet[Any]:
    own = Q(pk__in=[])
    for address in _addresses(contact):
        own |= Q(sender__iexact=address) | Q(recipient__iexact=address)
    return Correspondence.objects.filter(own)


def _asked(contact: UUID) -> QuerySet[Any]:
    return HelpRequest.objects.filter(contact=contact)
