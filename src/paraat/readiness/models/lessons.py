"""Lessons: what one victim learnt, told to all others and their service providers, and what each of them did with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.alerts.models import Alert
from paraat.exercises.models import Exercise
from paraat.incidents.models import Case, Report
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import WATCHES, Tlp, Viewer
from paraat.platform.marked import MarkedModel, MarkedQuerySet
from paraat.readiness.models.frameworks import Control
from paraat.readiness.models.marks import Theirs, TheirsQuerySet
from paraat.registry.models import Organisation


class LessonQuerySet(MarkedQuerySet):
    """Lessons."""

    def visible_to(self, viewer: Viewer) -> Self:
        """What the marking grants; a draft, in which somebody may still be recognised, is the team's and auditors' alone, whatever its TLP."""
        seen = super().visible_to(viewer)
        return seen if viewer.has(*WATCHES) else seen.exclude(state=Lesson.State.DRAFT)


class Lesson(MarkedModel):
    """What happened (nobody recognisable in it), what to do, how urgent, and whom it concerns."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RELEASED = "released", _("Released")
        CLOSED = "closed", _("Closed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Urgency(models.IntegerChoices):
        CALM = 1, _("Within three months")
        SOON = 2, _("Within two weeks")
        NOW = 3, _("Within three days")

    tlp = models.PositiveSmallIntegerField(default=Tlp.GREEN, choices=[(one.value, one.label) for one in Tlp])
    number = models.CharField(max_length=14, unique=True)  # L2026-0003
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    title = models.JSONField(default=dict)  # per language
    happened = models.JSONField(default=dict)  # per language
    advice = models.JSONField(default=dict)  # what to do, per language
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.SOON)
    audience = models.JSONField(
        default=dict
    )  # as an announcement's: {"all": true}, {"supplier": id} ..., and {"technology": words}
    tells_source = models.BooleanField(default=False)  # the victim that it was learnt from is told too
    indicators = models.JSONField(
        default=list
    )  # [{"type": "domain", "value": ...}]: then also "looked and (not) found"
    case = models.ForeignKey(
        Case, models.SET_NULL, null=True, related_name="lessons"
    )  # the team's to know, never a recipient's
    played = models.ForeignKey(Exercise, models.SET_NULL, null=True, related_name="lessons")
    alert = models.ForeignKey(Alert, models.SET_NULL, null=True, related_name="lessons")  # how it travelled
    control = models.ForeignKey(
        Control, models.SET_NULL, null=True, related_name="lessons"
    )  # the checklist item it became
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    cleared = models.JSONField(
        default=list
    )  # what gives the victim away and was left in: [{"word", "because", "by", "at"}]
    approved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")  # the second person
    approved_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=200, blank=True)
    due_on = models.DateField(null=True)  # by when an answer is wanted
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=500, blank=True)
    corrects = models.ForeignKey("self", models.SET_NULL, null=True, related_name="corrections")

    objects = LessonQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.number

    @property
    def organisation_id(self) -> None:
        """It concerns several; `concerns` says whom."""
        return

    @property
    def is_going(self) -> bool:
        """Whether answers are wanted."""
        return self.state == self.State.RELEASED

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """Whoever was asked to answer it, or to pass it on to customers; never a draft."""
        asked = LessonAnswer.objects.filter(organisation__in=list(organisations), told=True).values("lesson")
        told = LessonProvider.objects.filter(provider__in=list(organisations)).values("lesson")
        return (models.Q(pk__in=asked) | models.Q(pk__in=told)) & ~models.Q(state=cls.State.DRAFT)


class LessonProvider(models.Model):
    """A service provider that was told, for the customers it looks after."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="providers")
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=200, blank=True)
    acknowledged_by_id = models.UUIDField(null=True)  # as in `LessonAnswer`

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "provider"], name="lesson_provider_once")]


class LessonAnswerQuerySet(TheirsQuerySet):
    """Answers to lessons."""

    def visible_to(self, viewer: Viewer) -> Self:
        """What the marking grants; and a service provider that was told reads the rows of its customers that agreed that it reads along, as the
        agreement stands today."""
        seen = super().visible_to(viewer)
        if not viewer.clients or not viewer.own:
            return seen
        told = LessonProvider.objects.filter(provider__in=list(viewer.own)).values("lesson")
        return seen | self.filter(organisation__in=list(viewer.clients), lesson__in=told)

    def told(self) -> Self:
        """Without the victim itself where it was left out: figures count who was told."""
        return self.filter(told=True)

    def silent(self) -> Self:
        """Those that wait for an answer."""
        return self.told().filter(state=LessonAnswer.State.OPEN, lesson__state=Lesson.State.RELEASED)


class LessonAnswer(Theirs):
    """What one constituent does with a lesson. Its provider may answer for it, and is named."""

    class State(models.TextChoices):
        OPEN = "open", _("No answer yet")
        DONE = "done", _("Done")
        PLANNED = "planned", _("Planned")
        NOT_APPLICABLE = "not_applicable", _("Does not apply")
        NEED_HELP = "need_help", _("Needs help")

    class Looked(models.TextChoices):
        NOT_YET = "not_yet", _("Not looked yet")
        NOT_FOUND = "not_found", _("Looked and not found")
        FOUND = "found", _("Found")
        COULD_NOT = "could_not", _("Could not look")

    CLOSES = frozenset({State.DONE, State.NOT_APPLICABLE})
    """The answers after which nothing is left to do."""

    authors = "provider"

    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="answers")
    told = models.BooleanField(default=True)  # False: the lesson was learnt from it, and nothing was sent to it
    provider = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, related_name="+"
    )  # who answered on its behalf; empty when it answered itself
    state = models.CharField(max_length=14, choices=State.choices, default=State.OPEN)
    because = models.CharField(max_length=500, blank=True)
    planned_on = models.DateField(null=True)
    looked = models.CharField(max_length=9, choices=Looked.choices, blank=True)  # blank: nothing to look for
    report = models.ForeignKey(Report, models.SET_NULL, null=True, related_name="+")  # what "found" opened
    acknowledged_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_by_id = models.UUIDField(null=True)  # the actor, so that a person can be found and erased
    closed_at = models.DateTimeField(null=True)  # when it became done, or found not to apply; empty again when reopened
    chase_at = models.DateTimeField(null=True)  # when it is chased next, while silent
    chased = models.PositiveSmallIntegerField(default=0)  # the rung that was climbed: rules.chasing.Rung

    objects = LessonAnswerQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """The constituent that was asked (a victim that was left out is not), and a provider that answered for it."""
        own = models.Q(organisation__in=list(organisations), told=True)
        return own | models.Q(provider__in=list(organisations))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "organisation"], name="lesson_answer_once")]
        indexes = [
            models.Index(fields=["chase_at"], condition=models.Q(chase_at__isnull=False), name="lesson_chase"),
            models.Index(fields=["lesson", "state"], name="lesson_answer_state"),
            models.Index(fields=["organisation", "state"], name="lesson_answer_of"),
        ]
