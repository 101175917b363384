"""Statutory clocks: duties with a time limit. Paraat computes and reminds; the organisation decides that a duty exists, and submits."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.incidents.models.cases import Case
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Viewer
from paraat.platform.marked import MarkedModel, MarkedQuerySet
from paraat.registry.models import Organisation


class OrganisationRegime(MarkedModel):
    """That an organisation is under a regime (a key of `incidents/regimes/`), who says so, and to whom it reports."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="regimes")
    regime = models.CharField(max_length=40)
    applies = models.BooleanField(default=True)
    recipient = models.CharField(max_length=200, blank=True)  # overrides the regime's: the VTC, the COC for police
    source = models.CharField(max_length=300)  # who says so, from which document
    since = models.DateField(null=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "regime"], name="organisation_regime_once")]


class ClockQuerySet(MarkedQuerySet):
    """Clocks."""

    def shown_to(self, viewer: Viewer) -> Self:
        """Those that a viewer may see, of cases that he may see: their forms are prefilled from the case."""
        seen = models.Q(case=None) | models.Q(case__in=Case.objects.visible_to(viewer).order_by())
        return self.visible_to(viewer).filter(seen)


class Clock(MarkedModel):
    """One duty of one organisation after one event. Its trigger is a recorded fact and never moves."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed: the organisation decides")
        RUNNING = "running", _("Runs")
        NO_DUTY = "no_duty", _("No duty, as the organisation decided")
        DONE = "done", _("Everything submitted")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="clocks")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="clocks")  # null: a change of contact data
    regime = models.CharField(max_length=40)
    regime_version = models.CharField(max_length=20)  # of the data file: a change in law does not move a running clock
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    because = models.CharField(max_length=500, blank=True)  # of a decision that there is no duty
    recipient = models.CharField(max_length=200, blank=True)
    recipient_confirmed_at = models.DateTimeField(null=True)
    recipient_confirmed_by = models.CharField(max_length=200, blank=True)  # the DPO
    changes = models.JSONField(default=list)  # [{"what", "at"}]: what changed, when it is no case
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)

    objects = ClockQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "regime"], condition=models.Q(case__isnull=False), name="clock_once_per_case"
            ),
            models.UniqueConstraint(  # changes are collected by the one that is open
                fields=["organisation", "regime"],
                condition=models.Q(case=None, state__in=["proposed", "running"]),
                name="clock_one_open_without_case",
            ),
        ]


class ClockFact(models.Model):
    """A fact that a step counts from ("aware", "notified"), when it was so and who says so. The first one is the trigger; the database keeps it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="facts")
    name = models.CharField(max_length=40)
    at = models.DateTimeField()
    said_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "name"], name="clock_fact_once")]


class StepQuerySet(MarkedQuerySet):
    """Steps."""

    def shown_to(self, viewer: Viewer) -> Self:
        """Those that a viewer may see, of cases that he may see."""
        seen = models.Q(clock__case=None) | models.Q(clock__case__in=Case.objects.visible_to(viewer).order_by())
        return self.visible_to(viewer).filter(seen)

    def open(self) -> Self:
        """Not submitted, of clocks that run or are proposed."""
        going_on = [Clock.State.PROPOSED, Clock.State.RUNNING]
        return self.filter(submitted_at=None, waived_at=None, clock__state__in=going_on)


class ClockStep(MarkedModel):
    """One submission of a clock, with its moment. `due_at` is null while the fact that it counts from is not known.

    Before the organisation has decided, `due_at` may rest on the earliest moment that we know of; once it rests on a recorded fact (`counted`)
    the database refuses to move it.
    """

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="steps")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)  # early-warning, notification, final-report ...
    article = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    counted = models.BooleanField(default=False)  # due_at rests on a recorded fact
    recipient = models.CharField(max_length=200, blank=True)  # when this step goes elsewhere than the clock's others
    form = models.JSONField(default=dict)  # the legally required content, as filled in
    form_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)  # the first submission; later ones move nothing
    submitted_by = models.CharField(max_length=200, blank=True)
    receipt = models.CharField(max_length=300, blank=True)
    waived_at = models.DateTimeField(null=True)  # this one need not be submitted
    waived_by = models.CharField(max_length=200, blank=True)
    waived_because = models.CharField(max_length=500, blank=True)

    objects = StepQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["clock", "position"]
        constraints = [models.UniqueConstraint(fields=["clock", "key"], name="clock_step_once")]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(submitted_at=None), name="clock_step_due")]


class ClockSubmission(models.Model):
    """Every submission of a step with its receipt; the form as it was submitted is kept, and re-submitting adds one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    step = models.ForeignKey(ClockStep, models.PROTECT, related_name="submissions")
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    receipt = models.CharField(max_length=300, blank=True)
    form = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["at"]


class ReminderQuerySet(models.QuerySet[Any]):
    """Reminders."""

    def overdue(self, now: Any) -> Self:
        """Due and not fired, in order; late is better than never."""
        return self.filter(fired_at=None, cancelled_at=None, due_at__lte=now).order_by("due_at", "pk")


class ClockReminder(models.Model):
    """A reminder at 50, 75 or 90 % of a step's time, when it is due, and when it is overdue. A row: it fires late rather than never, and once."""

    class Level(models.TextChoices):
        HALF = "50", _("Half of the time is over")
        THREE_QUARTERS = "75", _("Three quarters of the time are over")
        NEARLY = "90", _("Nine tenths of the time are over")
        DUE = "due", _("Due now")
        OVERDUE = "overdue", _("Overdue")

    class About(models.TextChoices):
        DECISION = "decision", _("Does a duty exist?")
        SUBMISSION = "submission", _("To be submitted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    step = models.ForeignKey(ClockStep, models.PROTECT, related_name="reminders")
    about = models.CharField(max_length=10, choices=About.choices, default=About.SUBMISSION)
    level = models.CharField(max_length=8, choices=Level.choices)
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)  # submitted before, or no duty

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "about", "level"], name="clock_reminder_once")]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(fired_at=None, cancelled_at=None),
                name="clock_reminder_due",
            )
        ]
