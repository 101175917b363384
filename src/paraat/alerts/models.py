"""Alerts, the notice to each organisation, its deliveries, the ladder that climbs while nobody answers, and the call list."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.alerts.webhook_models import Webhook, WebhookEvent  # noqa: F401  # a part of these models
from paraat.kernel.admiralty import Credibility, Reliability
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import WATCHES, Viewer
from paraat.platform.marked import MarkedModel, MarkedQuerySet
from paraat.registry.models import Contact, ContactChannel, Organisation


class AlertQuerySet(MarkedQuerySet):
    """Alerts."""

    def active(self) -> Self:
        """Those that somebody may still have to act upon."""
        return self.filter(state__in=[Alert.State.HELD, Alert.State.SENT])


class Alert(MarkedModel):
    """Something that organisations must know: from a list, written as an announcement, a test, or the correction of an earlier one."""

    class Kind(models.TextChoices):
        TARGET_LIST = "target_list", _("Announced target list")
        REPORT = "report", _("Vulnerability report")
        ANNOUNCEMENT = "announcement", _("Announcement")
        TEST = "test", _("Test alert")
        CORRECTION = "correction", _("Correction")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        HELD = "held", _("Waits for one click")
        SENT = "sent", _("Sent")
        NOT_SENT = "not_sent", _("Not sent")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        CLOSED = "closed", _("Closed")

    number = models.CharField(max_length=12, unique=True)  # 2024-0031, per year
    kind = models.CharField(max_length=14, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    title = models.JSONField(default=dict)  # per language
    text = models.JSONField(default=dict)  # per language, what an officer wrote; lists use the guidance of their kind
    guidance = models.CharField(max_length=40, blank=True)  # key of alerts/guidance/: recommended actions per language
    severity = models.PositiveSmallIntegerField(default=3)
    reliability = models.CharField(
        max_length=1, choices=[(r.value, r.value) for r in Reliability], default=Reliability.F
    )
    credibility = models.CharField(
        max_length=1, choices=[(c.value, c.value) for c in Credibility], default=Credibility.CANNOT_BE_JUDGED
    )
    run = models.UUIDField(null=True)  # the feed run that it came from
    source_title = models.CharField(max_length=200, blank=True)
    listed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")  # who wrote it may not approve it
    sender = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")  # the partner that wrote it
    audience = models.JSONField(
        default=dict
    )  # of an announcement: {"province": "40000"}, {"kind": ...}, {"supplier": ...}, {"all": true}
    held_because = ArrayField(models.CharField(max_length=30), default=list)
    needs_second = models.BooleanField(default=False)  # an announcement to more than 25 needs a second person
    approved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=500, blank=True)  # not sending or withdrawing needs a reason
    corrects = models.ForeignKey("self", models.SET_NULL, null=True, related_name="corrections")
    valid_until = models.DateTimeField(null=True)
    ring_at_night = models.BooleanField(default=False)  # an officer said so
    repeats = ArrayField(
        models.UUIDField(), default=list
    )  # earlier notices that already say the same to organisations that this run names again

    objects = AlertQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["run"], name="alert_once_per_run")]

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """An alert concerns whoever has a notice of it that was sent."""
        told = Notice.objects.filter(organisation__in=list(organisations)).exclude(state=Notice.State.PREPARED)
        return models.Q(pk__in=told.values("alert"))

    @property
    def organisation_id(self) -> None:
        """An alert concerns several; `concerns` says whom."""
        return


class NoticeQuerySet(MarkedQuerySet):
    """Notices."""

    def open(self) -> Self:
        """Told (or about to be) and not yet acknowledged."""
        return self.filter(state=Notice.State.OPEN)

    def overdue(self, now: Any) -> Self:
        """The next step of the ladder is due."""
        return self.open().filter(step_due_at__lte=now)

    def shown_to(self, viewer: Viewer) -> Self:
        """Those that a viewer may see; what was prepared and not sent is the team's to know, and auditors'."""
        seen = self.visible_to(viewer)
        return seen if viewer.has(*WATCHES) else seen.exclude(state=Notice.State.PREPARED)


class Notice(MarkedModel):
    """What one organisation is told about one alert, and how far it got. `state` is the notice's; how a message travelled is the delivery's."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("Prepared")  # its alert is held
        OPEN = "open", _("Waits for acknowledgement")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    class Reach(models.TextChoices):
        """Why somebody can or cannot be reached: a second mark, never mixed with the state."""

        OK = "ok", _("Out-of-band contact")
        NOT_OUT_OF_BAND = "not_out_of_band", _("No out-of-band contact")
        NONE = "none", _("No contact")

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="notices")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="notices")
    # the organisation's when it was told: the board counts by it without a join; the default serves the version before this one
    province = models.CharField(max_length=5, blank=True, default="", db_default="")
    state = models.CharField(max_length=14, choices=State.choices, default=State.PREPARED)
    severity = models.PositiveSmallIntegerField(default=3)
    languages = ArrayField(models.CharField(max_length=2), default=list)
    targets = ArrayField(models.CharField(max_length=300), default=list)
    facts = models.JSONField(default=dict)
    through = models.CharField(max_length=300, blank=True)  # "concerned through": the page or supplier
    reach = models.CharField(max_length=16, choices=Reach.choices, default=Reach.OK)
    code = models.CharField(max_length=12, unique=True)  # typed by phone, SMS or mail
    opened_at = models.DateTimeField(null=True)  # the signed page was viewed
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=200, blank=True)
    acknowledged_through = models.CharField(max_length=20, blank=True)  # link, mail, sms, key, officer, portal
    mitigation = models.TextField(blank=True)
    mitigated_at = models.DateTimeField(null=True)
    mitigation_until = models.DateTimeField(null=True)
    mitigation_reminded_at = models.DateTimeField(null=True)
    site_state = models.CharField(max_length=8, blank=True)  # up, slow, down: as the SPOC reports it
    site_since = models.DateTimeField(null=True)
    step = models.PositiveSmallIntegerField(default=0)  # rung of the ladder already climbed
    step_due_at = models.DateTimeField(null=True)
    waits_until = models.DateTimeField(null=True)  # no phone rings at night: the board says until when
    exhausted_at = models.DateTimeField(null=True)  # nobody answered on any rung: belongs to a named officer
    officer = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    silent_since = models.DateTimeField(null=True)  # the first rung had its time and nobody answered
    hurried = models.BooleanField(
        default=False
    )  # a bounce or an automatic reply moved the next step forward: no silence
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    rank = models.GeneratedField(  # `rules.looks.look`, kept by the database: boards count it thousands of times
        expression=models.Case(
            models.When(state="acknowledged", then=3), models.When(~models.Q(state="open"), then=4), models.When(reach="none", then=1),
            models.When(models.Q(silent_since__isnull=False) | models.Q(exhausted_at__isnull=False), then=0), default=2,
        ), output_field=models.PositiveSmallIntegerField(), db_persist=True,
    )  # fmt: skip

    objects = NoticeQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["alert", "organisation"]
        constraints = [models.UniqueConstraint(fields=["alert", "organisation"], name="notice_once")]
        indexes = [
            models.Index(fields=["step_due_at"], condition=models.Q(state="open"), name="notice_step_due"),
            models.Index(fields=["organisation", "state"], name="notice_board"),
            models.Index(
                fields=["mitigation_until"], condition=models.Q(state="acknowledged"), name="notice_mitigated"
            ),
            models.Index(fields=["expires_at"], condition=models.Q(state="open"), name="notice_expires"),
        ]


class DeliveryQuerySet(models.QuerySet[Any]):
    """Deliveries."""

    def due(self, now: Any) -> Self:
        """To be sent now, and nobody is sending them."""
        return self.filter(state=Delivery.State.QUEUED, claim=None, due_at__lte=now)

    def left(self) -> Self:
        """Those that were handed over to a server, certainly or perhaps: their recipients know."""
        gone = models.Q(state__in=[Delivery.State.SENT, Delivery.State.ACCEPTED, Delivery.State.HOUSE])
        return self.filter(gone | models.Q(perhaps_twice=True) | models.Q(claim__isnull=False))

    def in_order(self) -> Self:
        """The order of sending, which can be repeated: our own officers, then the worst first, then who waits longest."""
        last = models.Case(models.When(purpose=Delivery.Purpose.PAGE, then=0), default=1)
        return self.order_by(last, "-severity", "due_at", "pk")


class Claim(models.Model):
    """A batch that one process is sending. The process holds the PostgreSQL advisory lock of this number while it lives: when the lock is free and
    `ended_at` is null, it died, and at most `connections` of its messages are in doubt."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8)
    connections = models.PositiveSmallIntegerField(default=1)
    rows = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    died = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["started_at"], condition=models.Q(ended_at=None), name="claim_open")]


class Delivery(models.Model):
    """One message to one address. A contact for several organisations gets one message for all of them: `notices`."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Handed over, answer unknown")
        ACCEPTED = "accepted", _("Accepted by the server")
        BOUNCED = "bounced", _("Bounced")
        CANCELLED = "cancelled", _("Cancelled")
        HOUSE = "house", _("Stayed in the house")

    class Purpose(models.TextChoices):
        NOTICE = "notice", _("Notice")
        REMINDER = "reminder", _("Reminder")
        CORRECTION = "correction", _("Correction")
        PAGE = "page", _("Page to an officer")
        INVITATION = "invitation", _("Invitation")
        TEST = "test", _("Test")
        RECEIPT = "receipt", _("Receipt of a report")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.NOTICE)
    key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001  # of a page or of what a lower app tells: never twice
    notices = models.ManyToManyField(Notice, through="Told", related_name="deliveries")
    alert = models.ForeignKey(Alert, models.CASCADE, null=True, related_name="deliveries")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="deliveries")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")  # of a page
    channel = models.ForeignKey(ContactChannel, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=ContactChannel.Kind.choices)
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=2, default="nl")
    languages = ArrayField(models.CharField(max_length=2), default=list)  # of a mail, first one first
    upcoming = models.CharField(max_length=16, blank=True)  # whom the next rung tells: a role, "again" or "call_list"
    severity = models.PositiveSmallIntegerField(default=3)  # the worst first
    rung = models.PositiveSmallIntegerField(default=0)
    exercise = models.BooleanField(default=False)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)  # the words of a page, invitation or test; a notice is rendered when it is sent
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    auto_replied_at = models.DateTimeField(null=True)
    perhaps_twice = models.BooleanField(
        default=False
    )  # the connection died between the end of the message and the answer
    reference = models.CharField(max_length=200, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    claim = models.ForeignKey("Claim", models.SET_NULL, null=True, related_name="deliveries")  # who is sending it now

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["kind", "due_at"], condition=models.Q(state="queued", claim=None), name="delivery_due"
            ),
            models.Index(fields=["alert", "state"], name="delivery_outbox"),
            models.Index(fields=["address"], name="delivery_address"),
        ]


class Told(models.Model):
    """A notice is in a delivery. The same notice goes to the same address once: that is what the constraint says, whatever the code does."""

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="told")
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="told")
    purpose = models.CharField(max_length=12)
    kind = models.CharField(max_length=8)
    address = models.CharField(max_length=254)
    round = models.PositiveSmallIntegerField(default=0)  # of a reminder, which may come again for a new mitigation

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "purpose", "kind", "address", "round"], name="told_once"),
        ]


class CallLineQuerySet(MarkedQuerySet):
    """Lines of the call list."""

    def open(self) -> Self:
        """Still to be phoned."""
        return self.filter(closed_at=None)

    def due(self, now: Any) -> Self:
        """To be phoned now: not those that wait for the morning or for a second try."""
        return self.open().filter(models.Q(not_before=None) | models.Q(not_before__lte=now))


class CallLine(MarkedModel):
    """A line of the call list: somebody of the team must phone. Claimed by one officer ("I am calling"), closed with an outcome.

    One telephone number has one open line, whatever the number of organisations and alerts; `organisation` is the first of them.
    """

    class Outcome(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", _("Spoke to a person, who acknowledges")
        NO_ANSWER = "no_answer", _("No answer")
        WRONG_NUMBER = "wrong_number", _("Wrong number")
        CALL_BACK = "call_back", _("Will call back")
        CODE_WORD_WRONG = "code_word_wrong", _("The code word was wrong")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    notices = models.ManyToManyField(Notice, related_name="calls")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    address = models.CharField(max_length=254, blank=True)  # the number to phone; empty: none is on file
    correction = models.BooleanField(default=False)  # what this number was told by phone has been withdrawn
    attempts = models.PositiveSmallIntegerField(default=0)  # earlier lines that nobody answered
    severity = models.PositiveSmallIntegerField(default=3)
    since = models.DateTimeField()
    not_before = models.DateTimeField(null=True)
    claimed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    claimed_notices = ArrayField(models.UUIDField(), null=True)  # what was on the line when the call began
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    spoke_to = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)

    objects = CallLineQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-severity", "since"]
        indexes = [models.Index(fields=["-severity", "since"], condition=models.Q(closed_at=None), name="call_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "exercise", "correction"],
                condition=models.Q(closed_at=None) & ~models.Q(address=""),
                name="call_once",
            )
        ]


class Switch(models.Model):
    """One row: whether anything may be sent. The button that stops all sending flips it; only the person's reason starts it again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    pace = models.PositiveSmallIntegerField(
        default=1
    )  # the clock of exercises and demonstrations: 60 makes a minute a second


class AlertYear(models.Model):
    """The last number of each year: numbers have no gaps because this row is written in the transaction that uses it."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Inbound(models.Model):
    """A message that came in (mail reply, bounce, automatic reply, SMS, key press), once: `reference` is its Message-ID or digest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=12)  # mail, sms, voice
    verdict = models.CharField(max_length=16)  # reply, bounce, automatic, loop, unknown
    sender = models.CharField(max_length=254)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    delivery = models.ForeignKey(Delivery, models.SET_NULL, null=True, related_name="answers")
    read_by = models.CharField(max_length=200, blank=True)  # an unknown message waits for a person
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]
