"""What was prepared for an organisation before anything happened."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from paraat.kernel.ids import uuid7
from paraat.platform.marked import MarkedModel
from paraat.registry.models import Organisation


class Preparation(MarkedModel):
    """The emergency cloud of one organisation as it would start tonight. What it lacks is its readiness score (`rules.readiness`)."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="preparation")
    services = ArrayField(models.CharField(max_length=40), default=list)  # names of the catalog
    domain = models.CharField(max_length=200, blank=True)  # nood.<name>.be: needs the victim's own DNS
    label = models.CharField(max_length=40)  # <label>.<the team's own domain>, for when that DNS is lost too
    page = models.JSONField(default=dict)  # the emergency page: texts per language, phones, hours, states of services
    page_approved_at = models.DateTimeField(null=True)
    page_approved_by = models.CharField(max_length=200, blank=True)
    forms = ArrayField(models.CharField(max_length=60), default=list)
    counters = ArrayField(models.CharField(max_length=60), default=list)
    backup_location = models.CharField(max_length=400, blank=True)  # a restic location; empty: the team's
    data_mb = models.PositiveBigIntegerField(null=True)  # what it would have to restore, as it says itself
    claimed_rto_minutes = models.PositiveIntegerField(null=True)  # what it (or its provider) says that restoring takes
    target_rto_minutes = models.PositiveIntegerField(default=240)
    changed_at = models.DateTimeField()
    drill_every_days = models.PositiveIntegerField(default=0)  # 0: on demand only
    drill_due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["drill_due_at"], name="cloud_drill_due")]

    def __str__(self) -> str:
        return f"{self.organisation}: {', '.join(self.services)}"


class PreparedAccount(models.Model):
    """An account that will exist, named after a role (`crisis`, `mayor`), without any password yet."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    preparation = models.ForeignKey(Preparation, models.CASCADE, related_name="accounts")
    login = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=2, default="nl")

    class Meta:
        ordering = ["login"]
        constraints = [models.UniqueConstraint(fields=["preparation", "login"], name="cloud_account_login")]


class DnsCheck(models.Model):
    """What the domain name system said of the records that a preparation wants."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    preparation = models.ForeignKey(Preparation, models.CASCADE, related_name="dns_checks")
    at = models.DateTimeField()
    records = models.JSONField(default=list)  # [{"name", "type", "wanted", "found": [...], "right": true}]
    right = models.BooleanField()

    class Meta:
        ordering = ["-at"]
