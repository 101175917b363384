"""What outside researchers report, and what is said back and forth by the page of their code."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.readiness.models.marks import Theirs
from paraat.registry.models import Organisation


class Disclosure(Theirs):
    """What an outside researcher reports: art. 23 of the Belgian NIS2 law gives 24 hours for the simple and 72 for the full report.

    TLP:RED, for the team alone, until it is passed on: from then on it is the owner's, and auditors of the house may read it.
    """

    class State(models.TextChoices):
        NEW = "new", _("New")
        PASSED_ON = "passed_on", _("Passed on to the owner")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")
        REFUSED = "refused", _("Not for us")

    tlp = models.PositiveSmallIntegerField(default=Tlp.RED, choices=[(one.value, one.label) for one in Tlp])
    organisation: Any = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+"
    )  # unknown until read
    number = models.CharField(max_length=14, unique=True)  # V2026-0002
    state = models.CharField(max_length=9, choices=State.choices, default=State.NEW)
    text = models.TextField()
    target = models.CharField(max_length=300, blank=True)
    researcher = models.CharField(max_length=200, blank=True)  # as they call themselves; may stay anonymous
    address = models.CharField(max_length=254, blank=True)  # where they want an answer
    language = models.CharField(max_length=2, default="en")
    code = models.CharField(max_length=64, unique=True)  # the way back to it, as a digest
    submission = models.CharField(max_length=64, blank=True)  # one filled-in form, however often it is sent
    found_at = models.DateTimeField(null=True)  # when they discovered it: the clocks run from here
    simple_at = models.DateTimeField(null=True)  # the simple report came
    full_at = models.DateTimeField(null=True)  # the full report came
    simple_due_at = models.DateTimeField(null=True)
    full_due_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    attributed_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=~models.Q(submission=""), name="disclosure_submission_once"
            )
        ]

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """The owner's, once it was passed on: before that the team may be wrong about whose it is."""
        return models.Q(organisation__in=list(organisations), passed_at__isnull=False)


class DisclosureMessage(models.Model):
    """What was said: by the researcher on the page of the code, or by the team. Only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    disclosure = models.ForeignKey(Disclosure, models.PROTECT, related_name="messages")
    from_researcher = models.BooleanField()
    text = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200, blank=True)  # of the team

    class Meta:
        ordering = ["at"]
