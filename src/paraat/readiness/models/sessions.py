"""Sessions: information for all, workshops for some; who was asked, who came, what was said."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.alerts.models import Alert
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.platform.marked import MarkedModel
from paraat.readiness.models.lessons import Lesson
from paraat.readiness.models.marks import Theirs


class Session(MarkedModel):
    """One meeting, in a room or on a line."""

    class Kind(models.TextChoices):
        INFORMATION = "information", _("Information session")
        WORKSHOP = "workshop", _("Workshop")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        INVITED = "invited", _("Invited")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    tlp = models.PositiveSmallIntegerField(default=Tlp.GREEN, choices=[(one.value, one.label) for one in Tlp])
    number = models.CharField(max_length=14, unique=True)  # B2026-0001
    kind = models.CharField(max_length=11, choices=Kind.choices, default=Kind.INFORMATION)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    title = models.JSONField(default=dict)
    text = models.JSONField(default=dict)
    language = models.CharField(max_length=2, default="nl")  # spoken
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    link = models.URLField(max_length=500, blank=True)  # to join; only for who registered
    seats = models.PositiveIntegerField(null=True)
    audience = models.JSONField(default=dict)
    lesson = models.ForeignKey(Lesson, models.SET_NULL, null=True, related_name="sessions")
    alert = models.ForeignKey(Alert, models.SET_NULL, null=True, related_name="+")  # the invitation
    sequence = models.PositiveSmallIntegerField(default=0)  # of the calendar file, RFC 5545 section 3.8.7.4
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(null=True)
    invited_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)  # when somebody said that it was held
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-starts_at"]

    @property
    def organisation_id(self) -> None:
        """It is for several; `concerns` says whom."""
        return

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """Whoever was invited."""
        asked = Attendance.objects.filter(organisation__in=list(organisations)).values("session")
        return models.Q(pk__in=asked) & ~models.Q(state=cls.State.DRAFT)


class Attendance(Theirs):
    """An invited organisation: whether it comes, with how many, and whether it came."""

    class State(models.TextChoices):
        INVITED = "invited", _("No answer yet")
        COMING = "coming", _("Comes")
        WAITING = "waiting", _("On the waiting list")
        DECLINED = "declined", _("Does not come")

    session = models.ForeignKey(Session, models.CASCADE, related_name="attendances")
    state = models.CharField(max_length=8, choices=State.choices, default=State.INVITED)
    seats = models.PositiveSmallIntegerField(default=1)
    who = models.CharField(max_length=200, blank=True)  # functions or names, as they wrote
    answered_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)  # its place on the waiting list
    came = models.BooleanField(null=True)  # null: nobody said
    chased_at = models.DateTimeField(null=True)  # told that they were missed, with the material
    rating = models.PositiveSmallIntegerField(null=True)  # 1 to 5
    feedback = models.TextField(blank=True)
    feedback_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "organisation"], name="attendance_once")]


class SessionDue(models.Model):
    """What must be said at a moment: a reminder to who comes. Fired once; a session that moves gets another."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("Reminder")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="due")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.REMINDER)
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "kind", "due_at"], name="session_due_once")]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(fired_at=None), name="session_due")]


class SessionMaterial(models.Model):
    """Slides, a recording's address, a hand-out."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="material")
    name = models.CharField(max_length=255)
    file = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=500, blank=True)
    size = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at"]


class Question(models.Model):
    """Asked before, during or after; answered for all, without saying who asked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="questions")
    attendance = models.ForeignKey(
        Attendance, models.SET_NULL, null=True, related_name="questions"
    )  # the team's to know
    text = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    shown = models.BooleanField(default=False)

    class Meta:
        ordering = ["asked_at"]
