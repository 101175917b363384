"""Certificates of a public authority: ordered after a tenant is served, so that no start waits for somebody else's computer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from paraat.cloud.models.tenants import Tenant
from paraat.kernel.ids import uuid7


class PublicCertificateQuerySet(models.QuerySet[Any]):
    """Certificates of a public authority."""

    def due(self, now: datetime) -> Self:
        """To be ordered, renewed or tried again now."""
        return self.filter(due_at__lte=now)


class PublicCertificate(models.Model):
    """One for all names of a tenant. Until it is there, and when it ended, the entrance serves that of our own authority."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="certificate")
    names = ArrayField(models.CharField(max_length=253))
    due_at = models.DateTimeField()  # when it is ordered next; whoever orders moves it on first
    failures = models.PositiveSmallIntegerField(default=0)  # since it last succeeded
    error = models.CharField(max_length=500, blank=True)  # as the authority said it
    ordered_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    objects = PublicCertificateQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="certificate_due")]
