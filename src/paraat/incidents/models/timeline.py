"""What happened in a case, in the order in which it became known. Append-only: a correction is an entry of its own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.incidents.models.cases import Case, OfCase


class TimelineEntry(OfCase):
    """One thing that happened or was done. The database refuses changing or removing it."""

    class Kind(models.TextChoices):
        EVENT = "event", _("What happened")
        ACTION = "action", _("What was done")
        COMMUNICATION = "communication", _("Who was told")
        STATE = "state", _("State of the case")
        CORRECTION = "correction", _("Correction")

    case = models.ForeignKey(Case, models.PROTECT, related_name="timeline")
    kind = models.CharField(max_length=14, choices=Kind.choices, default=Kind.EVENT)
    text = models.TextField()
    happened_at = models.DateTimeField(null=True)  # null: not known
    known_at = models.DateTimeField()  # when we learnt of it
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    report = models.ForeignKey("Report", models.PROTECT, null=True, related_name="entries")  # that it was read in
    came_from = models.UUIDField(null=True)  # the case that it was taken over from by a merge or split

    class Meta:
        ordering = ["known_at", "recorded_at"]
        indexes = [models.Index(fields=["case", "known_at"], name="timeline_case")]
