"""Evidence: files under their SHA-256, encrypted, and who handled them when and why."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.incidents.models.cases import Case, OfCase
from paraat.incidents.models.reports import Report
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp


class Evidence(OfCase):
    """A file as somebody handed it over. Its content is never opened, run or shown by Paraat."""

    class State(models.TextChoices):
        WHOLE = "whole", _("Whole")
        DAMAGED = "damaged", _("Damaged: it no longer has the digest that it came with")
        MISSING = "missing", _("Missing from the store")
        DESTROYED = "destroyed", _("Destroyed, as decided")

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    report = models.ForeignKey(Report, models.PROTECT, null=True, related_name="evidence")
    number = models.CharField(max_length=14, unique=True)  # E2022-0031
    name = models.CharField(max_length=255)  # as it was called; shown, never used as a path
    description = models.CharField(max_length=500, blank=True)
    sha256 = models.CharField(max_length=64)  # of the plain content, on its way in
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=120, blank=True)  # as the sender says
    place = models.CharField(max_length=300)  # in the store; the store knows where that is
    store = models.CharField(max_length=10, default="disk")  # disk or s3
    source = models.CharField(max_length=300, blank=True)  # where it was taken from
    taken_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WHOLE)
    verified_at = models.DateTimeField()
    tlp = models.PositiveSmallIntegerField(
        default=Tlp.AMBER_STRICT, choices=[(level.value, level.label) for level in Tlp]
    )

    class Meta:
        ordering = ["received_at"]
        indexes = [
            models.Index(fields=["verified_at"], name="evidence_verify"),
            models.Index(fields=["sha256"], name="evidence_digest"),
        ]


class Custody(models.Model):
    """One link of the chain of custody: who handled it, when, what and why. The database refuses changing or removing it."""

    class Deed(models.TextChoices):
        RECEIVED = "received", _("Received")
        VIEWED = "viewed", _("Looked up")
        DOWNLOADED = "downloaded", _("Downloaded")
        VERIFIED = "verified", _("Verified")
        HANDED_OVER = "handed_over", _("Handed over")
        DESTROYED = "destroyed", _("Destroyed")
        MOVED = "moved", _("Moved to another case")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="custody")
    deed = models.CharField(max_length=12, choices=Deed.choices)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    why = models.CharField(max_length=500, blank=True)
    to = models.CharField(max_length=200, blank=True)  # of a handing over
    sha256 = models.CharField(max_length=64, blank=True)  # as computed then

    class Meta:
        ordering = ["at", "pk"]
