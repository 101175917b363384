"""Who signs in, what each may do and for which organisation, API tokens, the on-call roster, and what waits for a person."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self, cast

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject, Now
from django.utils.translation import gettext_lazy as _

from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Role, Tlp
from paraat.platform.marked import MarkedModel, MarkedQuerySet
from paraat.registry.models import Contact, Organisation, Supply


class UserQuerySet(models.QuerySet["User"]):
    """Accounts."""

    def active(self) -> Self:
        """Those that may sign in."""
        return self.filter(is_active=True)

    def with_rights(self) -> Self:
        """With all that a request must know of its user, in the same query: `held`, `clients` and `has_second_factor`."""
        from allauth.mfa.models import Authenticator  # its models need ours first

        mine = Membership.objects.filter(user=models.OuterRef("pk")).in_force()
        suppliers = Membership.objects.filter(user=models.OuterRef(models.OuterRef("pk")), role=Role.PROVIDER)
        today = cast("date", Now())  # the database's
        supplied = Supply.objects.as_of(today).filter(
            consent=True, supplier__in=suppliers.in_force().values("organisation")
        )
        return self.annotate(
            held=ArraySubquery(mine.values(pair=JSONObject(role="role", organisation="organisation_id"))),
            clients=ArraySubquery(supplied.values("customer_id").distinct()),
            has_second_factor=models.Exists(Authenticator.objects.filter(user=models.OuterRef("pk"))),
        )


class UserManager(BaseUserManager["User"]):
    """Finds accounts by address, whatever its case."""

    def get_queryset(self) -> UserQuerySet:
        """All accounts."""
        return UserQuerySet(self.model, using=self._db)

    def active(self) -> UserQuerySet:
        """Those that may sign in."""
        return self.get_queryset().active()

    def with_rights(self) -> UserQuerySet:
        """See `UserQuerySet.with_rights`."""
        return self.get_queryset().with_rights()

    def get_by_natural_key(self, username: str | None) -> User:
        """The account with this address."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """An account: an address, a language and a time zone. What it may do stands in its memberships."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=2, default="nl")
    timezone = models.CharField(max_length=40, default="Europe/Brussels")
    phone = models.CharField(max_length=30, blank=True)  # where the roster pages
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name or self.email


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Roles of accounts."""

    def in_force(self) -> Self:
        """Not ended; and not those of a contact who no longer answers for the organisation."""
        contact_left = models.Q(contact__erased_at__isnull=False) | models.Q(contact__valid_until__lte=Now())
        return self.filter(models.Q(until=None) | models.Q(until__gt=Now())).exclude(contact_left)


class Membership(models.Model):
    """A role of an account, for one organisation or (the team's own roles) for the house. A SPOC's membership names its contact on file."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="memberships")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="memberships")
    until = models.DateTimeField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation"], nulls_distinct=False, name="membership_once"
            )
        ]


class ApiToken(models.Model):
    """A scoped token of an account for the API; only its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)  # ["feeds:write", "alerts:read", ...]
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Shift(models.Model):
    """Who is on call, from when until when. First is paged first, then second, then the coordinator."""

    class Position(models.TextChoices):
        FIRST = "first", _("First on call")
        SECOND = "second", _("Second on call")
        COORDINATOR = "coordinator", _("Coordinator")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="shifts")
    position = models.CharField(max_length=12, choices=Position.choices, default=Position.FIRST)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "position"]
        indexes = [models.Index(fields=["ends_at", "position"], name="shift_now")]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="shift_ends_after_start")
        ]


class TaskQuerySet(MarkedQuerySet):
    """What waits for a person."""

    def open(self) -> Self:
        """Not yet dealt with."""
        return self.filter(done_at=None)

    def overdue(self, now: Any) -> Self:
        """Urgent, nobody has taken it, and the next person on the roster is due to be paged."""
        return self.open().filter(taken_by=None, urgent=True, page_due_at__lte=now)


class WaitingTask(MarkedModel):
    """Something that waits for a person of the team. It pages whoever is on shift until somebody takes it (`page_due_at` is a row, not a timer)."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    summary = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    urgent = models.BooleanField(default=True)
    since = models.DateTimeField()
    page_stage = models.PositiveSmallIntegerField(
        default=0
    )  # 0 first, 1 second, 2 coordinator, 3 everybody has been paged
    page_due_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="tasks")
    taken_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=300, blank=True)
    tlp = models.PositiveSmallIntegerField(
        default=Tlp.AMBER_STRICT, choices=[(level.value, level.label) for level in Tlp]
    )

    objects = TaskQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-urgent", "since"]
        constraints = [models.UniqueConstraint(fields=["key"], condition=models.Q(done_at=None), name="task_open_once")]
        indexes = [
            models.Index(fields=["page_due_at"], condition=models.Q(done_at=None, taken_by=None), name="task_page_due")
        ]
