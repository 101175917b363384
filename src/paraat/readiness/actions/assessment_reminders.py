"""Reminders of assessments: rows with a moment, fired late rather than never, each once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from paraat.alerts import happening
from paraat.incidents.actions.task_reminders import spoc_of
from paraat.kernel.actor import SYSTEM
from paraat.platform import configuration, facts, moment
from paraat.platform.actions import action, record
from paraat.readiness.models import Answer, Assessment, AssessmentReminder
from paraat.readiness.rules import assessments as rules
from paraat.registry.models import Contact

BATCH = 200
EXPIRED = AssessmentReminder.Rung.EXPIRED


def plan_reminders(rows: Iterable[Assessment], now: datetime) -> None:
    """In the caller's transaction: when to remind of each that has a due day. A moment that is planned already is not planned again."""
    AssessmentReminder.objects.bulk_create(
        [
            AssessmentReminder(assessment=row, rung=rung, due_at=at)
            for row in rows
            if row.due_on is not None
            for rung, at in rules.reminders(row.due_on, now, moment.ZONE).items()
        ],
        update_conflicts=True,
        unique_fields=["assessment", "rung", "due_at"],
        update_fields=["cancelled_at"],  # a day that was moved away and back counts again; one that fired stays fired
    )


def plan_expiry(assessment: UUID, until: date) -> None:
    """In the caller's transaction: remind when an explanation is old. Explanations that end on one day are one reminder."""
    due_at = rules.expires_at(until, moment.ZONE)
    row = AssessmentReminder(assessment_id=assessment, rung=EXPIRED, due_at=due_at)
    AssessmentReminder.objects.bulk_create([row], ignore_conflicts=True)


def cancel_reminders(assessment: Assessment, now: datetime, *, explanations: bool = False) -> None:
    """In the caller's transaction: what is due of it is not due any more; explanations grow old also after it was submitted."""
    rows = AssessmentReminder.objects.filter(assessment=assessment, fired_at=None, cancelled_at=None)
    (rows if explanations else rows.exclude(rung=EXPIRED)).update(cancelled_at=now)


def waiting_key(assessment: Assessment) -> str:
    """Under which an assessment waits for the team."""
    return f"assessment:{assessment.pk}"


@action
def fire_reminders(*, now: datetime | None = None) -> int:
    """Fire what is due; how many. Of several of one assessment that are late, people are told once, of the last. Twice at once tells nobody twice."""
    at = now or moment.now()
    due = AssessmentReminder.objects.filter(due_at__lte=at, fired_at=None, cancelled_at=None)
    locked = due.select_for_update(skip_locked=True, of=("self",)).select_related(
        "assessment__organisation", "assessment__author"
    )
    waiting = list(locked.order_by("due_at")[:BATCH])
    AssessmentReminder.objects.filter(pk__in=[one.pk for one in waiting]).update(fired_at=at)
    for one in {(one.assessment_id, one.rung == EXPIRED): one for one in waiting}.values():
        if _still_holds(one, at):
            _tell(one)
            owner = one.assessment
            detail = {"number": owner.number, "rung": one.rung}
            record("assessment.reminded", by=SYSTEM, on=owner, organisation=owner.organisation_id, detail=detail)
    return len(waiting)


def _still_holds(reminder: AssessmentReminder, at: datetime) -> bool:
    """Whether what it is about is still so: not submitted, or an explanation that nobody renewed."""
    owner = reminder.assessment
    if reminder.rung != EXPIRED:
        return bool(owner.state == Assessment.State.OPEN)
    old = Answer.objects.filter(assessment=owner, explained_until__lt=moment.day(at))
    return bool(owner.state != Assessment.State.CLOSED and old.exists())


def _tell(reminder: AssessmentReminder) -> None:
    """Whoever answers it: the SPOC of the organisation, of a provider's the provider's contact. Where nobody is on file, and of audits, the team."""
    owner = reminder.assessment
    contact = _contact(owner)
    if contact is not None:
        language = (contact.languages or owner.organisation.languages or ["nl"])[0]
        with translation.override(language):
            subject, body = words(reminder)
        key = f"assessment/{_what(owner)}/{reminder.rung}/{reminder.due_at:%Y%m%d}"
        facts.announce(facts.Tells(key, contact.pk, "reminder", subject, body, exercise=owner.exercise))
    if contact is None or reminder.rung == AssessmentReminder.Rung.OVERDUE:
        _wait(reminder)


def _what(owner: Assessment) -> str:
    """What a reminder is of: the assessment; of a provider's all that it answers on one page, so that it hears of 25 customers once."""
    together = owner.kind == Assessment.Kind.PROVIDER
    return f"{owner.author_id}/{owner.edition_id}/{owner.exercise}" if together else str(owner.pk)


def _address(owner: Assessment) -> str:
    if owner.kind == Assessment.Kind.PROVIDER:
        return reverse("assessments_together", args=[owner.author_id, owner.edition_id])
    return reverse("assessment", args=[owner.pk])


def _contact(owner: Assessment) -> Contact | None:
    if owner.kind == Assessment.Kind.SELF:
        return spoc_of(owner.organisation_id)
    if owner.kind == Assessment.Kind.PROVIDER and owner.author_id:
        answering = Contact.objects.answering().as_of(moment.today()).filter(organisation=owner.author_id)
        found: Contact | None = spoc_of(owner.author_id) or answering.order_by("role", "name").first()
        return found
    return None


def words(reminder: AssessmentReminder) -> tuple[str, str]:
    """Subject and text, in the active language; the number and no finding: a mailbox may be read by others."""
    owner = reminder.assessment
    values = {
        "number": owner.number,
        "due": owner.due_on.strftime("%d/%m/%Y") if owner.due_on else "",
        "answered": owner.answered,
        "asked": owner.asked,
        "url": configuration.public_url() + _address(owner),
    }
    if reminder.rung == EXPIRED:
        return (
            _("Assessment %(number)s: an explanation has expired") % values,
            _("Look whether it still holds, and say until when: %(url)s") % values,
        )
    if reminder.rung == AssessmentReminder.Rung.OVERDUE:
        subject = _("Assessment %(number)s was due on %(due)s") % values
    else:
        subject = _("Assessment %(number)s is due on %(due)s") % values
    return subject, _("%(answered)s of %(asked)s are answered. Go on here: %(url)s") % values


def _wait(reminder: AssessmentReminder) -> None:
    """On the team's list, as it is: an audit that is due in two weeks is not late."""
    owner = reminder.assessment
    values = {"number": owner.number, "name": owner.organisation.name}
    with happening.for_officers():
        if reminder.rung == AssessmentReminder.Rung.OVERDUE:
            summary = _("Assessment %(number)s of %(name)s is overdue") % values
        else:
            summary = f"{words(reminder)[0]} ({owner.organisation.name})"
    url = reverse("assessment", args=[owner.pk])
    key = waiting_key(owner)
    facts.announce(facts.Waits("assessment", key, summary, url, owner.organisation_id, urgent=False, exercise=owner.exercise))  # fmt: skip
