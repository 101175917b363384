"""What we think of a case and cannot know: hypotheses with what speaks for and against them, never facts."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.incidents.models.cases import Case
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.platform.marked import MarkedModel


class Hypothesis(MarkedModel):
    """A dated assessment over one or more cases ("the same actor"), with a confidence. Hypotheses of one question compete, side by side."""

    class Confidence(models.TextChoices):
        LOW = "low", _("Low")
        MODERATE = "moderate", _("Moderate")
        HIGH = "high", _("High")

    class State(models.TextChoices):
        HELD = "held", _("Held")
        REFUTED = "refuted", _("Refuted")
        CONFIRMED = "confirmed", _("Confirmed")

    question = models.CharField(
        max_length=200
    )  # "Same actor in Antwerp and Diest?": those with the same question compete
    statement = models.CharField(max_length=300)
    confidence = models.CharField(max_length=10, choices=Confidence.choices, default=Confidence.LOW)
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    cases = models.ManyToManyField(Case, related_name="hypotheses")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    assessed_at = models.DateTimeField()  # the date of the confidence
    assessed_by = models.CharField(max_length=200)
    tlp = models.PositiveSmallIntegerField(
        default=Tlp.AMBER_STRICT, choices=[(level.value, level.label) for level in Tlp]
    )

    class Meta:
        ordering = ["question", "-assessed_at"]

    @property
    def organisation_id(self) -> None:
        """It joins several victims: it is the team's, and no victim reads it."""
        return

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:  # noqa: ARG003  # the base's signature
        """Nobody outside the room."""
        return models.Q(pk__in=[])


class HypothesisPoint(models.Model):
    """Something that speaks for or against a hypothesis. Append-only by habit: a wrong point is answered by another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hypothesis = models.ForeignKey(Hypothesis, models.PROTECT, related_name="points")
    speaks_for = models.BooleanField()
    text = models.CharField(max_length=500)
    indicator = models.UUIDField(null=True)  # the shared indicator that it rests on
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering = ["at"]


class HypothesisAssessment(models.Model):
    """Every confidence that was ever given, with its date: what we thought when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hypothesis = models.ForeignKey(Hypothesis, models.PROTECT, related_name="assessments")
    confidence = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    because = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering = ["at"]
