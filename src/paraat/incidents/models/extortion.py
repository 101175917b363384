"""What an actor claims, who decided what about paying, and which data got out: kept apart from what is confirmed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.incidents.models.cases import Case, OfCase
from paraat.kernel.ids import uuid7
from paraat.registry.models import Organisation


class ActorClaim(OfCase):
    """What somebody claims to have done or taken. A claim stays a claim, whatever is confirmed beside it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="claims")
    actor = models.CharField(max_length=120)
    claim = models.TextField()
    where = models.CharField(max_length=300, blank=True)  # a leak site or a note; never a link that can be clicked
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    volume_bytes = models.BigIntegerField(null=True)  # how much data, as claimed
    publishes_at = models.DateTimeField(null=True)  # the countdown
    reminded_at = models.DateTimeField(null=True)  # the officer was paged, 24 hours before
    passed_at = models.DateTimeField(null=True)  # and again at the moment itself
    published_at = models.DateTimeField(null=True)
    confirmed = models.TextField(blank=True)  # what of it we know to be so, and from what
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=200, blank=True)
    seen_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["publishes_at", "seen_at"]
        indexes = [
            models.Index(
                fields=["publishes_at"],
                condition=models.Q(passed_at=None, published_at=None),
                name="claim_countdown",
            )
        ]


class RansomDecision(OfCase):
    """Who decided what about a demand, and on which advice. Append-only: a new decision replaces, it does not overwrite."""

    class Decision(models.TextChoices):
        NOT_PAY = "not_pay", _("Do not pay")
        NO_CONTACT = "no_contact", _("No contact with the actor")
        CONTACT = "contact", _("Contact without paying")
        PAY = "pay", _("Pay")
        POSTPONED = "postponed", _("Not yet decided")

    case = models.ForeignKey(Case, models.PROTECT, related_name="ransom_decisions")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    decided_by = models.CharField(max_length=200)  # the organ: the college of mayor and aldermen
    decided_at = models.DateTimeField()
    advice = models.TextField(blank=True)  # whose advice, and what it said
    because = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-decided_at"]


class Exposure(OfCase):
    """Data that got out or may have: which, whose, and whom else it concerns."""

    class Certainty(models.TextChoices):
        CLAIMED = "claimed", _("Claimed")
        SUSPECTED = "suspected", _("Suspected")
        CONFIRMED = "confirmed", _("Confirmed")

    case = models.ForeignKey(Case, models.PROTECT, related_name="exposures")
    what = models.CharField(max_length=300)
    categories = ArrayField(
        models.CharField(max_length=30), default=list
    )  # identity, health, financial, credentials ...
    people = models.PositiveIntegerField(null=True)  # whose: how many people, null: not known
    whose = models.CharField(max_length=300, blank=True)  # citizens, staff, another government
    certainty = models.CharField(max_length=10, choices=Certainty.choices, default=Certainty.SUSPECTED)
    found_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["found_at"]


class ExposureConcerns(models.Model):
    """Another organisation that the exposed data concerns, and when it was told."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exposure = models.ForeignKey(Exposure, models.PROTECT, related_name="concerned")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True)
    alert = models.UUIDField(null=True)  # the alert by which it was told
    told_through = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exposure", "organisation"], name="exposure_concerns_once")]


class ContagionAlert(models.Model):
    """That the customers of an involved supplier were to be warned, and by which announcement; it never names the victim."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="contagion_alerts")
    supplier = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    alert = models.UUIDField()  # the announcement
    number = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering = ["at"]
