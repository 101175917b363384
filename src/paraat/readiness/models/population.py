"""The population: one row of figures per constituent, kept as things happen, and the frozen groups of peers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from paraat.readiness.models.marks import Theirs
from paraat.registry.models import Organisation


class Standing(Theirs):
    """How one constituent stands, kept with every change so that a page over all of them adds up one column."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="+")
    basics_score = models.DecimalField(
        max_digits=4, decimal_places=2, null=True
    )  # of the newest submitted assessment, any kind
    basics_on = models.DateField(null=True)
    cyfun_level = models.CharField(max_length=20, blank=True)
    cyfun_score = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    cyfun_on = models.DateField(null=True)
    unmet = ArrayField(models.CharField(max_length=30), default=list)  # identifiers not in place, of the newest
    programmes = models.JSONField(default=dict)  # {"audit": "paid", "ethical-hacking": "signed-up"}
    equivalents = ArrayField(models.CharField(max_length=40), default=list)  # programmes it has its own equivalent of
    lessons_open = models.PositiveIntegerField(default=0)
    lessons_answered = models.PositiveIntegerField(default=0)
    measures_open = models.PositiveIntegerField(default=0)
    measures_overdue_from = models.DateField(null=True)  # the earliest due day of an open one
    measures_verified = models.PositiveIntegerField(default=0)
    findings_open = models.PositiveIntegerField(default=0)
    exercised_rto_hours = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    exercised_on = models.DateField(null=True)
    claimed_rto_hours = models.PositiveIntegerField(null=True)
    sessions_attended = models.PositiveIntegerField(default=0)
    last_active_on = models.DateField(null=True)  # when it last did something itself
    changed_at = models.DateTimeField()


class PeerGroup(models.Model):
    """A group of peers, frozen for a quarter: at least five constituents, so that no figure speaks of one."""

    quarter = models.CharField(max_length=7)  # 2026-Q4
    key = models.CharField(max_length=60)
    title = models.JSONField(default=dict)
    size = models.PositiveIntegerField()
    figures = models.JSONField(default=dict)  # of the whole group, frozen with it
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quarter", "key"], name="peer_group_once"),
            models.CheckConstraint(condition=models.Q(size__gte=5), name="peer_group_of_five"),
        ]


class Peer(models.Model):
    """Which group a constituent is in; a partition, so one per quarter."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
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
