"""What may be said now, approved by a second person; and what the press asked and was told."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp, Viewer
from paraat.warroom.models.rooms import InRoom, InRoomQuerySet, Room


class StatementQuerySet(InRoomQuerySet):
    """Statements."""

    def standing(self, now: datetime) -> Self:
        """What may be said at `now`: approved, not withdrawn, not expired. Time itself takes a statement off this list."""
        return self.filter(state=Statement.State.APPROVED, expires_at__gt=now)

    def readable_by(self, viewer: Viewer) -> Self:
        """What a viewer may read: the team all, others what was approved."""
        seen = self.visible_to(viewer)
        if viewer.is_team:
            return seen
        return seen.filter(state__in=[Statement.State.APPROVED, Statement.State.WITHDRAWN])


class Statement(InRoom):
    """A line for press and citizens in four languages. It quotes the competent authority, with a date, and expires."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waits for a second person")
        APPROVED = "approved", _("May be said")
        WITHDRAWN = "withdrawn", _("No longer to be said")

    room = models.ForeignKey(Room, models.PROTECT, related_name="statements")
    subject = models.CharField(max_length=200)
    text = models.JSONField(default=dict)  # per language; all four before approval
    authority = models.CharField(max_length=200)  # whom it quotes
    quoted_at = models.DateField()  # when that authority said so
    quote_source = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    author_label = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    approved_label = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=500, blank=True)
    tlp = models.PositiveSmallIntegerField(default=Tlp.GREEN, choices=[(level.value, level.label) for level in Tlp])

    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    edit = models.PositiveIntegerField(default=1)  # compare-and-set of edits

    objects = StatementQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["expires_at"], condition=models.Q(state="approved"), name="statement_standing")]

    def __str__(self) -> str:
        return self.subject

    def stands(self, now: datetime) -> bool:
        """Whether it may be said at `now`."""
        return self.state == self.State.APPROVED and self.expires_at > now


class PressCall(InRoom):
    """Who of the press called, what was asked, and which line was told."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="press_calls")
    medium = models.CharField(max_length=200)
    asked = models.TextField()
    at = models.DateTimeField()
    taken_by = models.CharField(max_length=200)
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="told_to")
    told = models.TextField(blank=True)  # what was said, when it was no statement
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]


class StatementText(models.Model):
    """The words of a statement at the moment of its approval: what was approved is what may be said."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    statement = models.OneToOneField(Statement, models.PROTECT, related_name="approved_text")
    text = models.JSONField()
    at = models.DateTimeField()
