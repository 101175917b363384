"""Programmes: audits, ethical hacking, workshops and the like that the region pays for in part; who takes part, and the money."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.alerts.models import Alert
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.readiness.models.marks import Theirs


class Programme(models.Model):
    """Something offered to constituents, with its rules as data (`rules.cofunding.Rules`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=40, unique=True)  # audit, ethical-hacking
    title = models.JSONField(default=dict)  # per language
    about = models.JSONField(default=dict)  # per language: what it is, for whom
    rules = models.JSONField(
        default=dict
    )  # {"share": "2/3", "cap": "10000", "again": "1/2", "selection": "first-come" | "maturity"}; see `rules.cofunding`
    source = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["key"]


class Budget(models.Model):
    """What a programme may commit in one year, in euro. `committed` and `paid` are kept with every commitment, under the row's lock."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="budgets")
    year = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    committed = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    paid = models.DecimalField(max_digits=12, decimal_places=2, default=0)

    class Meta:
        ordering = ["programme", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "year"], name="budget_once"),
            models.CheckConstraint(condition=models.Q(committed__lte=models.F("amount")), name="budget_not_above"),
            models.CheckConstraint(condition=models.Q(paid__lte=models.F("committed")), name="budget_paid_committed"),
            models.CheckConstraint(condition=models.Q(paid__gte=0), name="budget_paid_positive"),
        ]


class Participation(Theirs):
    """A constituent in a programme: where it stands on the ladder, and what it has instead."""

    class State(models.TextChoices):
        GOING = "going", _("Takes part")
        WAITING = "waiting", _("On the waiting list")
        EQUIVALENT = "equivalent", _("Has its own equivalent")
        DECLINED = "declined", _("Does not take part now")
        SILENT = "silent", _("Called up, no answer")
        DONE = "done", _("Completed")
        ENDED = "ended", _("Withdrawn")

    tlp = models.PositiveSmallIntegerField(default=Tlp.AMBER, choices=[(one.value, one.label) for one in Tlp])
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="participations")
    turn = models.PositiveSmallIntegerField(default=1)  # 2: an extra audit
    state = models.CharField(max_length=10, choices=State.choices, default=State.SILENT)
    state_at = models.DateTimeField()
    because = models.CharField(max_length=500, blank=True)
    equivalent = models.CharField(max_length=300, blank=True)  # what it has of its own
    equivalent_until = models.DateField(null=True)  # asked again after that day
    step = models.CharField(max_length=12, blank=True)  # the furthest of `Step`
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)  # of the offer, as said at sign-up
    needs = models.DecimalField(max_digits=12, decimal_places=2, null=True)  # what is set aside for it at sign-up
    maturity = models.DecimalField(
        max_digits=5, decimal_places=2, null=True
    )  # when it signed up; of `rules.cofunding.in_order`
    waiting_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "organisation", "turn", "exercise"], name="participation_once")
        ]
        indexes = [models.Index(fields=["programme", "state"], name="participation_state")]


class Step(models.Model):
    """A rung that was reached, on a day, as somebody said or a file gave it. History as given: earlier rungs are not made up."""

    class Name(models.TextChoices):
        INVITED = "invited", _("Invited")
        SIGNED_UP = "signed-up", _("Signed up")
        ORDERED = "ordered", _("Ordered")
        CARRIED_OUT = "carried-out", _("Carried out")
        REPORT = "report", _("Report received")
        INVOICED = "invoiced", _("Invoiced")
        PAID = "paid", _("Paid")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    participation = models.ForeignKey(Participation, models.CASCADE, related_name="steps")
    name = models.CharField(max_length=12, choices=Name.choices)
    on = models.DateField()
    source = models.CharField(max_length=300, blank=True)  # the file that gave it; empty: recorded here
    row = models.PositiveIntegerField(null=True)  # of that file
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)  # recorded by mistake: kept, and counted nowhere
    undone_by = models.CharField(max_length=200, blank=True)
    undone_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["on", "recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "name"], condition=models.Q(undone_at=None), name="step_once"
            )
        ]
        indexes = [models.Index(fields=["name", "on"], name="step_as_of")]


class Commitment(models.Model):
    """Money promised to one participation out of one year's budget, then paid or released."""

    class State(models.TextChoices):
        PROMISED = "promised", _("Promised")
        PAID = "paid", _("Paid")
        RELEASED = "released", _("Released")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    participation = models.ForeignKey(Participation, models.PROTECT, related_name="commitments")
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="commitments")
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)  # of the offer or invoice, VAT included
    amount = models.DecimalField(max_digits=12, decimal_places=2)  # our part, by the rules; when paid: what was paid
    reckoned = models.JSONField(default=dict)  # how the rules came to it
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROMISED)
    at = models.DateTimeField()
    paid_on = models.DateField(null=True)
    released_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=500, blank=True)  # of a release

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation"], condition=~models.Q(state="released"), name="commitment_once"
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="commitment_positive"),
        ]


class ProgrammeAnswer(models.Model):
    """What a constituent answered to the offer of a programme, each time: the figures of a past day need the answers of that day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    participation = models.ForeignKey(Participation, models.CASCADE, related_name="answers")
    kind = models.CharField(max_length=10, choices=Participation.State.choices)  # going, equivalent, declined, ended
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    because = models.CharField(max_length=500, blank=True)
    equivalent = models.CharField(max_length=300, blank=True)
    until = models.DateField(null=True)

    class Meta:
        ordering = ["at"]


class ProgrammePaper(models.Model):
    """An order, a report, an invoice, a proof of payment, the evidence of an equivalent."""

    class Kind(models.TextChoices):
        EVIDENCE = "evidence", _("Evidence of the own equivalent")
        SIGNED_UP = "signed-up", _("Signed up")
        ORDERED = "ordered", _("Ordered")
        CARRIED_OUT = "carried-out", _("Carried out")
        REPORT = "report", _("Report received")
        INVOICED = "invoiced", _("Invoiced")
        PAID = "paid", _("Paid")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    participation = models.ForeignKey(Participation, models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=255)
    file = models.CharField(max_length=200)  # of platform.files
    size = models.BigIntegerField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)


class CallUp(models.Model):
    """A call to those that do not take part yet, through the alert channels."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="callups")
    alert = models.ForeignKey(Alert, models.SET_NULL, null=True, related_name="callups")
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    organisations = ArrayField(models.UUIDField(), default=list)  # that it was written to
    asked = models.PositiveIntegerField(default=0)  # that it was sent to
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]


class ProgrammeFault(models.Model):
    """A row of an imported history that could not be taken: kept as it came until somebody imports it again, or says why it is left out."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file_name = models.CharField(max_length=255)
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    raw = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, db_index=True)  # of the raw row
    nth = models.PositiveSmallIntegerField(default=1)  # the same bad row may stand in a file twice
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=200, blank=True)
    settled_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["file_name", "row"]
        constraints = [
            models.UniqueConstraint(
                fields=["file_name", "digest", "nth"], condition=models.Q(settled_at=None), name="programme_fault_once"
            )
        ]
