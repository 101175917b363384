"""What others tell us: sources with their policy, and every file that came from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from paraat.kernel.admiralty import Credibility, Reliability
from paraat.kernel.ids import HOUSE, uuid7
from paraat.kernel.marking import Tlp
from paraat.platform.marked import MarkedModel, MarkedQuerySet


class SourceQuerySet(models.QuerySet[Any]):
    """Sources."""

    def active(self) -> Self:
        """Those in use."""
        return self.filter(active=True)

    def to_pull(self, now: datetime) -> Self:
        """Those whose URL is due to be asked."""
        return self.active().exclude(pull_url="").filter(pull_due_at__lte=now)

    def gone_stale(self, now: datetime) -> Self:
        """Those that brought nothing new for too long, told or not."""
        return self.active().filter(stale_due_at__lte=now)


class Source(models.Model):
    """A source: which format it speaks, how far it is trusted, and whether its lists alert at once or wait for one click."""

    class Policy(models.TextChoices):
        AT_ONCE = "at_once", _("Alert at once")
        ONE_CLICK = "one_click", _("Wait for one click")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    format = models.CharField(max_length=40)  # the folder below feeds/sources/
    policy = models.CharField(max_length=10, choices=Policy.choices, default=Policy.ONE_CLICK)
    reliability = models.CharField(
        max_length=1, choices=[(r.value, r.value) for r in Reliability], default=Reliability.F
    )
    credibility = models.CharField(
        max_length=1, choices=[(c.value, c.value) for c in Credibility], default=Credibility.CANNOT_BE_JUDGED
    )
    tlp = models.PositiveSmallIntegerField(default=Tlp.AMBER, choices=[(level.value, level.label) for level in Tlp])
    severity = models.PositiveSmallIntegerField(default=3)
    confirmed_by = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)  # until a person has confirmed the source, its lists are held
    mapping = models.JSONField(default=dict)  # generic CSV: field -> column
    pull_url = models.URLField(max_length=500, blank=True)
    pull_every = models.DurationField(null=True)
    pull_due_at = models.DateTimeField(null=True)
    pulled_at = models.DateTimeField(null=True)  # last answer, new or not
    pull_etag = models.CharField(max_length=300, blank=True)
    pull_modified = models.CharField(max_length=60, blank=True)  # Last-Modified, as the server wrote it
    watch_folder = models.CharField(max_length=300, blank=True)  # its name below the inbox
    stale_after = models.DurationField(null=True)
    stale_due_at = models.DateTimeField(null=True)  # nothing new by then: somebody looks why
    stale_told_at = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    active = models.BooleanField(default=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["watch_folder"], condition=~Q(watch_folder=""), name="source_folder_once")
        ]

    def __str__(self) -> str:
        return self.title


class RunQuerySet(MarkedQuerySet):
    """Runs."""

    def unfinished(self) -> Self:
        """Received or being read."""
        return self.filter(state__in=[Run.State.RECEIVED, Run.State.READING])

    def abandoned(self, before: datetime) -> Self:
        """Unfinished, and without a sign of life since `before`: their reader died."""
        return self.unfinished().filter(Q(touched_at__lt=before) | Q(touched_at=None, received_at__lt=before))


class Run(MarkedModel):
    """One file of one source, from its receipt to its end. Its content is kept; the same content again is recognised and alerts nobody."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        READING = "reading", _("Being read")
        READ = "read", _("Read")
        FAILED = "failed", _("Could not be read")
        REPEATED = "repeated", _("Came before")

    class Origin(models.TextChoices):
        UPLOAD = "upload", _("Upload")
        PASTE = "paste", _("Pasted text")
        CLI = "cli", _("Command line")
        API = "api", _("API")
        FOLDER = "folder", _("Watched folder")
        PULL = "pull", _("Pulled from a URL")
        REPLAY = "replay", _("Played again from quarantine")

    class DatedBy(models.TextChoices):
        CONTENT = "content", _("its content")
        FILE_NAME = "file_name", _("its file name")
        RECEIPT = "receipt", _("its receipt")
        PERSON = "person", _("who brought it")

    organisation_field = "organisation"

    source = models.ForeignKey(Source, models.PROTECT, related_name="runs")
    organisation = models.UUIDField(
        default=HOUSE, editable=False
    )  # a list concerns the house; its findings concern organisations
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)  # SHA-256 of the content
    size = models.BigIntegerField(default=0)
    path = models.CharField(max_length=300, blank=True)  # below PARAAT_HOME/files
    origin = models.CharField(max_length=10, choices=Origin.choices)
    by_label = models.CharField(max_length=200)
    received_at = models.DateTimeField()
    listed_at = models.DateTimeField(null=True)
    dated_by = models.CharField(max_length=10, choices=DatedBy.choices, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    error = models.CharField(max_length=500, blank=True)
    same_as = models.ForeignKey("self", models.SET_NULL, null=True, related_name="repeats")
    replay_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="replays")
    attempt = models.PositiveIntegerField(
        default=0
    )  # a reader whose attempt is no longer this one was given up: it writes nothing
    touched_at = models.DateTimeField(null=True)  # last sign of life of its reader
    records = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    organisations = models.PositiveIntegerField(default=0)
    concerned = models.PositiveIntegerField(default=0)
    perhaps = models.PositiveIntegerField(default=0)
    unassigned = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["digest"], name="run_digest"),
            models.Index(fields=["-received_at"], name="run_newest"),
            models.Index(fields=["received_at"], condition=Q(state__in=["received", "reading"]), name="run_unfinished"),
        ]
