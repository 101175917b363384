"""What lessons have on a person (GDPR articles 15 and 17): who answered one, or said that it was read, by a link or by an account of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from paraat.accounts.models import Membership
from paraat.kernel.actor import SYSTEM
from paraat.platform.actions import Subject, action, record
from paraat.readiness.models import LessonAnswer, LessonProvider


def export_person(contact: UUID) -> dict[str, Any]:
    """The answers that this person gave, and what it read for a service provider."""
    whose = _actors(contact)
    given = LessonAnswer.objects.filter(answered_by_id__in=whose)
    read = LessonProvider.objects.filter(acknowledged_by_id__in=whose)
    return {
        "answered": list(given.values("lesson__number", "state", "because", "answered_at", "answered_by")),
        "read": list(read.values("lesson__number", "acknowledged_at", "acknowledged_by")),
    }


@action
def erase_person(*, contact: UUID) -> int:
    """Take this person's name out of every answer; how many rows. What was answered stays: it is the organisation's."""
    whose = _actors(contact)
    changed = LessonAnswer.objects.filter(answered_by_id__in=whose).update(answered_by="", answered_by_id=None)
    changed += LessonProvider.objects.filter(acknowledged_by_id__in=whose).update(
        acknowledged_by="", acknowledged_by_id=None
    )
    if changed:
        record("lesson.person", by=SYSTEM, on=Subject("contact", str(contact)), detail={"rows": changed})
    return changed


def _actors(contact: UUID) -> set[UUID]:
    """The contact itself, and the accounts that it holds."""
    return {contact, *Membership.objects.filter(contact=contact).values_list("user", flat=True)}
