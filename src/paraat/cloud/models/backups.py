"""Backups of a tenant and what was restored from them or from the victim's own exports."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.cloud.models.tenants import OfTenant, Tenant
from paraat.kernel.ids import uuid7


class Repository(OfTenant):
    """Where one tenant's backups go, and the key that opens them: sealed here, on the team's side, never inside the tenant."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="repository")
    location = models.CharField(max_length=400)  # a folder, or any location that restic knows
    key = models.BinaryField()  # sealed
    made_at = models.DateTimeField()
    every_hours = models.PositiveIntegerField(default=6)  # 0: on demand only
    due_at = models.DateTimeField(null=True)  # the next backup; moved on when it is asked for
    check_due_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)  # what the last check or backup found wrong

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="cloud_backup_due")]


class Backup(OfTenant):
    """One snapshot in the tenant's own repository."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="backups")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    snapshot = models.CharField(max_length=64, blank=True)  # restic's id of the data
    manifest = models.CharField(
        max_length=64, blank=True
    )  # restic's id of paraat.json: written last, so that it proves a whole backup
    by = models.CharField(max_length=200, blank=True)
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
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="restores")
    backup = models.ForeignKey(Backup, models.PROTECT, null=True)
    source = models.CharField(max_length=400, blank=True)  # file name of an export that was taken in
    service = models.CharField(max_length=40, blank=True)  # that took it in
    account = models.CharField(max_length=60, blank=True)  # of the tenant, whose mail or calendar it is
    file = models.CharField(max_length=200, blank=True)  # the export in the content store, until it was taken in
    attempts = models.PositiveSmallIntegerField(default=0)
    taken = models.JSONField(default=dict)  # what a service said it took, and what it put aside and why
    kind = models.CharField(max_length=10, default="backup")  # backup, mbox, maildir, ics, vcf, files
    paths = models.JSONField(default=list)  # selective: these only
    because = models.TextField(blank=True)  # why this point in time is clean
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=200)
    bytes = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0)
    same = models.BooleanField(null=True)  # hashes equal those of the backup
    scanned = models.CharField(max_length=20, blank=True)  # clean, found, not scanned
    found = models.JSONField(default=list)  # what the scanner found and where it was put aside
    removed_at = models.DateTimeField(null=True)  # what was put aside went, some time after the tenant's end
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-began_at"]


class Export(OfTenant):
    """The exit of a tenant: everything in open formats, in one file that the victim receives."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="exports")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=200)
    file = models.CharField(max_length=400, blank=True)  # below PARAAT_HOME/cloud/exports
    bytes = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the file
    removed_at = models.DateTimeField(null=True)  # the file went, some time after the tenant's end
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-began_at"]
