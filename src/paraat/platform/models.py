"""The journal: who did what, when, to what. Append-only and hash-chained per organisation (see the trigger in migration 0002)."""

from __future__ import annotations

from django.db import models

from paraat.kernel.actor import ActorKind
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.platform.marked import MarkedModel


class JournalEntry(MarkedModel):
    """One deed. Ids are opaque and there are no foreign keys, so that an entry outlives whatever it speaks of.

    `seq`, `at`, `previous` and `hash` are set by the trigger, whatever the application says.
    """

    organisation_field = "chain"

    chain = models.UUIDField()
    seq = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)
    actor_kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in ActorKind])
    actor_id = models.UUIDField(null=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    rows = models.PositiveIntegerField(default=1)
    digest = models.BinaryField()
    previous = models.BinaryField(default=b"")
    hash = models.BinaryField(default=b"")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="journal_chain_seq")]
        indexes = [
            models.Index(fields=["-at"], name="journal_newest"),  # the journal page
            models.Index(fields=["object_type", "object_id"], name="journal_object"),  # the history of one thing
        ]


class JournalDetail(models.Model):
    """The readable part of an entry (names, reasons): erasable for a person without breaking the chain, which holds its salted digest only."""

    entry = models.UUIDField(primary_key=True)
    actor_label = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(null=True)
    salt = models.BinaryField()
    erased_at = models.DateTimeField(null=True)


class JournalHead(models.Model):
    """The end of each chain; only the trigger writes it. Exported daily to an outside address."""

    chain = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()


class HouseMessage(models.Model):
    """What an exercise or a demonstration would have sent: it stays in the house and is shown on screen as the phone or mailbox it was for."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField()
    kind = models.CharField(max_length=10)
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField()
    delivery = models.UUIDField(unique=True)  # the same delivery twice would be telling somebody twice
    exercise = models.BooleanField(default=False)
    organisation = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["address", "-at"], name="house_phone")]


class RateWindow(models.Model):
    """How often a key did something in a window of time: in PostgreSQL, so that every process counts the same. Written by `ratelimit` alone."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=200)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="rate_window_once")]
        indexes = [models.Index(fields=["window"], name="rate_window_old")]


class IdempotencyKey(models.Model):
    """The answer to a POST that carried an Idempotency-Key: a retry gets the same answer and does nothing twice. Written by `idempotency` alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.UUIDField()
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["at"], name="idempotency_old")]


__all__ = ["HouseMessage", "IdempotencyKey", "JournalDetail", "JournalEntry", "JournalHead", "RateWindow", "Tlp"]
