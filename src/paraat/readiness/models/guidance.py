"""Guidance that somebody publishes: shown where it matters, in versions of which the older ones stay readable."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from paraat.kernel.ids import uuid7


class RecommendationQuerySet(models.QuerySet[Any]):
    """Recommendations."""

    def current(self) -> Self:
        """The newest version of each that was not withdrawn: what is shown where it matters."""
        return self.filter(replaced_at=None, withdrawn_at=None)


class Recommendation(models.Model):
    """One version of a recommendation: whose it is, where it stands, and what it comes down to in our own words."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    title = models.JSONField(default=dict)  # per language
    summary = models.JSONField(default=dict)  # per language, our own words
    links = models.JSONField(default=dict)  # {"nl": "https://..."}: in the language in which it was written
    publisher = models.CharField(max_length=200)
    audiences = ArrayField(models.CharField(max_length=20), default=list)  # ict, head, citizen
    topics = ArrayField(
        models.CharField(max_length=40), default=list
    )  # where it is shown: alert:ddos, control:B03, measure, lesson
    published_on = models.DateField(null=True)
    checked_on = models.DateField(null=True)  # when somebody last saw that the link works and still says so
    checked_by = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    built_in = models.BooleanField(default=False)
    replaced_at = models.DateTimeField(null=True)  # a newer version came
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=500, blank=True)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        ordering = ["key", "-added_at"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="recommendation_once"),
            models.UniqueConstraint(fields=["key"], condition=models.Q(replaced_at=None), name="recommendation_newest"),
        ]
        indexes = [
            models.Index(
                fields=["key"], condition=models.Q(replaced_at=None, withdrawn_at=None), name="recommendation_now"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"
