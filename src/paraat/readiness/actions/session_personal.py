"""What sessions hold on one person, to give and to forget (GDPR articles 15 and 17): the names that an organisation wrote when it registered.

Feedback and questions carry no name; that an organisation came stays.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from paraat.kernel.actor import SYSTEM
from paraat.platform.actions import Subject, action, record
from paraat.readiness.models import Attendance
from paraat.registry.models import Contact


def export_person(contact: UUID) -> dict[str, Any]:
    """Every registration of the contact's organisation that names the contact."""
    return {
        "registrations": list(
            _naming(contact).values("session__number", "who", "state", "seats", "answered_at", "came")
        )
    }


@action
def erase_person(*, contact: UUID) -> int:
    """Forget who was written down, where the contact was among them; how many rows."""
    rows: int = _naming(contact).update(who="")
    record("person.erased", by=SYSTEM, on=Subject("contact", str(contact), rows=rows))
    return rows


def _naming(contact: UUID) -> QuerySet[Attendance]:
    person = Contact.objects.filter(pk=contact).first()
    if person is None or not person.name.strip():
        return Attendance.objects.none()
    found: QuerySet[Attendance] = Attendance.objects.filter(
        organisation=person.organisation_id, who__icontains=person.name.strip()
    )
    return found
