"""The population: one row of figures per constituent, kept as things happen, and the frozen groups of peers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from paraat.readiness.models.marks import Theirs
from paraat.registry.models import Organisation


class Standing(Theirs):
    """How one constituent stands, counted again when something of it changed, so that a page over all of them adds up one table."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="+")
    province = models.CharField(
        max_length=5, blank=True
    )  # as it was counted: the tallies below stand under these three
    kind = models.CharField(max_length=30, blank=True)
    size = models.CharField(max_length=10, blank=True)  # rules.population.size_class
    current = models.BooleanField(default=True)  # a constituent that exists: who ended is kept, and counts nowhere

    basics_score = models.DecimalField(
        max_digits=5, decimal_places=2, null=True
    )  # of the newest submitted assessment, any kind; out of 100
    basics_on = models.DateField(null=True)
    basics_met = models.BooleanField(null=True)  # its verdict; null: there is none
    basics_asked = models.CharField(max_length=60, blank=True)  # edition, and level where there are levels
    cyfun_level = models.CharField(max_length=20, blank=True)
    cyfun_score = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # out of 5
    cyfun_on = models.DateField(null=True)
    cyfun_met = models.BooleanField(null=True)
    cyfun_asked = models.CharField(max_length=60, blank=True)
    unmet = ArrayField(models.CharField(max_length=30), default=list)  # not or partly in place, of the newest of each
    unclear = ArrayField(
        models.CharField(max_length=30), default=list
    )  # not answered, not testable, or the test failed

    programmes = models.JSONField(default=dict)  # {"audit": "paid", "ethical-hacking": "signed-up"}: the furthest step
    equivalents = ArrayField(models.CharField(max_length=40), default=list)  # programmes it has its own equivalent of
    lessons_open = models.PositiveIntegerField(default=0)
    lessons_answered = models.PositiveIntegerField(default=0)
    measures_open = models.PositiveIntegerField(default=0)
    measures_overdue_from = models.DateField(null=True)  # the earliest due day of an open one
    measures_verified = models.PositiveIntegerField(default=0)
    findings_open = models.PositiveIntegerField(default=0)  # told to it; never counts a draft
    resumes = models.CharField(max_length=10, blank=True)  # rules.continuity.Resumes, within resuming.DAYS days
    exercised_rto_hours = models.DecimalField(max_digits=8, decimal_places=2, null=True)  # of the newest test
    exercised_on = models.DateField(null=True)
    claimed_rto_hours = models.PositiveIntegerField(null=True)  # the longest of its critical services
    sessions_attended = models.PositiveIntegerField(default=0)
    involved_in = ArrayField(models.CharField(max_length=12), default=list)  # rules.standing.WAYS; empty: not involved
    last_active_on = models.DateField(null=True)  # the newest of what counts as involved
    changed_at = models.DateTimeField()  # when it was counted

    class Meta:
        indexes = [
            models.Index(fields=["current", "province", "size"], name="standing_cell"),
            GinIndex(fields=["unmet"], name="standing_unmet"),
        ]


class ControlTally(models.Model):
    """How many constituents of a province and size lack a control, by their newest assessment. Kept by difference with every count of a
    constituent, so that no page looks at answers."""

    identifier = models.CharField(max_length=30)
    province = models.CharField(max_length=5, blank=True)
    size = models.CharField(max_length=10, blank=True)
    unmet = models.IntegerField(default=0)
    unclear = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identifier", "province", "size"], name="control_tally_once"),
        ]


class PeerGroup(models.Model):
    """A group of peers in one quarter: six constituents or more, so that whoever knows itself learns of five at least."""

    quarter = models.CharField(max_length=7)  # 2026-Q4
    key = models.CharField(max_length=60)  # of the block, the same in every quarter
    title = models.JSONField(default=dict)  # {"kind": "municipality", "sizes": ["10000"], "since": "2026-Q4"}
    size = models.PositiveIntegerField()
    figures = models.JSONField(default=dict)  # of the whole group, frozen with it
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quarter", "key"], name="peer_group_once"),
            models.CheckConstraint(condition=models.Q(size__gte=6), name="peer_group_of_six"),
        ]


class Peer(models.Model):
    """Which group a constituent is in; a partition, so one per quarter. Who ended stays in, with its last figures."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    quarter = models.CharField(max_length=7)
    group = models.ForeignKey(PeerGroup, models.CASCADE, related_name="peers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "quarter"], name="peer_once")]


class PopulationSnapshot(models.Model):
    """The figures over all constituents on a day: the trend."""

    on = models.DateField(unique=True)
    figures = models.JSONField()


class Touched(models.Model):
    """A note that the figures of a constituent changed; only ever added, and taken away when they were counted again."""

    organisation = models.UUIDField()  # no foreign key: a note must not wait for the organisation's row
    at = models.DateTimeField()
