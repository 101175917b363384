"""A drill: the real path in a throw-away tenant, with its times."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.cloud.models.backups import Backup
from paraat.cloud.models.tenants import Tenant
from paraat.platform.marked import MarkedModel
from paraat.registry.models import Organisation


class Drill(MarkedModel):
    """Total loss, start and restore into an empty store, proven by real clients. Times are moments; durations follow from them."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")

    number = models.CharField(max_length=14, unique=True)  # D2026-0001
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="drills")
    tenant = models.ForeignKey(Tenant, models.SET_NULL, null=True, related_name="drills")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    because = models.CharField(max_length=200, blank=True)  # schedule, by hand, exercise
    by = models.CharField(max_length=200)
    services = models.JSONField(default=list)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    healthy_at = models.DateTimeField(null=True)
    restored_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    bytes = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0)
    target_rto_minutes = models.PositiveIntegerField()
    claimed_rto_minutes = models.PositiveIntegerField(null=True)
    extrapolated_minutes = models.PositiveIntegerField(
        null=True
    )  # to the organisation's own size, from the measured MB/s
    driver = models.CharField(max_length=20, blank=True)
    backup = models.ForeignKey(Backup, models.SET_NULL, null=True, related_name="drills")  # what it restored
    sample = models.BooleanField(default=False)  # there was no backup: generated data was lost and restored
    same = models.BooleanField(null=True)  # hashes of every file equal those of the backup
    began_at = models.DateTimeField(null=True)  # its process began; the clock of the RTO is requested_at
    lost_at = models.DateTimeField(null=True)  # nothing of the tenant was left
    gone_at = models.DateTimeField(null=True)  # the throw-away tenant was destroyed, and proven so
    left = models.JSONField(default=list)  # what was still there after that
    proven = models.JSONField(default=dict)  # per service: what its client proved
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-requested_at"]
