"""Backups of a tenant and what was restored from them or from the victim's own exports."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.cloud.models.tenants import OfTenant, Tenant
from paraat.kernel.ids import uuid7


class Backup(OfTenant):
    """One snapshot in the tenant's own repository."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="backups")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    snapshot = models.CharField(max_length=64, blank=True)  # restic's id
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    bytes = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0)
    digest = models.CharField(
        max_length=64, blank=True
    )  # over path and hash of every file: what a restore is compared with
    because = models.CharField(max_length=200, blank=True)  # schedule, before the end, by hand
    checked_at = models.DateTimeField(null=True)  # `restic check` found it whole
    forgotten_at = models.DateTimeField(null=True)  # retention removed the snapshot
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-began_at"]


class Restore(OfTenant):
    """Something brought back: from a backup, or from the victim's own export."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="restores")
    backup = models.ForeignKey(Backup, models.PROTECT, null=True)
    source = models.CharField(max_length=400, blank=True)  # file name of an export that was taken in
    kind = models.CharField(max_length=10, default="backup")  # backup, mbox, maildir, ics, vcf, files
    paths = models.JSONField(default=list)  # selective: these only
    because = models.TextField(blank=True)  # why this point in time is clean
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=200)
    bytes = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0)
    same = models.BooleanField(null=True)  # hashes equal those of the backup
    scanned = models.CharField(max_length=20, blank=True)  # clean, found, not scanned
    found = models.JSONField(default=list)  # what the scanner found and where it was put aside
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-began_at"]
