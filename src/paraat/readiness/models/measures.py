"""Measures: what a constituent will do, who, by when, at what cost, and the proof that another person looked at."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Self, cast
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Role, Viewer
from paraat.platform.marked import MarkedModel
from paraat.readiness.models.assessments import Answer
from paraat.readiness.models.findings import Finding
from paraat.readiness.models.lessons import Lesson
from paraat.readiness.models.marks import Theirs, TheirsQuerySet
from paraat.registry.models import Contact, Organisation, Supply


class SupplierMeasure(MarkedModel):
    """What one supplier must do for all its customers: tracked once, shown on the measure of each.

    The supplier and its customers read it; so nothing in it may name a customer.
    """

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
    first_promised_on = models.DateField(null=True)  # what was said first; a promise that moves is seen to move
    answer = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-asked_at"]

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """The supplier's own, those that a measure of one of `organisations` waits for, and what its suppliers of today were asked."""
        mine = list(organisations)
        waiting = Measure.objects.filter(organisation__in=mine, supplier__isnull=False).values("supplier")
        suppliers = (
            Supply.objects.as_of(cast("date", Now())).filter(customer__in=mine).values("supplier")
        )  # the database's day
        return models.Q(organisation__in=mine) | models.Q(pk__in=waiting) | models.Q(organisation__in=suppliers)


class MeasureQuerySet(TheirsQuerySet):
    """Measures."""

    def visible_to(self, viewer: Viewer) -> Self:
        """What `Theirs` grants; but auditors of the house read a measure that comes from a finding when they may read that finding."""
        seen = super().visible_to(viewer)
        if viewer.is_team or not viewer.has(Role.AUDITOR):
            return seen
        read = Finding.objects.visible_to(viewer).values("pk")
        early = Measure.findings.through.objects.exclude(finding__in=read).values("measure")
        return seen.exclude(pk__in=early)

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

    class Topic(models.TextChoices):
        """What it is about, in words that a council may read: its report says no more of a measure than this."""

        SIGNING_IN = "signing_in", _("Signing in safely")
        BACKUPS = "backups", _("Copies that can be put back")
        UPDATES = "updates", _("Keeping systems up to date")
        ACCESS = "access", _("Who may do what")
        NETWORK = "network", _("Keeping networks apart")
        WATCHING = "watching", _("Noticing an attack")
        OLD = "old", _("Replacing what is old")
        CONTINUITY = "continuity", _("Going on when systems fail")
        PEOPLE = "people", _("People and practice")
        SUPPLIERS = "suppliers", _("Suppliers")
        GOVERNANCE = "governance", _("Agreements and responsibilities")
        OTHER = "other", _("Other measures")

    class Delay(models.TextChoices):
        """Why it is late, as a council may read it."""

        MONEY = "money", _("There is no budget for it yet")
        PEOPLE = "people", _("There are not enough people to do it")
        SUPPLIER = "supplier", _("A supplier must do something first")
        ORDER = "order", _("Other measures went first")
        HARDER = "harder", _("It is more work than was thought")
        DECISION = "decision", _("A decision must be taken first")

    given_as = frozenset({Role.ASSESSOR})

    number = models.CharField(max_length=14, unique=True)  # M2026-0219
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    topic = models.CharField(max_length=10, choices=Topic.choices, default=Topic.OTHER)
    plain = models.CharField(max_length=300, blank=True)  # one sentence for the council, written to be read by anybody
    delay = models.CharField(max_length=8, choices=Delay.choices, blank=True)  # why it is late, for the council
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    owner = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")  # who does it
    owner_name = models.CharField(max_length=200, blank=True)  # where it is nobody on file: a function
    due_on = models.DateField(null=True)
    first_due_on = models.DateField(null=True)  # what was promised first
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True)  # euro, once
    cost_yearly = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    every = models.PositiveSmallIntegerField(null=True)  # months: it comes back when verified
    day = models.PositiveSmallIntegerField(
        null=True
    )  # of the month on which it comes back; 31 is the last of a short one
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
    muted_at = models.DateTimeField(null=True)  # its owner is not reminded; who stands above still is
    muted_because = models.CharField(max_length=500, blank=True)
    shown_at = models.DateTimeField(null=True)  # when it became visible to the team as long overdue
    version = models.PositiveIntegerField(default=0)  # two people change it: who saves an older one is told

    objects = MeasureQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["due_on", "created_at"]
        indexes = [models.Index(fields=["organisation", "state"], name="measure_of")]

    @classmethod
    def assigned(cls, user: UUID) -> models.Q:
        """Those from the audits of this external auditor, who may verify them."""
        audited = cls.objects.filter(
            models.Q(findings__assessment__auditor=user) | models.Q(answers__assessment__auditor=user)
        )
        return models.Q(pk__in=audited.values("pk"))


class MeasureChange(models.Model):
    """What happened to a measure; only ever added. The last one can be undone by who did it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    measure = models.ForeignKey(Measure, models.CASCADE, related_name="changes")
    deed = models.CharField(max_length=12)  # the verb of actions.measures: planned, begun, done, verified, refused ...
    state_was = models.CharField(max_length=8, blank=True)
    state_is = models.CharField(max_length=8)
    because = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(default=dict)  # {"due_on": ["2027-01-31", "2027-03-31"]}
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    by_id = models.UUIDField(null=True)
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-pk"]


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
    for_day = models.DateField()  # the due day that it speaks of: of each day everybody is told once
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "rung", "for_day"], name="measure_reminder_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(fired_at=None, cancelled_at=None), name="measure_remind")
        ]
