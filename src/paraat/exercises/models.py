"""Exercises: a scenario with injects on a clock, and how long people took to answer each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.kernel.ids import uuid7
from paraat.platform.marked import MarkedModel, MarkedQuerySet
from paraat.registry.models import Organisation


class ExerciseQuerySet(MarkedQuerySet):
    """Exercises."""

    def running(self) -> Self:
        """Those whose clock moves."""
        return self.filter(state=Exercise.State.RUNNING)

    def going(self) -> Self:
        """Those that were started and not ended, also while the clock stands."""
        return self.filter(state__in=[Exercise.State.RUNNING, Exercise.State.PAUSED])


class Exercise(MarkedModel):
    """A scenario that is played. Everything that it makes is marked as an exercise and never leaves the house."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Runs")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    number = models.CharField(max_length=14, unique=True)  # X2026-0002
    scenario = models.CharField(max_length=60)  # key of exercises/scenarios/
    scenario_version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    speed = models.PositiveIntegerField(default=1)  # minutes of the scenario in a minute
    language = models.CharField(max_length=2, default="nl")  # of what the scenario says to the team
    participants = models.ManyToManyField(Organisation, related_name="exercises")
    parts = models.JSONField(default=dict)  # which organisation plays which part of the scenario: {"city": id}
    leader = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")  # sees what is still to come
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    started_at = models.DateTimeField(null=True)
    clock_at = models.DateTimeField(null=True)  # when the clock last started to move ...
    clock_minutes = models.FloatField(default=0)  # ... and where in the scenario it then stood
    ended_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)  # frozen at the end, see rules/report.py; documents are made from it

    objects = ExerciseQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=models.Q(exercise=True), name="exercise_is_one")]

    @property
    def organisation_id(self) -> None:
        """It is several organisations'; `concerns` says whose."""
        return

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """Whoever takes part."""
        taking = cls.participants.through.objects.filter(organisation__in=list(organisations))
        return models.Q(pk__in=taking.values("exercise"))


class InjectQuerySet(models.QuerySet[Any]):
    """Injects."""

    def due(self, now: datetime) -> Self:
        """Their moment has come and they were not played."""
        return self.waiting().filter(due_at__lte=now, exercise__state=Exercise.State.RUNNING)

    def waiting(self) -> Self:
        """Neither played nor skipped, in the order in which they come."""
        return self.filter(played_at=None, skipped_at=None).order_by("due_at", "minute", "key")


class Inject(models.Model):
    """Something that the scenario brings in, at a minute of its clock. `due_at` follows the clock: it moves when the clock pauses."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exercise = models.ForeignKey(Exercise, models.CASCADE, related_name="injects")
    key = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)  # a file of exercises/injects/
    minute = models.FloatField()
    title = models.JSONField()  # per language
    part = models.CharField(max_length=40, blank=True)  # whom it is about: a key of the exercise's parts
    asked = models.JSONField(default=list)  # parts that should answer, each for itself; none: whoever does it
    payload = models.JSONField(default=dict)
    expects = models.CharField(
        max_length=40, blank=True
    )  # a verb of the journal: report.accepted, notice.acknowledged ...
    within_minutes = models.FloatField(null=True)  # of the scenario
    due_at = models.DateTimeField(null=True)
    played_at = models.DateTimeField(null=True)
    played_minute = models.FloatField(null=True)  # of the scenario: answers are measured from here
    played_by = models.CharField(max_length=200, blank=True)  # who brought it forward; blank: the clock
    skipped_at = models.DateTimeField(null=True)
    skipped_by = models.CharField(max_length=200, blank=True)
    skipped_because = models.CharField(max_length=300, blank=True)
    failed = models.CharField(max_length=500, blank=True)
    made = models.JSONField(default=dict)  # what it brought about: {"report": id}

    objects = InjectQuerySet.as_manager()

    class Meta:
        ordering = ["minute", "key"]
        constraints = [models.UniqueConstraint(fields=["exercise", "key"], name="inject_once")]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(played_at=None, skipped_at=None), name="inject_due"
            )  # asked every few seconds
        ]


class Response(models.Model):
    """That somebody did what an inject asks for, and after how many minutes of the scenario."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    inject = models.ForeignKey(Inject, models.CASCADE, related_name="responses")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    what = models.CharField(max_length=40)
    by = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    minutes = models.FloatField()  # of the scenario, since the inject

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["inject", "organisation", "what"], nulls_distinct=False, name="response_once"
            )
        ]
