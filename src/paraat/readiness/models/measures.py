"""Measures: what a constituent will do, who, by when, at what cost, and the proof that another person looked at."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.kernel.ids import uuid7
from paraat.platform.marked import MarkedModel
from paraat.readiness.models.assessments import Answer
from paraat.readiness.models.engagements import Finding
from paraat.readiness.models.lessons import Lesson
from paraat.readiness.models.marks import Theirs, TheirsQuerySet
from paraat.registry.models import Contact, Organisation


class SupplierMeasure(MarkedModel):
    """What one supplier must do for all its customers: tracked once, shown on the measure of each."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        PROMISED = "promised", _("Promised")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")  # the supplier
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    promised_on = models.DateField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()


class MeasureQuerySet(TheirsQuerySet):
    """Measures."""

    def open(self) -> Self:
        """Still to be done."""
        return self.filter(state__in=[Measure.State.PLANNED, Measure.State.GOING])


class Measure(Theirs):
    """Something to do, from whatever asked for it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        GOING = "going", _("Being done")
        DONE = "done", _("Said to be done")
        VERIFIED = "verified", _("Verified")
        DROPPED = "dropped", _("Dropped")

    number = models.CharField(max_length=14, unique=True)  # M2026-0219
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    owner = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")  # who does it
    owner_name = models.CharField(max_length=200, blank=True)  # where it is nobody on file: a function
    due_on = models.DateField(null=True)
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True)  # euro, once
    cost_yearly = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    every = models.PositiveSmallIntegerField(null=True)  # months: it comes back when verified
    follows = models.OneToOneField("self", models.SET_NULL, null=True, related_name="next")
    supplier = models.ForeignKey(
        SupplierMeasure, models.SET_NULL, null=True, related_name="measures"
    )  # it waits for this
    findings = models.ManyToManyField(Finding, related_name="measures")
    answers = models.ManyToManyField(Answer, related_name="measures")
    lessons = models.ManyToManyField(Lesson, related_name="measures")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=200, blank=True)
    done_by_id = models.UUIDField(null=True)  # the actor, who may not verify
    verified_at = models.DateTimeField(null=True)
    verified_by = models.CharField(max_length=200, blank=True)
    ended_because = models.CharField(max_length=500, blank=True)
    shown_at = models.DateTimeField(null=True)  # when it became visible to the team as long overdue

    objects = MeasureQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["due_on", "created_at"]
        indexes = [models.Index(fields=["organisation", "state"], name="measure_of")]


class MeasureEvidence(models.Model):
    """A proof, under its digest; a newer one never replaces an older one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="evidence")
    revision = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=255)
    file = models.CharField(max_length=200)  # of platform.files, under its SHA-256
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["revision"]
        constraints = [models.UniqueConstraint(fields=["measure", "revision"], name="measure_evidence_once")]


class MeasureReminder(models.Model):
    """When somebody is reminded, and whom: the owner 30, 7 and 1 days before, then the head of administration, then the team."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    measure = models.ForeignKey(Measure, models.CASCADE, related_name="reminders")
    rung = models.CharField(max_length=10)  # d30, d7, d1, overdue, head, team
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "rung", "due_at"], name="measure_reminder_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(fired_at=None, cancelled_at=None), name="measure_remind")
        ]
