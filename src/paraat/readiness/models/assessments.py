"""Assessments: how far a constituent is, by itself, by its service provider, or by an external auditor; never mixed."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Role
from paraat.readiness.models.frameworks import Control, Edition
from paraat.readiness.models.marks import Theirs
from paraat.registry.models import Organisation


class Assessment(Theirs):
    """One measuring of one constituent against one edition."""

    class Kind(models.TextChoices):
        SELF = "self", _("Self-assessment")
        PROVIDER = "provider", _("By the service provider")
        EXTERNAL = "external", _("External audit")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SUBMITTED = "submitted", _("Submitted")
        CLOSED = "closed", _("Closed")

    authors = "author"
    given_as = frozenset({Role.ASSESSOR})

    number = models.CharField(max_length=14, unique=True)  # S2026-0012
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="assessments")
    level = models.CharField(max_length=20, blank=True)  # of the edition's levels; blank: all of it
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SELF)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    author = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+"
    )  # the provider, or the auditor's firm
    auditor = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+"
    )  # the external auditor, who sees this one
    previous = models.ForeignKey("self", models.SET_NULL, null=True, related_name="repeats")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    due_on = models.DateField(null=True)
    submitted_at = models.DateTimeField(null=True)  # null again while reopened: only what was submitted has a result
    submitted_by = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=500, blank=True)
    result = models.JSONField(
        default=dict
    )  # as it was when submitted: score, per function, key measures, what was left out
    earlier = models.JSONField(default=list)  # results that were frozen before it was reopened, each with the reason
    shared_at = models.DateTimeField(null=True)  # an audit: when its auditor was let see the constituent's own answers
    shared_by = models.CharField(max_length=200, blank=True)
    answered = models.PositiveIntegerField(default=0)  # of `asked`; kept with every answer
    asked = models.PositiveIntegerField(default=0)
    untestable = models.PositiveIntegerField(default=0)  # of `answered`: could not be tested, which is not "fine"
    errors = models.PositiveIntegerField(default=0)  # of `answered`: the test failed, which is not "fine" either

    class Meta:
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["organisation", "edition", "-opened_at"], name="assessment_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "edition", "kind", "author", "exercise"],
                condition=models.Q(state="open"),
                nulls_distinct=False,
                name="assessment_open_once",
            )
        ]

    @classmethod
    def assigned(cls, user: UUID) -> models.Q:
        """The audits of this external auditor."""
        return models.Q(auditor=user)


class Answer(models.Model):
    """What was found for one control. Result, status and score are three things; "could not be tested" is not "fine"."""

    class Status(models.TextChoices):
        OPEN = "open", _("Not answered yet")
        MET = "met", _("In place")
        PARTLY = "partly", _("Partly in place")
        NOT_MET = "not_met", _("Not in place")
        NOT_APPLICABLE = "not_applicable", _("Does not apply")
        NOT_TESTABLE = "not_testable", _("Could not be tested")
        ERROR = "error", _("The test failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="answers")
    control = models.ForeignKey(Control, models.PROTECT, related_name="answers")
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.OPEN)
    documentation = models.PositiveSmallIntegerField(null=True)  # maturity 1 to 5
    implementation = models.PositiveSmallIntegerField(null=True)
    explanation = models.TextField(blank=True)
    explained_until = models.DateField(null=True)  # an explanation grows old
    version = models.PositiveIntegerField(default=0)  # several people write: who saves an older one is told
    saved_at = models.DateTimeField(null=True)
    saved_by = models.CharField(max_length=200, blank=True)
    common = models.BooleanField(default=False)  # as its provider answered for all of its customers (`CommonAnswer`)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "control"], name="answer_once")]


class CommonAnswer(models.Model):
    """What a service provider answers for all of its customers at once; an answer that differs for one of them is an exception."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    author = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    control = models.ForeignKey(Control, models.CASCADE, related_name="+")
    status = models.CharField(max_length=14, choices=Answer.Status.choices, default=Answer.Status.OPEN)
    documentation = models.PositiveSmallIntegerField(null=True)
    implementation = models.PositiveSmallIntegerField(null=True)
    explanation = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "control"], name="common_answer_once")]


class AnswerChange(models.Model):
    """What an answer was before, and who changed it then; only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    answer = models.ForeignKey(Answer, models.CASCADE, related_name="changes")
    was = models.JSONField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at"]


class AnswerEvidence(models.Model):
    """A file that shows it, under its digest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    answer = models.ForeignKey(Answer, models.PROTECT, related_name="evidence")
    name = models.CharField(max_length=255)
    file = models.CharField(max_length=200)  # of platform.files, under its SHA-256
    size = models.BigIntegerField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["added_at"]


class AssessmentReminder(models.Model):
    """When somebody is reminded: before the due day, when it has passed, and when an explanation has grown old."""

    class Rung(models.TextChoices):
        DAYS_14 = "d14", _("Two weeks before")
        DAYS_3 = "d3", _("Three days before")
        OVERDUE = "overdue", _("Overdue")
        EXPIRED = "expired", _("An explanation has expired")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="reminders")
    rung = models.CharField(max_length=8, choices=Rung.choices)
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "rung", "due_at"], name="assessment_remind_once")]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(fired_at=None, cancelled_at=None), name="assessment_remind"
            )
        ]
