"""Evidence: files under their SHA-256, encrypted, and who handled them when and why."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.incidents.models.cases import Case, OfCase
from paraat.incidents.models.reports import Report
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.platform.vault import Kept


class ContentQuerySet(models.QuerySet[Any]):
    """Contents."""

    def kept(self) -> Self:
        """Those that are in the vault, as far as we know."""
        return self.exclude(key="")


class Content(models.Model):
    """What lies in the vault: once per SHA-256, however many pieces of evidence it is. Without `key` nobody can read it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sha256 = models.CharField(max_length=64)  # of the plain content, on its way in
    size = models.BigIntegerField()
    store = models.CharField(max_length=10)  # disk or s3
    place = models.CharField(max_length=100, unique=True)  # in the store
    key = models.CharField(max_length=300, blank=True)  # the data key, wrapped by the field keys; blank: destroyed
    kept_at = models.DateTimeField()
    verified_at = models.DateTimeField()

    objects = ContentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256"], condition=~models.Q(key=""), name="content_once")]
        indexes = [models.Index(fields=["verified_at"], condition=~models.Q(key=""), name="content_verify")]

    @property
    def kept(self) -> Kept:
        """What the vault wants to know."""
        return Kept(self.sha256, self.size, self.store, self.place, self.key)


class Evidence(OfCase):
    """A file as somebody handed it over. Its content is never opened, run or shown by Paraat."""

    class State(models.TextChoices):
        WHOLE = "whole", _("Whole")
        DAMAGED = "damaged", _("Damaged: it no longer has the digest that it came with")
        MISSING = "missing", _("Missing from the store")
        ELSEWHERE = "elsewhere", _("Kept elsewhere: only its description came with the case")
        DESTROYED = "destroyed", _("Destroyed, as decided")

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    report = models.ForeignKey(Report, models.PROTECT, null=True, related_name="evidence")
    number = models.CharField(max_length=14, unique=True)  # E2022-0031
    name = models.CharField(max_length=255)  # as it was called; shown, never used as a path
    description = models.CharField(max_length=500, blank=True)
    sha256 = models.CharField(max_length=64)  # of the plain content, on its way in
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=120, blank=True)  # as the sender says
    content = models.ForeignKey(Content, models.PROTECT, null=True, related_name="evidence")
    source = models.CharField(max_length=300, blank=True)  # where it was taken from
    taken_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WHOLE)
    tlp = models.PositiveSmallIntegerField(
        default=Tlp.AMBER_STRICT, choices=[(level.value, level.label) for level in Tlp]
    )

    class Meta:
        ordering = ["received_at"]
        indexes = [models.Index(fields=["sha256"], name="evidence_digest")]

    @property
    def is_readable(self) -> bool:
        """Whether its content can be asked for."""
        return self.state in {Evidence.State.WHOLE, Evidence.State.DAMAGED, Evidence.State.MISSING}


class Custody(models.Model):
    """One link of the chain of custody: who handled it, when, what and why. The database refuses changing or removing it."""

    class Deed(models.TextChoices):
        RECEIVED = "received", _("Received")
        VIEWED = "viewed", _("Looked up")
        DOWNLOADED = "downloaded", _("Downloaded")
        VERIFIED = "verified", _("Verified")
        FAILED = "failed", _("Found damaged or missing")
        HANDED_OVER = "handed_over", _("Handed over")
        EXPORTED = "exported", _("Exported with its case")
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
