"""Indicators: what can be looked for elsewhere. Extracted by a machine, reviewed by a person."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.incidents.models.cases import Case
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.platform.marked import MarkedModel


class Indicator(MarkedModel):
    """A value that points at an attack. Nobody outside the room reads it until it is shared."""

    class Kind(models.TextChoices):
        IPV4 = "ipv4", _("IPv4 address")
        IPV6 = "ipv6", _("IPv6 address")
        HOST = "host", _("Host name")
        URL = "url", _("Web address")
        EMAIL = "email", _("Mail address")
        MD5 = "md5", _("MD5 digest")
        SHA1 = "sha1", _("SHA-1 digest")
        SHA256 = "sha256", _("SHA-256 digest")
        FILE_NAME = "file_name", _("File name")
        CVE = "cve", _("Vulnerability (CVE)")
        BITCOIN = "bitcoin", _("Bitcoin address")
        ONION = "onion", _("Onion service")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for review")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=1000)  # whole, never defanged: screens defang it
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    warning_lists = ArrayField(models.CharField(max_length=200), default=list)  # lists of harmless values that hold it
    reserved = models.BooleanField(default=False)  # a private, reserved or documentation address or name
    first_seen_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=200)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=200, blank=True)
    because = models.CharField(max_length=300, blank=True)
    tlp = models.PositiveSmallIntegerField(default=Tlp.AMBER, choices=[(level.value, level.label) for level in Tlp])

    class Meta:
        ordering = ["kind", "value"]
        constraints = [models.UniqueConstraint(fields=["kind", "value", "exercise"], name="indicator_once")]
        indexes = [models.Index(fields=["state", "proposed_at"], name="indicator_review")]

    @property
    def organisation_id(self) -> None:
        """It may be of several victims, and says nothing of any."""
        return

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:  # noqa: ARG003  # the base's signature
        """Nobody outside the room."""
        return models.Q(pk__in=[])


class IndicatorSighting(models.Model):
    """That an indicator was seen in a case, and where it was read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="sightings")
    case = models.ForeignKey(Case, models.PROTECT, related_name="sightings")
    where = models.CharField(max_length=300, blank=True)  # "report R2022-0012", "ransom note.txt, line 3"
    context = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["indicator", "case"], name="sighting_once")]
