"""Ethical hacking: an engagement with its written authorisation, who tests, what was found; and what outside researchers report."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.incidents.models import Case
from paraat.kernel.ids import uuid7
from paraat.readiness.models.marks import Theirs
from paraat.readiness.models.programmes import Participation
from paraat.registry.models import Asset, Organisation


class Engagement(Theirs):
    """Testing one constituent, within what it authorised in writing and no further."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        AUTHORISED = "authorised", _("Authorised")
        GOING = "going", _("Testing")
        STOPPED = "stopped", _("Stopped")
        REPORTING = "reporting", _("Being reported")
        CLOSED = "closed", _("Closed")

    number = models.CharField(max_length=14, unique=True)  # H2026-0004
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    firm = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")  # the school or firm that tests
    participation = models.ForeignKey(Participation, models.SET_NULL, null=True, related_name="engagements")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    allowed = ArrayField(models.CharField(max_length=40), default=list)  # keys of rules/methods
    forbidden = ArrayField(models.CharField(max_length=40), default=list)
    social_engineering = models.BooleanField(default=False)  # only when the authorisation says so in words
    stop_phone = models.CharField(max_length=30, blank=True)
    rules = models.TextField(blank=True)  # hours, rates, what to leave alone
    signed_file = models.CharField(max_length=200, blank=True)  # the authorisation as it was signed, under its SHA-256
    signed_by = models.CharField(max_length=200, blank=True)  # name and function as on the paper
    signed_on = models.DateField(null=True)
    checked_by = models.CharField(max_length=200, blank=True)  # who of the team compared paper and scope
    created_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=200, blank=True)
    stopped_because = models.CharField(max_length=500, blank=True)
    report_file = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    @classmethod
    def assigned(cls, user: UUID) -> models.Q:
        """Those that this account tests."""
        return models.Q(pk__in=Tester.objects.filter(user=user, until=None).values("engagement"))


class InScope(models.Model):
    """An asset of the register, or a host or network as the authorisation names it, that may be tested."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="scope")
    asset = models.ForeignKey(Asset, models.PROTECT, null=True, related_name="+")
    value = models.CharField(max_length=300)  # as the register writes it
    excluded = models.BooleanField(default=False)  # named to be left alone


class Tester(models.Model):
    """An account that tests one engagement, and sees that one only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="testers")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    stop_seen_at = models.DateTimeField(null=True)  # when this tester confirmed the stop

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engagement", "user"], name="tester_once")]


class TargetCheck(models.Model):
    """What a tester asked before touching a target, and what was answered; only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="checks")
    target = models.CharField(max_length=300)
    allowed = models.BooleanField()
    because = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)


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
    vector = models.CharField(max_length=200, blank=True)  # CVSS:4.0/...
    score = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    pattern = models.CharField(max_length=40, blank=True)  # its kind, for anonymous patterns: a CWE id
    control = models.ForeignKey("readiness.Control", models.SET_NULL, null=True, related_name="findings")
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    disclosed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    fixed_at = models.DateTimeField(null=True)
    retested_at = models.DateTimeField(null=True)
    retested_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-created_at"]

    @classmethod
    def assigned(cls, user: UUID) -> models.Q:
        """Those of engagements that this account tests, and of audits that it carries out."""
        tested = Tester.objects.filter(user=user, until=None).values("engagement")
        return models.Q(engagement__in=tested) | models.Q(assessment__auditor=user)


class FindingEvidence(models.Model):
    """A file that shows a finding, under its digest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="evidence")
    name = models.CharField(max_length=255)
    file = models.CharField(max_length=200)
    size = models.BigIntegerField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)


class Disclosure(Theirs):
    """What an outside researcher reports: art. 23 of the Belgian NIS2 law gives 24 hours for the simple and 72 for the full report."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        PASSED_ON = "passed_on", _("Passed on to the owner")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")
        REFUSED = "refused", _("Not for us")

    organisation: Any = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+"
    )  # unknown until read
    number = models.CharField(max_length=14, unique=True)  # V2026-0002
    state = models.CharField(max_length=9, choices=State.choices, default=State.NEW)
    text = models.TextField()
    target = models.CharField(max_length=300, blank=True)
    researcher = models.CharField(max_length=200, blank=True)  # as they call themselves; may stay anonymous
    address = models.CharField(max_length=254, blank=True)  # where they want an answer
    code = models.CharField(max_length=64, unique=True)  # the way back to it, as a digest
    found_at = models.DateTimeField(null=True)  # when they discovered it: the clocks run from here
    simple_at = models.DateTimeField(null=True)  # the simple report came
    full_at = models.DateTimeField(null=True)  # the full report came
    simple_due_at = models.DateTimeField(null=True)
    full_due_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-received_at"]
