"""What somebody told us, before and apart from what we make of it; and a constituent's request for help."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.incidents.models.cases import Case
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.platform.marked import MarkedModel
from paraat.registry.models import Contact, Organisation


class Report(MarkedModel):
    """A report of an incident, kept as it came. It is saved first and verified afterwards, by calling a contact on file."""

    class Through(models.TextChoices):
        PORTAL = "portal", _("Portal")
        EMERGENCY = "emergency", _("Emergency page")
        MAIL = "mail", _("Mail")
        PHONE = "phone", _("Phone")
        ALERT = "alert", _("Alert")
        OBSERVATION = "observation", _("Observation")

    class State(models.TextChoices):
        NEW = "new", _("Waits for triage")
        ACCEPTED = "accepted", _("Part of a case")
        DISMISSED = "dismissed", _("Not an incident")

    class Verification(models.TextChoices):
        NONE = "none", _("Not verified")
        SIGNED_IN = "signed_in", _("By who was signed in")
        CALLED_BACK = "called_back", _("Called back through a contact on file")
        DENIED = "denied", _("The organisation knows nothing of it")

    number = models.CharField(max_length=14, unique=True)  # R2022-0012
    through = models.CharField(max_length=12, choices=Through.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="reports")
    organisation_text = models.CharField(max_length=200, blank=True)  # as the reporter wrote it, while we do not know
    reporter = models.CharField(max_length=200, blank=True)
    reachable_at = models.CharField(max_length=254, blank=True)  # phone or mail that still works, as the reporter says
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=40, blank=True)  # key of a playbook: ransomware, ddos ...; blank: not said
    text = models.TextField()
    services = ArrayField(models.CharField(max_length=120), default=list)  # what does not work
    happened_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField(null=True)  # when the organisation says that it became aware
    received_at = models.DateTimeField()
    language = models.CharField(max_length=2, default="nl")
    verification = models.CharField(max_length=12, choices=Verification.choices, default=Verification.NONE)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.CharField(max_length=200, blank=True)
    verified_with = models.CharField(max_length=300, blank=True)  # whom of the organisation was spoken to, and how
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="reports")
    triaged_at = models.DateTimeField(null=True)
    triaged_by = models.CharField(max_length=200, blank=True)
    dismissed_because = models.CharField(max_length=500, blank=True)
    message_id = models.CharField(max_length=300, blank=True)  # of the mail; replies thread by it
    notice = models.UUIDField(null=True)  # the alert's notice that it was made from
    finding = models.UUIDField(null=True)  # the observation's finding that it was made from
    code = models.CharField(max_length=12, unique=True)  # shown to the reporter: to name it by phone
    submission = models.CharField(max_length=64, blank=True)  # of a form: a second click is no second report

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["state", "-received_at"], name="report_triage"),
            models.Index(fields=["message_id"], name="report_thread", condition=~models.Q(message_id="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message_id"], condition=~models.Q(message_id=""), name="report_once_per_mail"
            ),
            models.UniqueConstraint(
                fields=["submission"], condition=~models.Q(submission=""), name="report_once_per_form"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Correspondence(MarkedModel):
    """A mail of a case, in or out: found by its Message-ID, so that a reply comes back to its case."""

    report = models.ForeignKey(Report, models.PROTECT, null=True, related_name="mails")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="mails")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    inbound = models.BooleanField(default=True)
    message_id = models.CharField(max_length=300)
    sender = models.CharField(max_length=254, blank=True)
    recipient = models.CharField(max_length=254, blank=True)  # of what we sent
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    automatic = models.BooleanField(default=False)  # an automatic reply or a loop: kept, never acted upon
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["message_id", "inbound"], name="correspondence_once")]


class Attachment(models.Model):
    """A file of a mail. It waits in the content store until its report has a case, whose evidence it then becomes. Never opened."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    mail = models.ForeignKey(Correspondence, models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=255)  # as it was called; shown, never used as a path
    media_type = models.CharField(max_length=120, blank=True)  # as the sender says
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    place = models.CharField(max_length=300, blank=True)  # in the content store; blank once it is evidence
    evidence = models.ForeignKey("incidents.Evidence", models.PROTECT, null=True, related_name="+")
    refused = models.CharField(max_length=300, blank=True)  # why it cannot become evidence

    class Meta:
        ordering = ["pk"]


class HelpRequest(MarkedModel):
    """A constituent asks for help; the response has a clock, and silence pages."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for an answer")
        ANSWERED = "answered", _("Answered")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="help_requests")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="help_requests")
    text = models.TextField()
    asked_by = models.CharField(max_length=200)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")  # who asked, when on file
    reachable_at = models.CharField(max_length=254, blank=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()  # an answer by then
    paged_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    tlp = models.PositiveSmallIntegerField(default=Tlp.AMBER, choices=[(level.value, level.label) for level in Tlp])

    class Meta:
        ordering = ["due_at"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="open", paged_at=None), name="help_request_due")
        ]
