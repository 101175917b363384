"""Notes that several people write at once: every saved text is kept, and a conflict shows both."""

from __future__ import annotations

from django.db import models

from paraat.accounts.models import User
from paraat.incidents.models.cases import Case, OfCase
from paraat.kernel.ids import uuid7


class Note(OfCase):
    """A page of notes of a case. Its text is that of its newest version that is no conflict."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    title = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=0)  # the number of the newest saved text; compare-and-set
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at"]


class NoteVersion(models.Model):
    """A saved text. `base` is the version that its writer had before him: not the newest one means a conflict, and both texts stay."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    note = models.ForeignKey(Note, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    base = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    merged = models.BooleanField(default=False)  # its lines and those that somebody saved meanwhile, joined by line
    conflict = models.BooleanField(default=False)  # written beside a newer one, waits for a person to join them
    joined_in = models.PositiveIntegerField(null=True)  # the version in which a person joined a conflict
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    author_label = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["note", "number"], name="note_version_once")]
