"""A case: what happened to whom, how bad it is and how far it is; and what else hangs on it (services, suppliers, helpers)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp, Viewer
from paraat.platform.marked import MarkedModel, MarkedQuerySet
from paraat.registry.models import Organisation


class Series(models.Model):
    """The last number of a kind of thing in a year, in Brussels; numbers have no gaps."""

    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="series_once")]


_ENDED = 9
"""The `rank` of what nobody works on any more."""
_QUOTES = re.compile(r"['\\\x00]")


class CaseQuerySet(MarkedQuerySet):
    """Cases."""

    def open(self) -> Self:
        """Those that somebody still works on."""
        return self.filter(rank__lt=_ENDED)

    def written_by(self, viewer: Viewer) -> Self:
        """Those in which a viewer may write, besides reading: all for the team, else those of its own organisations and those where these help
        with the victim's consent. Who reads along because it is a customer, or because something is GREEN, does not write."""
        if viewer.is_team:
            return self
        return self.filter(Case.concerns(viewer.own)) if viewer.own else self.none()

    def matching(self, words: str) -> models.Q:
        """The condition that a case has every word, or a word that begins so, among its `words`."""
        plain = [_QUOTES.sub(" ", word).strip() for word in words.split()[:8]]
        asked = " & ".join(f"'{word}':*" for word in plain if word)
        return models.Q(words=SearchQuery(asked, search_type="raw", config="simple")) if asked else models.Q()


class Case(MarkedModel):
    """One incident at one victim. What a victim does about it is never public, hence AMBER unless somebody says otherwise."""

    class State(models.TextChoices):
        OPENED = "opened", _("Opened")
        CONTAINED = "contained", _("Contained")
        ERADICATED = "eradicated", _("Eradicated")
        RECOVERING = "recovering", _("Recovering")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Reopened")
        MERGED = "merged", _("Merged into another")

    class Confidence(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")
        CONFIRMED = "confirmed", _("Confirmed")

    number = models.CharField(max_length=14, unique=True)  # C2022-0007
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="cases")  # the victim
    victim = models.CharField(max_length=200)  # its name: lists and searches need no join
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    classification = models.CharField(max_length=80, default="other.undetermined")  # RSIT, kernel.rsit
    severity = models.PositiveSmallIntegerField(default=3)  # kernel.severity: how bad it is
    confidence = models.CharField(max_length=10, choices=Confidence.choices, default=Confidence.LOW)  # how sure we are
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPENED)
    language = models.CharField(max_length=2, default="nl")  # of what the victim is told
    actor = models.CharField(max_length=120, blank=True)  # the threat actor as somebody named it: a claim, no fact
    techniques = ArrayField(models.CharField(max_length=20), default=list)  # MITRE ATT&CK ids
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="cases")  # the officer who leads it
    happened_at = models.DateTimeField(null=True)  # when it began, as far as known
    opened_at = models.DateTimeField()
    state_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=500, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_from")
    split_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="split_into")
    version = models.PositiveIntegerField(default=1)  # compare-and-set of edits by several people
    rank = models.GeneratedField(  # where it stands when the worst comes first; kept by the database
        expression=models.Case(
            models.When(state__in=["closed", "merged"], then=models.Value(_ENDED)),
            default=models.Value(5) - models.F("severity"),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    words = models.GeneratedField(  # what a search looks through, kept by the database
        expression=SearchVector("number", "victim", "title", "summary", "actor", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = CaseQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["-opened_at"], name="case_newest"),
            models.Index(fields=["rank", "-opened_at"], name="case_rank"),
            models.Index(fields=["state", "rank", "-opened_at"], name="case_worst"),
            models.Index(fields=["organisation", "-opened_at"], name="case_victim"),
            GinIndex(fields=["words"], name="case_words"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """The victim; and whoever helps with its recorded consent, up to TLP:AMBER."""
        helped = CaseHelper.objects.in_force().filter(organisation__in=list(organisations))
        helping = models.Q(pk__in=helped.values("case")) & models.Q(tlp__lte=Tlp.AMBER)
        return models.Q(organisation__in=list(organisations)) | helping


class OfCaseQuerySet(MarkedQuerySet):
    """Things of cases."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those that a viewer may see by their own marking, of cases that he may see."""
        return super().visible_to(viewer).filter(case__in=Case.objects.visible_to(viewer).order_by())


class OfCase(MarkedModel):
    """Something of a case, with a marking of its own: it is seen by who sees the case and may see this too. Subclasses have `case`."""

    objects = OfCaseQuerySet.as_manager()  # type: ignore[misc]  # as above

    class Meta:
        abstract = True

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """Whom the case concerns; helpers up to TLP:AMBER."""
        helped = CaseHelper.objects.in_force().filter(organisation__in=list(organisations))
        helping = models.Q(case__in=helped.values("case")) & models.Q(tlp__lte=Tlp.AMBER)
        return models.Q(case__organisation__in=list(organisations)) | helping

    @property
    def read_tlp(self) -> int:
        """Of row and case the higher one."""
        return max(self.tlp, self.case.tlp)  # type: ignore[attr-defined, no-any-return]  # as below

    @property
    def organisation_id(self) -> UUID:
        """The victim."""
        return self.case.organisation_id  # type: ignore[attr-defined, no-any-return]  # every subclass has its own `case`


class HelperQuerySet(models.QuerySet[Any]):
    """Helpers."""

    def in_force(self) -> Self:
        """With the victim's consent, and not ended."""
        return self.filter(consent_at__isnull=False, ended_at=None)


class CaseHelper(models.Model):
    """An organisation that helps a victim. It sees the case only from the moment that the victim's consent is recorded."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="helpers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="helps")
    what = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    consent_at = models.DateTimeField(null=True)
    consent_by = models.CharField(max_length=200, blank=True)  # who said yes for the victim, and through what
    ended_at = models.DateTimeField(null=True)

    objects = HelperQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "organisation"], condition=models.Q(ended_at=None), name="case_helper_once"
            )
        ]


class CaseSupplier(models.Model):
    """A supplier that is involved: it supplied what failed, or it may be how the intruder came in. It does not see the case."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="suppliers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="involved_in")
    what = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "organisation"], name="case_supplier_once")]


class CaseService(models.Model):
    """A service of the victim, whether it works, and what people do meanwhile."""

    class Operation(models.TextChoices):
        EXTERNAL = "external", _("For citizens")
        INTERNAL = "internal", _("Internal")

    class Status(models.TextChoices):
        UP = "up", _("Works")
        DEGRADED = "degraded", _("Works partly")
        DOWN = "down", _("Does not work")
        UNKNOWN = "unknown", _("Not known")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="services")
    name = models.CharField(max_length=120)
    operation = models.CharField(max_length=8, choices=Operation.choices, default=Operation.EXTERNAL)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.UNKNOWN)
    workaround = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["operation", "name"]
        constraints = [models.UniqueConstraint(fields=["case", "name"], name="case_service_once")]
