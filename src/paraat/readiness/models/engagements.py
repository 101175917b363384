"""Ethical hacking: an engagement, what may be tested, the written authorisation, who tests, and what was asked before touching a target."""

from __future__ import annotations

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Role
from paraat.readiness.models.marks import Theirs
from paraat.readiness.models.programmes import Participation
from paraat.registry.models import Asset, Organisation


class Engagement(Theirs):
    """Testing one constituent, within what it authorised in writing and no further."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        AUTHORISED = "authorised", _("Authorised")
        GOING = "going", _("Testing")
        STOPPED = "stopped", _("Stopped")
        REPORTING = "reporting", _("Being reported")
        CLOSED = "closed", _("Closed")

    given_as = frozenset({Role.TESTER})

    number = models.CharField(max_length=14, unique=True)  # H2026-0004
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    firm = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")  # the school or firm that tests
    participation = models.ForeignKey(Participation, models.SET_NULL, null=True, related_name="engagements")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)  # the last day
    allowed = ArrayField(models.CharField(max_length=40), default=list)  # keys of rules.methods
    forbidden = ArrayField(models.CharField(max_length=40), default=list)
    social_engineering = models.BooleanField(default=False)
    social_words = models.TextField(blank=True)  # the permission for it, in words: without them there is none
    stop_phone = models.CharField(max_length=30, blank=True)
    rules = models.TextField(blank=True)  # hours, rates, what to leave alone
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField(null=True)  # first authorised: from then on its testers see it
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=200, blank=True)
    stopped_because = models.CharField(max_length=500, blank=True)
    stopped_from = models.CharField(max_length=10, blank=True)  # the state it goes back to
    yes_at = models.DateTimeField(null=True)  # the owner's yes to going on, after this stop
    yes_by = models.CharField(max_length=200, blank=True)
    resumed_at = models.DateTimeField(null=True)
    resumed_because = models.CharField(max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["organisation", "state"], name="engagement_of")]

    @classmethod
    def assigned(cls, user: UUID) -> models.Q:
        """Those that this account tests: from the first authorisation until it is closed, or until the tester was sent away."""
        return models.Q(pk__in=Tester.objects.working(user).values("engagement"))


class InScope(models.Model):
    """An asset of the register, or a host, page or network below one, that may be tested; or that is named to be left alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="scope")
    asset = models.ForeignKey(Asset, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, default="host")  # domain (and all below), host, page, network
    value = models.CharField(max_length=300)  # as the register writes it
    excluded = models.BooleanField(default=False)
    provider = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+"
    )  # whose shared infrastructure it is: it signs too

    class Meta:
        ordering = ["excluded", "kind", "value"]
        constraints = [models.UniqueConstraint(fields=["engagement", "kind", "value"], name="in_scope_once")]


class AuthorisationQuerySet(models.QuerySet["Authorisation"]):
    """Authorisations."""

    def in_force(self) -> AuthorisationQuerySet:
        """Signed, compared with the scope by somebody of the team, and not ended since."""
        return self.filter(checked_at__isnull=False, ended_at=None)

    def open(self) -> AuthorisationQuerySet:
        """Not ended: waiting for a signature, for a look, or in force."""
        return self.filter(ended_at=None)


class Authorisation(models.Model):
    """What is signed: the terms as they were when the paper was made, by the owner or by a provider for what is shared. A change of the
    terms ends it; it is never edited."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="authorisations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")  # who signs
    version = models.PositiveSmallIntegerField()
    terms = models.JSONField()  # rules.terms
    digest = models.CharField(max_length=64)  # SHA-256 of the terms; its beginning stands on the paper
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    signed_file = models.CharField(max_length=200, blank=True)  # of platform.files, under its SHA-256
    signed_name = models.CharField(max_length=255, blank=True)
    signed_digest = models.CharField(max_length=64, blank=True)
    signed_by = models.CharField(max_length=200, blank=True)  # name and function as on the paper
    signed_on = models.DateField(null=True)
    uploaded_at = models.DateTimeField(null=True)
    uploaded_by = models.CharField(max_length=200, blank=True)
    uploaded_by_id = models.UUIDField(null=True)  # the actor, who may not check it
    checked_at = models.DateTimeField(null=True)
    checked_by = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=300, blank=True)

    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "organisation"], condition=models.Q(ended_at=None), name="authorisation_open_once"
            )
        ]


class TesterQuerySet(models.QuerySet["Tester"]):
    """Testers."""

    def working(self, user: UUID) -> TesterQuerySet:
        """What an account tests at the moment."""
        return self.filter(user=user, until=None, engagement__opened_at__isnull=False, engagement__closed_at=None)


class Tester(models.Model):
    """An account that tests one engagement, and sees that one only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="testers")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    stop_seen_at = models.DateTimeField(null=True)  # when this tester confirmed to have stopped

    __test__ = False  # not a test case, whatever pytest thinks of the name

    objects = TesterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engagement", "user"], name="tester_once")]


class TargetCheck(models.Model):
    """What somebody asked before touching a target, and what was answered; only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="checks")
    target = models.CharField(max_length=300)
    method = models.CharField(max_length=40, blank=True)
    allowed = models.BooleanField()
    reason = models.CharField(max_length=30, default="")  # rules.scope.Reason
    because = models.CharField(max_length=300)  # what it hung on, in signs of the register
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    by_id = models.UUIDField(null=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["engagement", "-at"], name="target_check_of")]
