"""A tenant: the emergency cloud of one victim, from the request to the proof that it is gone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from paraat.cloud.models.programmes import Programme
from paraat.incidents.models import Case
from paraat.platform.marked import MarkedModel, MarkedQuerySet
from paraat.registry.models import Contact, Organisation


class TenantQuerySet(MarkedQuerySet):
    """Tenants."""

    def alive(self) -> Self:
        """Not refused and not proven gone: it may have something on the engine."""
        return self.exclude(state__in=[Tenant.State.REFUSED, Tenant.State.DESTROYED])


class Tenant(MarkedModel):
    """One victim's services. `wanted` is what people decided; `state` how far it is; the engine is brought to `wanted`, however often it fails.

    Marked AMBER+STRICT by default: that a town needs this is for the town and the team.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        REFUSED = "refused", _("Refused")
        APPROVED = "approved", _("Approved")
        QUEUED = "queued", _("Waiting for room")
        STARTING = "starting", _("Starting")
        VERIFIED = "verified", _("Verified")
        RESTORED = "restored", _("Restored")
        HANDED_OVER = "handed_over", _("Handed over")
        STOPPED = "stopped", _("Stopped")  # wound down: nothing runs, everything is kept
        EXPORTED = "exported", _("Exported")
        DESTROYING = "destroying", _("Being destroyed")
        DESTROYED = "destroyed", _("Destroyed")

    class Wanted(models.TextChoices):
        NOTHING = "nothing", _("Nothing yet")
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")
        GONE = "gone", _("Gone")

    class Kind(models.TextChoices):
        EMERGENCY = "emergency", _("Emergency")
        DRILL = "drill", _("Drill")
        EXERCISE = "exercise", _("Exercise")

    number = models.CharField(max_length=14, unique=True)  # T2026-0001
    name = models.CharField(max_length=40)  # a DNS label: `ronse`, `ronse-drill-2`; unique while it lives
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="tenants")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="tenants")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.EMERGENCY)
    state = models.CharField(max_length=12, choices=State.choices, default=State.REQUESTED)
    state_at = models.DateTimeField()
    wanted = models.CharField(max_length=8, choices=Wanted.choices, default=Wanted.NOTHING)
    driver = models.CharField(max_length=20)
    services = ArrayField(models.CharField(max_length=40))
    domain = models.CharField(max_length=200)
    priority = models.PositiveSmallIntegerField(default=3)  # 1 first, when there is no room for all

    programme = models.ForeignKey(Programme, models.PROTECT, null=True, related_name="tenants")
    memory_mb = models.PositiveIntegerField()
    cpu_millis = models.PositiveIntegerField()
    disk_gb = models.PositiveIntegerField()
    cents_per_day = models.PositiveIntegerField()
    until = models.DateTimeField(null=True)  # extended by a person; past it somebody must decide
    until_told_at = models.DateTimeField(null=True)  # when somebody was asked to decide; extending asks again later
    over_envelope = models.BooleanField(default=False)
    override_by = models.CharField(max_length=200, blank=True)
    override_because = models.TextField(blank=True)

    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=200)
    requested_contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, related_name="+"
    )  # who of the victim asked
    consent = models.TextField(blank=True)  # who of the victim agreed, how and when, in the officer's words
    consent_by = models.CharField(max_length=200, blank=True)  # the officer who recorded it
    called_back_at = models.DateTimeField(null=True)  # start and DNS need a call to a second contact
    called_back_by = models.CharField(max_length=200, blank=True)
    called_back_to = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=200, blank=True)
    refused_because = models.TextField(blank=True)
    ended_because = models.TextField(blank=True)  # why it was wound down or destroyed
    ended_by = models.CharField(max_length=200, blank=True)
    keep_backups = models.BooleanField(default=True)  # when it is destroyed: its repository stays, or goes as well

    values = models.JSONField(
        default=dict
    )  # the prepared values as they were when it started (workload.Prepared, no secrets)
    secrets = models.BinaryField(default=b"")  # sealed JSON: the services' secrets and the backup's key
    started_at = models.DateTimeField(null=True)
    healthy_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    restored_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    exported_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)
    proof = models.JSONField(default=dict)  # what was looked for and not found, when it was destroyed
    sheet_at = models.DateTimeField(null=True)  # the sealed sheet was issued
    sheet_generation = models.PositiveIntegerField(default=0)
    trouble = models.TextField(blank=True)  # what keeps it from what is wanted, for people
    over_disk = models.BooleanField(default=False)  # its volumes hold more than its budget: somebody was told

    objects = TenantQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-requested_at"]
        indexes = [
            models.Index(fields=["wanted", "state"], name="cloud_tenant_wanted")
        ]  # the loop asks every ten seconds
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=~models.Q(state__in=["refused", "destroyed"]), name="cloud_tenant_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def real(self) -> bool:
        """Whether clients can reach what its engine runs; the double in memory runs nothing (`drivers.base.Driver.real`)."""
        return self.driver != "memory"

    def get_state_display(self) -> str:  # type: ignore[no-redef]  # the plugin has Django's own already
        """Its state for people. Nothing is called verified where no client could try it."""
        if self.state == self.State.VERIFIED and not self.real:
            return gettext("Started whole, nothing proven")
        return str(self.State(self.state).label)


class OfTenant(models.Model):
    """A row of a tenant: seen by whoever may see the tenant."""

    tenant_id: UUID

    class Meta:
        abstract = True


class Step(OfTenant):
    """One step of bringing a tenant about, shown live: waiting, running, done or failed, with its times."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="steps")
    run = models.PositiveIntegerField(default=1)  # which start, restore, export or end of this tenant
    deed = models.CharField(max_length=20)  # start, verify, restore, backup, export, destroy
    name = models.CharField(max_length=40)  # network, web, mail, healthy, verified, entrance …
    order = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    detail = models.TextField(blank=True)  # what was proven or what went wrong

    class Meta:
        ordering = ["run", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "deed", "name"], name="cloud_step_once")]


class TenantService(OfTenant):
    """One service of a tenant as it was last seen."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="seen")
    service = models.CharField(max_length=40)
    health = models.CharField(max_length=10, default="absent")  # drivers.base.Health
    revision = models.CharField(max_length=16, blank=True)
    restarts = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    proven = models.JSONField(default=list)  # what its verify.py says it proved
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["tenant", "service"], name="cloud_seen_once")]


def concerning(organisations: Collection[UUID]) -> models.Q:
    """Rows of tenants of these organisations, for models that hang on a tenant."""
    return models.Q(tenant__organisation__in=list(organisations))
