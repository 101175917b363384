"""Frameworks and checklists: versioned lists of controls with stable ids."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.kernel.ids import uuid7


class Framework(models.Model):
    """A list to measure oneself against: our own checklist, CyFun, or one that a user brought."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.SlugField(max_length=40, unique=True)  # basics, cyfun-2025
    title = models.JSONField(default=dict)  # per language
    scoring = models.CharField(max_length=30)  # key of rules/scoring: checklist, cyfun-2025
    owner = models.CharField(max_length=200, blank=True)  # who publishes it
    url = models.URLField(max_length=500, blank=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["key"]


class Edition(models.Model):
    """One version of a framework. An assessment stays on the edition that it began with until somebody takes it along."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="editions")
    version = models.CharField(max_length=30)
    published_on = models.DateField(null=True)
    source = models.CharField(max_length=300)  # built in, or the file that it was imported from
    digest = models.CharField(max_length=64)
    levels = ArrayField(models.CharField(max_length=20), default=list)  # cumulative, lowest first; empty: no levels
    imported = models.BooleanField(default=False)  # from a workbook of the user's own, not shipped
    quarantine = models.JSONField(default=list)  # rows of that workbook that could not be taken: sheet, row, field, why
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["framework", "-added_at"]
        constraints = [models.UniqueConstraint(fields=["framework", "version"], name="edition_once")]


class Control(models.Model):
    """One item of an edition. `identifier` is stable over editions: answers follow it."""

    class Effort(models.IntegerChoices):
        DAYS = 1, _("Days")
        WEEKS = 2, _("Weeks")
        MONTHS = 3, _("Months")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="controls")
    identifier = models.CharField(max_length=30)  # B07, PR.AA-01.1
    function = models.CharField(max_length=20, blank=True)  # GOVERN, PROTECT ...
    category = models.CharField(max_length=20, blank=True)  # PR.AA
    subcategory = models.CharField(max_length=20, blank=True)  # PR.AA-01
    level = models.CharField(max_length=20, blank=True)  # the lowest level that asks for it
    key_measure = models.BooleanField(default=False)
    management = models.BooleanField(default=False)  # of the management: at Essential it may never be "not applicable"
    position = models.PositiveIntegerField()
    title = models.JSONField(default=dict)  # per language, our own words
    why = models.JSONField(default=dict)
    how = models.JSONField(default=dict)
    checking = models.JSONField(default=dict)  # how to see that it is so
    effort = models.PositiveSmallIntegerField(choices=Effort.choices, null=True)
    weight = models.PositiveSmallIntegerField(
        default=1
    )  # how much risk it takes away, 1 to 5: ours, stated where it is used
    maps_to = ArrayField(models.CharField(max_length=30), default=list)  # identifiers of CyFun 2025
    text = models.TextField(blank=True)  # the official words, from the user's own workbook only
    recommendations = ArrayField(models.CharField(max_length=60), default=list)  # keys of guidance

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["edition", "identifier"], name="control_once")]
