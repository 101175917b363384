"""The harmonised record as rows, what each was matched to and why, what is in doubt, and what could not be read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.platform.marked import MarkedModel, MarkedQuerySet
from paraat.registry.models import Organisation


class Certainty(models.TextChoices):
    """How sure a match is. "Could not tell" is a value of its own."""

    CERTAIN = "certain", _("Certain")
    CONCERNED = "concerned", _("Concerned through")
    PERHAPS = "perhaps", _("Perhaps")


class Observation(models.Model):
    """One row of one file, as it was read. Append-only. Written by COPY, so its key is a number from a sequence, not a UUID.

    It has no marking of its own: it is seen through the run that brought it (team and auditors) or the match that concerns an organisation.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.UUIDField()  # feeds.Run: above this app, so an opaque id
    row = models.BigIntegerField()
    offset = models.BigIntegerField(null=True)
    observed_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    feed_type = models.CharField(max_length=60)
    classification = models.CharField(max_length=60)  # RSIT id, availability/ddos
    severity = models.PositiveSmallIntegerField(null=True)
    host = models.CharField(max_length=255, null=True)  # noqa: DJ001  # could not tell is not empty
    ip = models.GenericIPAddressField(null=True)
    port = models.PositiveIntegerField(null=True)
    asn = models.BigIntegerField(null=True)
    email = models.CharField(max_length=254, null=True)  # noqa: DJ001
    prefix = models.PositiveSmallIntegerField(null=True)  # null: `ip` is one address; else the first of a network
    path = models.TextField(null=True)  # noqa: DJ001  # what of the host, begins with "/"
    tag = models.CharField(max_length=200, null=True)  # noqa: DJ001  # what the source says in a word: "rdp", "GET"
    raw = models.TextField(blank=True)
    derived_from = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["run", "row"], name="observation_run")]


class Match(models.Model):
    """An observation concerns an organisation, with the reason and the asset that explains it."""

    id = models.BigAutoField(primary_key=True)
    run = models.UUIDField()
    row = models.BigIntegerField()
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )  # checking the key would double the cost of a row; the register it came from was read in the same minute
    asset = models.UUIDField(null=True)  # not a key: an asset may be removed later, the reason stays
    reason = models.CharField(max_length=30)
    certainty = models.CharField(max_length=10, choices=Certainty.choices)

    class Meta:
        indexes = [
            models.Index(fields=["run", "row"], name="match_run"),
            models.Index(fields=["organisation", "run"], name="match_organisation"),
        ]


class FindingQuerySet(MarkedQuerySet):
    """Findings."""

    def open_perhaps(self) -> Self:
        """A "perhaps" that nobody has decided."""
        return self.filter(certainty=Certainty.PERHAPS, decision="")

    def telling(self) -> Self:
        """Those that an alert speaks of: certain, concerned through, or a "perhaps" that a person said yes to."""
        return self.exclude(certainty=Certainty.PERHAPS, decision__in=["", "no"])


class UnassignedQuerySet(MarkedQuerySet):
    """Hosts of interest that nobody owns."""

    def open(self) -> Self:
        """Nobody has dealt with them."""
        return self.filter(state=UnassignedHost.State.OPEN)


class Finding(MarkedModel):
    """What a run says of one organisation and one host (or address): many rows, one line. This is what people read and what alerts speak of."""

    run = models.UUIDField()
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="findings")
    target = models.CharField(max_length=300)  # host, or address when there is no host
    classification = models.CharField(max_length=60)
    severity = models.PositiveSmallIntegerField(default=0)
    certainty = models.CharField(max_length=10, choices=Certainty.choices)
    reason = models.CharField(max_length=30)
    because = models.CharField(max_length=300)  # the asset's value, in words people can check
    asset = models.UUIDField(null=True)
    rows = models.PositiveIntegerField(default=1)
    facts = models.JSONField(default=dict)  # {"ports": [443], "methods": ["GET"], "addresses": [...], "paths": [...]}
    listed_at = models.DateTimeField()
    decision = models.CharField(max_length=8, blank=True)  # of a perhaps: "yes", "no", "" open
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    objects = FindingQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-listed_at", "target"]
        constraints = [
            models.UniqueConstraint(fields=["run", "organisation", "target", "classification"], name="finding_once")
        ]
        indexes = [
            models.Index(
                fields=["listed_at"], condition=models.Q(certainty="perhaps", decision=""), name="finding_open"
            ),
            models.Index(fields=["organisation", "-listed_at"], name="finding_organisation"),
        ]


class UnassignedHost(MarkedModel):
    """A host of interest that nobody owns: to assign (which makes an asset), to hand over to another team, or to leave with a reason."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ASSIGNED = "assigned", _("Assigned")
        HANDED_OVER = "handed_over", _("Handed over")
        LEFT = "left", _("Left")

    organisation_field = "assigned_to_id"

    run = models.UUIDField()
    host = models.CharField(max_length=255)
    why = models.CharField(max_length=60)  # rules.vocabulary.Why
    hints = ArrayField(models.UUIDField(), default=list)  # organisations that its name makes one think of
    listed_at = models.DateTimeField()
    severity = models.PositiveSmallIntegerField(default=0)
    rows = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    assigned_to = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    handed_to = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    receipt = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    tlp = models.PositiveSmallIntegerField(default=Tlp.GREEN, choices=[(level.value, level.label) for level in Tlp])

    objects = UnassignedQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-listed_at", "host"]
        constraints = [models.UniqueConstraint(fields=["run", "host"], name="unassigned_once")]
        indexes = [models.Index(fields=["host"], name="unassigned_host")]


class QuarantineQuerySet(models.QuerySet[Any]):
    """Rows that could not be read."""

    def open(self) -> Self:
        """Not yet replayed or dropped."""
        return self.filter(state=QuarantinedRow.State.OPEN)

    def of_runs(self, runs: Collection[UUID]) -> Self:
        """Those of some runs."""
        return self.filter(run__in=list(runs))


class QuarantinedRow(models.Model):
    """A row that could not be read: file, row, field and reason; kept as it came, to be played again."""

    class State(models.TextChoices):
        OPEN = "open", _("To look at")
        REPLAYED = "replayed", _("Played again")
        DROPPED = "dropped", _("Dropped")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.UUIDField()
    file_name = models.CharField(max_length=255)
    row = models.BigIntegerField()
    offset = models.BigIntegerField(null=True)
    field = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300)
    raw = models.TextField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "row"]
        indexes = [
            models.Index(fields=["run", "row"], name="quarantine_run"),
            models.Index(fields=["-at"], condition=models.Q(state="open"), name="quarantine_open"),
        ]


__all__ = ["Certainty", "Finding", "Match", "Observation", "QuarantinedRow", "UnassignedHost"]
