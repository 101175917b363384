"""Outside systems that asked to be told, and what each still has to be told. Part of `models`, kept apart for its length."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from paraat.accounts.models import User
from paraat.kernel.ids import uuid7


class Webhook(models.Model):
    """An outside system that is told what happens, signed; for an organisation it is told only what its viewer may see."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="webhooks")  # whose rights decide what goes out
    url = models.URLField(max_length=500)
    secret = models.BinaryField()  # encrypted
    events = ArrayField(models.CharField(max_length=40), default=list)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)  # given up one after the other; at a few it is ended

    class Meta:
        ordering = ["-created_at"]


class WebhookEventQuerySet(models.QuerySet[Any]):
    """Events on their way out."""

    def due(self, now: Any) -> Self:
        """To be posted now; whoever claims one moves its moment on, so that a dead process holds it up only for a while."""
        return self.filter(done_at=None, due_at__lte=now)


class WebhookEvent(models.Model):
    """One thing that happened, for one webhook. Its id is the message's, the same at every attempt, so that a receiver knows it again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="pending")
    event = models.CharField(max_length=40)
    object = models.UUIDField()  # of the alert or the notice
    at = models.DateTimeField()
    exercise = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)  # accepted, not to be seen, given up: why

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(done_at=None), name="webhook_event_due")]
