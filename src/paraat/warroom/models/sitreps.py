"""Situation reports: frozen when approved, superseded by the next, never recomputed. And the hand-over of a shift."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.kernel.marking import Tlp, Viewer
from paraat.platform.marked import MarkedModel
from paraat.warroom.models.rooms import InRoom, InRoomQuerySet, Room


class SituationReportQuerySet(InRoomQuerySet):
    """Situation reports."""

    def kept(self) -> Self:
        """Those that are frozen: they stay as they are, also when the next one supersedes them."""
        return self.filter(state__in=[SituationReport.State.FROZEN, SituationReport.State.SUPERSEDED])

    def readable_by(self, viewer: Viewer) -> Self:
        """What a viewer may read: a draft is the team's until a second person has approved it."""
        seen = self.visible_to(viewer)
        return seen if viewer.is_team else seen.kept()


class SituationReport(InRoom):
    """A numbered report of a room. Its content is lines with a TLP each; none stands above the report's own TLP."""

    class Version(models.TextChoices):
        TACTICAL = "tactical", _("Tactical")
        EXECUTIVE = "executive", _("Executive")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waits for a second person")
        FROZEN = "frozen", _("Frozen")
        SUPERSEDED = "superseded", _("Superseded")
        DISCARDED = "discarded", _("Discarded")

    room = models.ForeignKey(Room, models.PROTECT, related_name="sitreps")
    sequence = models.PositiveIntegerField(null=True)  # of the room and version, given when it is frozen
    version = models.CharField(max_length=10, choices=Version.choices, default=Version.TACTICAL)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    language = models.CharField(max_length=2, default="nl")
    content = models.JSONField(default=dict)  # sections of lines: see warroom/rules/sitrep.py
    left_out = models.PositiveIntegerField(default=0)  # lines above the report's TLP
    as_of = models.DateTimeField()
    made_at = models.DateTimeField()
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    author_label = models.CharField(max_length=200)
    edit = models.PositiveIntegerField(default=1)  # compare-and-set of edits
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    approved_label = models.CharField(max_length=200, blank=True)
    frozen_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the frozen content's canonical JSON
    pdf = models.CharField(max_length=200, blank=True)  # places in the content store
    docx = models.CharField(max_length=200, blank=True)
    next_at = models.DateTimeField(null=True)  # the next report
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="superseded_by")
    tlp = models.PositiveSmallIntegerField(default=Tlp.AMBER, choices=[(level.value, level.label) for level in Tlp])

    objects = SituationReportQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["room", "version", "sequence"],
                condition=models.Q(sequence__isnull=False),
                name="sitrep_number_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.room.number}/{self.sequence or '-'}"

    @property
    def is_kept(self) -> bool:
        """Whether it is frozen, superseded or not."""
        return self.state in (self.State.FROZEN, self.State.SUPERSEDED)


class Handover(MarkedModel):
    """What the next shift must know, as it was at that moment. Taken over by name; silence for 15 minutes pages the coordinator."""

    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_label = models.CharField(max_length=200)
    content = models.JSONField()  # silent constituents, claimed calls, clocks due within 12 h, open decisions
    remarks = models.TextField(blank=True)
    due_at = models.DateTimeField()  # taken over by then
    taken_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    taken_label = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField(null=True)
    paged_at = models.DateTimeField(null=True)
    tlp = models.PositiveSmallIntegerField(
        default=Tlp.AMBER_STRICT, choices=[(level.value, level.label) for level in Tlp]
    )

    class Meta:
        ordering = ["-made_at"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(taken_at=None, paged_at=None), name="handover_due")
        ]

    @property
    def organisation_id(self) -> None:
        """It is the team's."""
        return

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:  # noqa: ARG003  # whoever asks
        """No constituent: it speaks of all of them."""
        return models.Q(pk__in=[])
