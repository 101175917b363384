"""Personal data per person: exported, erased and let go in time, without breaking the journal (GDPR, articles 5, 15 and 17).

Whoever erases a contact erases it everywhere: every other app that registered as a holder of personal data is asked to forget it too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from paraat.kernel.actor import SYSTEM, Actor
from paraat.platform import configuration, moment
from paraat.platform.actions import action, record
from paraat.platform.models import JournalDetail, JournalEntry
from paraat.platform.registrations import personal_data
from paraat.registry.models import Contact, ImportFault, ImportRun, TestCall

ERASED = "erased"
HOLDER = "registry"
"""Under which name this app holds personal data."""
BATCH = 50
"""Contacts that are let go in one transaction."""


def export_person(contact_id: UUID) -> dict[str, Any]:
    """All that the registry has on one contact, as JSON-able values; empty when it is not on file."""
    contact = Contact.objects.filter(pk=contact_id).select_related("organisation", "replaced_by").first()
    if contact is None:
        return {}
    plain = ("role", "name", "languages", "night", "nominated_by", "source", "pgp_key", "smime_certificate")
    moments = (
        "invited_at",
        "called_at",
        "confirmed_at",
        "tested_at",
        "away_from",
        "away_until",
        "valid_from",
        "valid_until",
    )
    channels = contact.channels.values("kind", "address", "position", "confirmed_at", "pending_address")
    tests = TestCall.objects.filter(contact=contact).values("sent_at", "answered_at")
    return {
        "organisation": contact.organisation.name,
        **{name: getattr(contact, name) for name in plain},
        **{name: _iso(getattr(contact, name)) for name in moments},
        "channels": [{name: _iso(value) for name, value in row.items()} for row in channels],
        "tests": [{name: _iso(value) for name, value in row.items()} for row in tests],
        "journal": list(_entries(contact_id).values_list("verb", flat=True)),
    }


def erase_person(contact_id: UUID) -> int:
    """Erase what the registry has on one contact; how many rows were erased or emptied. Again: nothing more to do."""
    contact = Contact.objects.answering().filter(pk=contact_id).first()
    return erase_contact(contact=contact, by=SYSTEM) if contact else 0


@action
def erase_contact(*, contact: Contact, by: Actor) -> int:
    """Empty a contact, here and wherever else somebody holds something on it: no name, channel or key is left, in the journal only its opaque id.
    How many rows were touched."""
    now = moment.now()
    entries = list(_entries(contact.pk).values_list("pk", flat=True))
    touched = contact.channels.count()
    for holder in personal_data:
        if (
            holder.name != HOLDER
        ):  # the others first: they find what they hold by the name and the addresses that go below
            touched += holder.erase(contact.pk)
    contact.channels.all().delete()
    Contact.objects.filter(pk=contact.pk).update(
        name=ERASED,
        nominated_by="",
        pgp_key="",
        smime_certificate="",
        away_from=None,
        away_until=None,
        erased_at=now,
        valid_until=contact.valid_until or moment.day(now),
    )
    details = JournalDetail.objects.filter(pk__in=entries, erased_at=None)
    touched += details.update(detail=None, actor_label="", erased_at=now)
    record("contact.erase", by=by, on=contact, organisation=contact.organisation_id)
    contact.refresh_from_db()
    return touched + 1


@action
def let_go(*, by: Actor) -> int:
    """Erase contacts that ended longer ago than PARAAT_CONTACT_RETENTION days, and files of imports older than that; how many, at
    most BATCH contacts at once."""
    now = moment.now()
    before = now - timedelta(days=configuration.CONTACT_RETENTION.get())
    over = Contact.objects.answering().filter(valid_until__lte=moment.day(before))
    gone = [erase_contact(contact=contact, by=by) for contact in over[:BATCH]]
    old = ImportRun.objects.filter(at__lte=before).exclude(content=b"")
    ImportFault.objects.filter(run__in=old).update(raw={})
    return len(gone) + old.update(content=b"")


def _entries(contact_id: UUID) -> Any:
    """What the journal says about this contact, and what this contact did."""
    about = Q(object_type="contact", object_id=str(contact_id))
    return JournalEntry.objects.filter(about | Q(actor_id=contact_id)).order_by("at")


def _iso(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
