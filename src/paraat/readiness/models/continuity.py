"""Continuity: what a local government cannot do without, how long it may, what was claimed, and what was proven."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.cloud.models import Drill
from paraat.kernel.ids import uuid7
from paraat.readiness.models.marks import Theirs
from paraat.registry.models import Organisation


class CriticalService(Theirs):
    """A service to citizens. Hours, because minutes are never known and days are too coarse."""

    kind = models.CharField(max_length=30)  # key of the built-in list, or "other"
    name = models.CharField(max_length=200)
    max_downtime_hours = models.PositiveIntegerField(null=True)  # maximum tolerable downtime
    max_downtime_proposed = models.BooleanField(default=False)  # it is the list's proposal: nobody there decided it yet
    rto_hours = models.PositiveIntegerField(null=True)  # claimed
    rpo_hours = models.PositiveIntegerField(null=True)  # claimed
    systems = ArrayField(models.CharField(max_length=100), default=list)
    suppliers = models.ManyToManyField(Organisation, related_name="+")
    workaround = models.TextField(blank=True)
    on_paper = models.BooleanField(default=False)  # the workaround is printed and where people work
    cloud_services = ArrayField(
        models.CharField(max_length=30), default=list
    )  # of the emergency cloud's catalog, that carry it
    reviewed_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)  # two people edit the same list
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200, blank=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["organisation", "max_downtime_hours", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "exercise"],
                condition=models.Q(retired_at=None) & ~models.Q(kind="other"),
                name="critical_service_once",
            )  # the built-in list is taken once, however often somebody clicks
        ]

    def __str__(self) -> str:
        return self.name


class ContinuityTest(Theirs):
    """A proof: a drill of the emergency cloud, a table-top exercise, or the real thing."""

    class Kind(models.TextChoices):
        DRILL = "drill", _("Emergency-cloud drill")
        TABLETOP = "tabletop", _("Table-top exercise")
        REAL = "real", _("A real interruption")

    class Result(models.TextChoices):
        RESUMED = "resumed", _("Resumed in time")
        LATE = "late", _("Resumed, too late")
        NOT = "not", _("Not resumed")
        UNKNOWN = "unknown", _("Could not tell")

    services = models.ManyToManyField(CriticalService, through="TestedService", related_name="tests")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    on = models.DateField()
    hours = models.DecimalField(max_digits=8, decimal_places=2, null=True)  # exercised RTO
    result = models.CharField(max_length=8, choices=Result.choices)  # the worst of its services
    sample = models.BooleanField(default=False)  # a drill that restored generated data, not the organisation's own
    drill = models.OneToOneField(Drill, models.SET_NULL, null=True, related_name="+")
    remarks = models.TextField(blank=True)
    file = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    file_size = models.BigIntegerField(default=0)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-on", "-recorded_at"]


class TestedService(models.Model):
    """What a test showed of one service, beside the limit that it had then; each service has its own limit, so its own result."""

    __test__ = False  # pytest takes it for a test

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    test = models.ForeignKey(ContinuityTest, models.CASCADE, related_name="tested")
    service = models.ForeignKey(CriticalService, models.CASCADE, related_name="tested")
    limit_hours = models.PositiveIntegerField(null=True)
    result = models.CharField(max_length=8, choices=ContinuityTest.Result.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["test", "service"], name="tested_once")]


class Dependency(models.Model):
    """One service cannot work without another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service = models.ForeignKey(CriticalService, models.CASCADE, related_name="needs")
    needs = models.ForeignKey(CriticalService, models.CASCADE, related_name="needed_by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "needs"], name="dependency_once")]
