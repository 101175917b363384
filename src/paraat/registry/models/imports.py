"""Imports of registers: read, shown, confirmed or left; and the rows that could not be taken."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.kernel.ids import uuid7


class ImportRun(models.Model):
    """One import of a registry file: read (dry), its difference shown, then confirmed by a person or left."""

    class State(models.TextChoices):
        DRY = "dry", _("To confirm")
        DONE = "done", _("Imported")
        DROPPED = "dropped", _("Not imported")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    as_of = models.DateField()
    at = models.DateTimeField()
    by_label = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRY)
    rows = models.PositiveIntegerField(default=0)
    difference = models.JSONField(default=dict)  # {"new": [...], "changed": [...], "unchanged": n, "kept": [...]}
    columns = models.JSONField(default=dict)  # column as found -> field

    class Meta:
        ordering = ["-at"]


class ImportFault(models.Model):
    """A row of an import that could not be taken: named, kept, shown."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300)
    raw = models.JSONField(default=dict)

    class Meta:
        ordering = ["run", "row"]
        indexes = [GinIndex(fields=["raw"], name="import_fault_raw")]
