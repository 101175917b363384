"""What assessments have on a person (GDPR articles 15 and 17): the name beside answers and files, under which a contact's account saved them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from paraat.accounts.models import User
from paraat.kernel.actor import SYSTEM
from paraat.platform.actions import Subject, action, record
from paraat.readiness.models import Answer, AnswerChange, AnswerEvidence, Assessment, CommonAnswer
from paraat.registry.models import Contact

_ON_ASSESSMENTS = ("opened_by", "submitted_by", "shared_by")


def export_person(contact: UUID) -> dict[str, Any]:
    """What a contact answered, changed and attached, by number and control."""
    organisation, names = _known(contact)
    saved = Answer.objects.filter(_theirs(organisation, "assessment"), saved_by__in=names)
    changed = AnswerChange.objects.filter(_theirs(organisation, "answer__assessment"), by__in=names)
    attached = AnswerEvidence.objects.filter(_theirs(organisation, "answer__assessment"), added_by__in=names)
    return {
        "answers": list(saved.values("assessment__number", "control__identifier", "saved_at")),
        "changed": list(changed.values("answer__assessment__number", "answer__control__identifier", "at")),
        "attached": list(attached.values("answer__assessment__number", "name", "added_at")),
    }


@action
def erase_person(*, contact: UUID) -> int:
    """Take a contact's name off everything in the assessments of its organisation, and those that it wrote for others; how many rows. What was
    answered stays."""
    organisation, names = _known(contact)
    done = Answer.objects.filter(_theirs(organisation, "assessment"), saved_by__in=names).update(saved_by="")
    done += CommonAnswer.objects.filter(author=organisation, saved_by__in=names).update(saved_by="")
    done += _from_history(organisation, names)
    files = AnswerEvidence.objects.filter(_theirs(organisation, "answer__assessment"))
    for name in ("added_by", "withdrawn_by"):
        done += files.filter(**{f"{name}__in": names}).update(**{name: ""})
    for name in _ON_ASSESSMENTS:
        own = Assessment.objects.filter(_theirs(organisation), **{f"{name}__in": names})
        done += own.update(**{name: ""})
    if done:
        on = Subject("contact", str(contact), rows=done)
        record("assessment.person", by=SYSTEM, on=on, organisation=organisation, detail={"rows": done})
    return done


def _theirs(organisation: UUID | None, assessment: str = "") -> Q:
    """In the assessments of an organisation, or in those that it wrote for others."""
    before = f"{assessment}__" if assessment else ""
    return Q(**{f"{before}organisation": organisation}) | Q(
        **{f"{before}author": organisation, f"{before}author__isnull": False}
    )


def _from_history(organisation: UUID | None, names: set[str]) -> int:
    """What answers were before also says who had saved them."""
    rows = AnswerChange.objects.filter(_theirs(organisation, "answer__assessment"))
    done = rows.filter(by__in=names).update(by="")
    older = list(rows.filter(was__saved_by__in=list(names)))
    for row in older:
        row.was = row.was | {"saved_by": ""}
    AnswerChange.objects.bulk_update(older, ["was"], batch_size=500)
    return done + len(older)


def _known(contact: UUID) -> tuple[UUID | None, set[str]]:
    """The organisation of a contact, and the names under which it saved: its own, and those of its accounts."""
    row = Contact.objects.filter(pk=contact).first()
    users = User.objects.filter(memberships__contact=contact).distinct()
    names = {str(one) for one in users} | ({row.name} if row and row.name else set())
    return (row.organisation_id if row else None), {name[:200] for name in names if name}
