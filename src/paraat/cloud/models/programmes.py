"""The programme: the money and the size that one period has for the emergency cloud."""

from __future__ import annotations

from django.db import models

from paraat.kernel.ids import uuid7


class Programme(models.Model):
    """One envelope for all tenants of a period. A commitment above it needs a person who says so by name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    envelope_cents = models.PositiveBigIntegerField()  # euro cents
    begins_on = models.DateField()
    ends_on = models.DateField(null=True)
    default_memory_mb = models.PositiveIntegerField(default=2048)
    default_cpu_millis = models.PositiveIntegerField(default=4000)
    default_disk_gb = models.PositiveIntegerField(default=50)
    default_cents_per_day = models.PositiveIntegerField(default=500)
    default_days = models.PositiveIntegerField(default=30)

    class Meta:
        ordering = ["-begins_on"]

    def __str__(self) -> str:
        return self.name
