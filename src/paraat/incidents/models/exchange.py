"""Cases that came from another installation: which file, which case there, and what its numbers were."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from paraat.incidents.models.cases import Case
from paraat.kernel.ids import uuid7


class CaseImport(models.Model):
    """A case file that was taken in. The same file, or the same case again, is recognised by it."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.OneToOneField(Case, models.PROTECT, related_name="imported")
    sha256 = models.CharField(max_length=64, unique=True)  # of the document
    origin = models.CharField(max_length=200)  # the team that exported it
    origin_number = models.CharField(max_length=14)  # of the case, there
    numbers = models.JSONField(default=dict)  # {"R2022-0012": "R2026-0003"}: there -> here
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
