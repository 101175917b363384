"""A war room: what it joins, who takes part, its lanes and what is reported in them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.alerts.models import Alert
from paraat.incidents.models import Case
from paraat.kernel.admiralty import Credibility, Reliability
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp, Viewer
from paraat.platform.marked import MarkedModel, MarkedQuerySet
from paraat.registry.models import Organisation
from paraat.warroom.rules import rights


class TakingPartQuerySet(MarkedQuerySet):
    """Rows for the team, for auditors up to TLP:AMBER+STRICT, and for whoever takes part up to its ceiling; for nobody else, however low marked."""

    def visible_to(self, viewer: Viewer) -> Self:
        """The rows that `rules.rights.may_see` grants. A room is no community: that something is GREEN does not open it to a passer-by."""
        top = rights.top(viewer)
        seen = models.Q(tlp__lte=top) if top is not None else models.Q()
        if viewer.own:
            seen |= self.model.concerns(viewer.own)
        return self.filter(seen) if seen else self.none()


class RoomQuerySet(TakingPartQuerySet):
    """Rooms."""

    def open(self) -> Self:
        """Not closed."""
        return self.exclude(state=Room.State.CLOSED)


class Room(MarkedModel):
    """Several organisations in one room, over cases and alerts. Being in a room is not seeing a case."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACTIVE = "active", _("Active")
        STANDBY = "standby", _("Standby")
        CLOSED = "closed", _("Closed")

    class Kind(models.TextChoices):
        INCIDENT = "incident", _("Incident")
        ELECTION = "election", _("Election")
        EVENT = "event", _("Event")

    number = models.CharField(max_length=14, unique=True)  # W2024-0003
    title = models.CharField(max_length=200)
    purpose = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.INCIDENT)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    state_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    period_from = models.DateTimeField(null=True)  # the operational period
    period_until = models.DateTimeField(null=True)
    rhythm = models.JSONField(default=list)  # battle rhythm: [{"at": "08:00", "what": "Briefing"}], Europe/Brussels
    threat_level = models.PositiveSmallIntegerField(default=1)  # 1 low to 4 very serious, as OCAD/CUTA counts
    cases = models.ManyToManyField(Case, related_name="rooms")
    alerts = models.ManyToManyField(Alert, related_name="rooms")
    organisations = models.ManyToManyField(Organisation, related_name="watched_in")  # affected or watched over
    closed_at = models.DateTimeField(null=True)
    review = models.JSONField(default=dict)  # after-action review: what was expected, what happened, why, what changes
    purge_at = models.DateTimeField(null=True)  # disinformation signals go 90 days after the period
    cursor = models.PositiveBigIntegerField(default=0)  # grows with every change: a viewer fetches what is newer

    objects = RoomQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes the base's for a class variable

    class Meta:
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organisation_id(self) -> None:
        """It joins several; `concerns` says whom."""
        return

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """Whoever takes part, up to his ceiling."""
        taking = Participant.objects.filter(
            room=models.OuterRef("pk"),
            organisation__in=list(organisations),
            left_at=None,
            ceiling__gte=models.OuterRef("tlp"),
        )
        return models.Q(models.Exists(taking))


class InRoomQuerySet(TakingPartQuerySet):
    """Things of a room."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those that a viewer may see by their own marking, of rooms that he may see."""
        seen = super().visible_to(viewer)
        if rights.top(viewer) == Tlp.RED:
            return seen
        return seen.filter(room__in=Room.objects.visible_to(viewer).order_by())


class InRoom(MarkedModel):
    """Something of a room, with a marking of its own: for participants up to their ceiling. Subclasses have `room`."""

    objects = InRoomQuerySet.as_manager()  # type: ignore[misc]  # as above

    class Meta:
        abstract = True

    @property
    def organisation_id(self) -> None:
        """It is the room's; `concerns` says whom that is."""
        return

    @classmethod
    def concerns(cls, organisations: Collection[UUID]) -> models.Q:
        """Whoever takes part in the room, up to his ceiling."""
        taking = Participant.objects.filter(
            room=models.OuterRef("room"),
            organisation__in=list(organisations),
            left_at=None,
            ceiling__gte=models.OuterRef("tlp"),
        )
        return models.Q(models.Exists(taking))


class Participant(models.Model):
    """An organisation that takes part, as what, and up to which TLP it is told."""

    class Part(models.TextChoices):
        LEAD = "lead", _("Lead")
        RESPONDER = "responder", _("Responder")
        OBSERVER = "observer", _("Observer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="participants")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="takes_part")
    part = models.CharField(max_length=10, choices=Part.choices, default=Part.RESPONDER)
    ceiling = models.PositiveSmallIntegerField(default=Tlp.AMBER, choices=[(level.value, level.label) for level in Tlp])
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["room", "organisation"], condition=models.Q(left_at=None), name="participant_once"
            )
        ]


class Lane(models.Model):
    """A subject that a part of the room watches: for elections cyber, public order, disinformation and operational."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="lanes")
    key = models.CharField(max_length=40)
    title = models.JSONField()  # per language
    position = models.PositiveSmallIntegerField(default=0)
    disinformation = models.BooleanField(default=False)  # its signals carry no private persons and are purged

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["room", "key"], name="lane_once")]


class Signal(InRoom):
    """Something reported in a lane: graded by the Admiralty scale, verified or not."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        OPEN = "open", _("Being looked at")
        ESCALATED = "escalated", _("Escalated")
        CLOSED = "closed", _("Closed")

    room = models.ForeignKey(Room, models.PROTECT, related_name="signals")
    lane = models.ForeignKey(Lane, models.PROTECT, related_name="signals")
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    text = models.TextField()
    source = models.CharField(max_length=200, blank=True)
    reliability = models.CharField(
        max_length=1, choices=[(r.value, r.value) for r in Reliability], default=Reliability.F
    )
    credibility = models.CharField(
        max_length=1, choices=[(c.value, c.value) for c in Credibility], default=Credibility.CANNOT_BE_JUDGED
    )
    verified = models.BooleanField(null=True)  # null: not verified; true or false: checked, and so or not so
    verified_how = models.CharField(max_length=300, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")  # where it plays
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, related_name="+")
    claim = models.CharField(max_length=500, blank=True)  # of disinformation: what is claimed ...
    channel = models.CharField(max_length=100, blank=True)  # ... where ...
    spread = models.CharField(max_length=200, blank=True)  # ... and how far it went
    legal_basis = models.CharField(max_length=300, blank=True)
    purge_at = models.DateTimeField(null=True)  # of disinformation: 90 days after the period it was reported in
    purged_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    reported_by = models.CharField(max_length=200)
    escalated_at = models.DateTimeField(null=True)
    escalated_to = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-reported_at"]
        indexes = [
            models.Index(
                fields=["lane", "-reported_at"], name="signal_lane"
            ),  # the newest of each lane, at every change
            models.Index(fields=["purge_at"], condition=models.Q(purged_at=None), name="signal_purge"),
        ]

    @property
    def lane_key(self) -> str:
        """The key of its lane, as machines name it."""
        return str(self.lane.key)


class Decision(InRoom):
    """What the room decided, why, and who was there. Append-only: a later decision replaces an earlier one."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="decisions")
    text = models.TextField(blank=True)
    asked = models.TextField(blank=True)  # a decision that is asked of somebody; empty text: still open
    because = models.TextField(blank=True)
    present = models.JSONField(default=list)  # labels of who was present
    asked_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")

    class Meta:
        ordering = ["-recorded_at"]


class RoomTask(InRoom):
    """Something that the room asked somebody to do."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="tasks")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="tasks")
    title = models.CharField(max_length=300)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["due_at", "made_at"]


class LogEntry(InRoom):
    """A line of the room's log. The database refuses changing or removing it."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="log")
    text = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["room", "-at"], name="log_room")]


class ThreatLevel(models.Model):
    """Every threat level that the room gave itself, with its reason."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="threat_levels")
    level = models.PositiveSmallIntegerField()
    because = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at"]


class Trigger(models.Model):
    """An escalation trigger: when this happens, that must be done within so many minutes. Pulled, it has a clock."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="triggers")
    condition = models.CharField(max_length=300)
    then = models.CharField(max_length=300)
    minutes = models.PositiveIntegerField()
    pulled_at = models.DateTimeField(null=True)
    pulled_by = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(null=True)
    paged_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(answered_at=None, paged_at=None), name="trigger_due")
        ]
