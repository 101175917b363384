"""Findings: something wrong with one constituent, told to its owner first; the house reads later, and nobody else ever."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Role, Tlp, Viewer
from paraat.readiness.models.engagements import Engagement, Tester
from paraat.readiness.models.marks import Theirs, TheirsQuerySet


class FindingQuerySet(TheirsQuerySet):
    """Findings. Two circles: who may read one whole (`visible_to`), and who may know that there is one and how bad it is (`known_to`)."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those that may be read whole: a draft by its author and the testers beside him; what was disclosed by its owner, by the team from
        `opens_at`, by auditors of the house from `audit_at`. Never by anybody else, whatever its TLP."""
        told = ~models.Q(state=Finding.State.DRAFT)
        seen = models.Q(pk__in=[])
        if viewer.own:
            seen |= told & models.Q(organisation__in=list(viewer.own))
        if viewer.is_team:
            seen |= told & models.Q(opens_at__lte=Now())
        if viewer.has(Role.AUDITOR):
            seen |= told & models.Q(audit_at__lte=Now(), tlp__lte=Tlp.AMBER_STRICT)
        if viewer.user is not None:
            seen |= Finding.given(viewer.user, tests=viewer.has(Role.TESTER), audits=viewer.has(Role.ASSESSOR))
        return self.filter(seen)

    def known_to(self, viewer: Viewer) -> Self:
        """Those besides of which the team knows the number, the owner, the state and how bad; nothing of what it is."""
        seen = self.visible_to(viewer)
        return seen | self.exclude(state=Finding.State.DRAFT) if viewer.is_team else seen

    def open(self) -> Self:
        """Told to the owner, and neither proven to be gone nor accepted."""
        return self.exclude(state__in=[Finding.State.DRAFT, Finding.State.RETESTED, Finding.State.ACCEPTED])


class Finding(Theirs):
    """Something that is wrong with one constituent, found by a test, an audit or a researcher. Disclosed to its owner first."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being written")
        DISCLOSED = "disclosed", _("Told to the owner")
        SEEN = "seen", _("The owner has seen it")
        FIXED = "fixed", _("Said to be fixed")
        RETESTED = "retested", _("Fixed, tested again")
        REOPENED = "reopened", _("Not fixed, tested again")
        ACCEPTED = "accepted", _("Risk accepted by the owner")

    class Origin(models.TextChoices):
        ENGAGEMENT = "engagement", _("Ethical hacking")
        AUDIT = "audit", _("Audit")
        RESEARCHER = "researcher", _("Researcher's disclosure")

    number = models.CharField(max_length=14, unique=True)  # F2026-0107
    origin = models.CharField(max_length=10, choices=Origin.choices)
    engagement = models.ForeignKey(Engagement, models.PROTECT, null=True, related_name="findings")
    assessment = models.ForeignKey("readiness.Assessment", models.PROTECT, null=True, related_name="findings")
    disclosure = models.ForeignKey("readiness.Disclosure", models.PROTECT, null=True, related_name="findings")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    title = models.CharField(max_length=200)
    target = models.CharField(max_length=300, blank=True)
    what = models.TextField(blank=True)
    reproduction = models.TextField(blank=True)
    advice = models.TextField(blank=True)
    vector = models.CharField(max_length=300, blank=True)  # CVSS:4.0/...
    score = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    pattern = models.CharField(max_length=40, blank=True)  # its kind, for anonymous patterns: a CWE id
    control = models.ForeignKey("readiness.Control", models.SET_NULL, null=True, related_name="findings")
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    disclosed_at = models.DateTimeField(null=True)
    opens_at = models.DateTimeField(null=True)  # from when the team reads it: when the owner saw it, at the latest then
    audit_at = models.DateTimeField(null=True)  # from when auditors of the house do
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=200, blank=True)
    fixed_at = models.DateTimeField(null=True)
    fixed_by = models.CharField(max_length=200, blank=True)
    fixed_how = models.CharField(max_length=500, blank=True)
    retested_at = models.DateTimeField(null=True)
    retested_by = models.CharField(max_length=200, blank=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=200, blank=True)
    accepted_because = models.CharField(max_length=500, blank=True)

    objects = FindingQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["organisation", "state"], name="finding_of"),
            models.Index(fields=["pattern"], name="finding_pattern"),
        ]

    @classmethod
    def given(cls, user: UUID, *, tests: bool, audits: bool) -> models.Q:
        """Those of engagements that this account tests, of audits that it carries out, each in that role only, and what it is writing down itself for
        a researcher."""
        found = models.Q(written_by=user, engagement=None, assessment=None)
        if tests:
            found |= models.Q(engagement__in=Tester.objects.working(user).values("engagement"))
        return found | models.Q(assessment__auditor=user) if audits else found


class FindingEvidence(models.Model):
    """A file that shows a finding, under its digest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="evidence")
    name = models.CharField(max_length=255)
    file = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, default="")
    size = models.BigIntegerField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["added_at"]


class Retest(models.Model):
    """Somebody tried again whether it is gone; whether that was who found it stands beside. Only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="retests")
    gone = models.BooleanField()
    note = models.TextField(blank=True)
    same_person = models.BooleanField()  # the one who found it
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at"]
