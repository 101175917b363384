"""What a room looks like at one moment for one class of viewers, read in a constant number of queries whatever the room holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case as Either
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, When
from django.utils import timezone

from paraat.accounts.models import Membership
from paraat.accounts.words import ROLES
from paraat.alerts.looks import IS
from paraat.alerts.models import Alert, Notice
from paraat.alerts.rules.looks import Look, Tally
from paraat.incidents.clocks import DueLine, due_lines
from paraat.incidents.models import Case
from paraat.kernel.marking import Role, Viewer
from paraat.registry.models import Organisation
from paraat.warroom.models import (
    Decision,
    Lane,
    LogEntry,
    Participant,
    Room,
    RoomTask,
    Signal,
    ThreatLevel,
    Trigger,
)
from paraat.warroom.reach import Reach
from paraat.warroom.rules import rhythm
from paraat.warroom.rules.rhythm import Point

NEWEST, ESCALATED, LINES, DONE, WATCHED, CLOCKS = 8, 4, 12, 5, 60, 3
AHEAD = 40 * 24
"""Hours: every step that the law sets lies within forty days."""


@dataclass(frozen=True, slots=True)
class LaneSeen:
    """A lane with what is escalated in it, its newest signals, and how many there are of each kind."""

    lane: Lane
    escalated: list[Signal]
    newest: list[Signal]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """A joined case. `case` None: restricted, and only who to ask is said."""

    case: Case | None
    owner: str = ""
    clocks: list[DueLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AlertSeen:
    """A joined alert with how its notices stand. `alert` None: restricted."""

    alert: Alert | None
    counts: Tally | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class TownSeen:
    """A watched organisation: where it stands on the joined alerts (calm: it was told nothing), and whether anybody can be reached there."""

    organisation: Organisation
    look: Look


@dataclass(frozen=True)
class Picture:
    """What happens in the room, as everybody of a class of rights sees it; each thing is read when it is first asked for."""

    room: Room
    reach: Reach
    now: datetime

    @cached_property
    def upcoming(self) -> Point | None:
        """The next fixed point of the day."""
        return rhythm.upcoming(self.room.rhythm, self.now, start=self.room.period_from, end=self.room.period_until)

    @cached_property
    def levels(self) -> list[ThreatLevel]:
        """The last threat levels."""
        return list(self.room.threat_levels.all()[:6])

    @cached_property
    def lanes(self) -> list[LaneSeen]:
        """The lanes, side by side."""
        return _lanes(self.room, self.reach)

    @cached_property
    def _decisions(self) -> list[Decision]:
        return list(_in(Decision, self.room, self.reach).prefetch_related("replaced_by")[:40])

    @property
    def asked(self) -> list[Decision]:
        """What waits for a decision."""
        return [one for one in self._decisions if one.decided_at is None]

    @property
    def taken(self) -> list[Decision]:
        """What was decided last."""
        return [one for one in self._decisions if one.decided_at is not None][:LINES]

    @cached_property
    def open_tasks(self) -> list[RoomTask]:
        """What is to be done, the first due first."""
        return list(self._tasks.filter(done_at=None).order_by(F("due_at").asc(nulls_last=True), "made_at")[:40])

    @cached_property
    def done_tasks(self) -> list[RoomTask]:
        """What was done last."""
        return list(self._tasks.exclude(done_at=None).order_by("-done_at")[:DONE])

    @property
    def _tasks(self) -> QuerySet[RoomTask]:
        return _in(RoomTask, self.room, self.reach).select_related("organisation", "owner")

    @cached_property
    def log(self) -> list[LogEntry]:
        """The last lines of the log."""
        return list(_in(LogEntry, self.room, self.reach)[:LINES])

    @cached_property
    def triggers(self) -> list[Trigger]:
        """The escalation triggers, those whose clock runs first."""
        return list(self.room.triggers.order_by(_running_first(), "due_at", "pk"))

    @property
    def running(self) -> list[Trigger]:
        """Triggers whose clock runs."""
        return [one for one in self.triggers if one.pulled_at and not one.answered_at]

    @property
    def escalated(self) -> list[Signal]:
        """What is escalated, over all lanes."""
        return [signal for lane in self.lanes for signal in lane.escalated]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the room is about: who takes part, and what is joined to it."""

    people: list[Participant]
    cases: list[CaseSeen]
    alerts: list[AlertSeen]
    towns: list[TownSeen]


def surroundings(viewer: Viewer, room: Room, reach: Reach, now: datetime) -> Surroundings:
    """What the room is about, as this viewer, and everybody of his class, sees it at `now`."""
    return Surroundings(
        people=list(room.participants.filter(left_at=None).select_related("organisation").order_by("joined_at")),
        cases=_cases(viewer, room, reach, now),
        alerts=_alerts(viewer, room, reach),
        towns=_towns(viewer, reach, room.exercise),
    )


def picture(room: Room, reach: Reach, now: datetime) -> Picture:
    """What happens in the room, as everybody of this class of rights sees it at `now`."""
    return Picture(room, reach, now)


def _in(model: Any, room: Room, reach: Reach) -> QuerySet[Any]:
    """What of this room the class may see: `visible_to` says the same for each of its viewers (a test holds the two together)."""
    rows: QuerySet[Any] = model.objects.filter(room=room, tlp__lte=reach.top)
    return rows


def _running_first() -> Either:
    running = Q(pulled_at__isnull=False, answered_at=None)
    return Either(When(running, then=0), default=1)


# Lanes ----------------------------------------------------------------------------------------------------------------------------


def _lanes(room: Room, reach: Reach) -> list[LaneSeen]:
    """Four queries, each row found by an index: the newest of a lane cost the same among ten signals and among ten thousand."""
    mine = Signal.objects.filter(lane=OuterRef("pk"), tlp__lte=reach.top).exclude(state=Signal.State.CLOSED)
    up = mine.filter(state=Signal.State.ESCALATED).order_by("-reported_at").values("pk")[:ESCALATED]
    new = mine.exclude(state=Signal.State.ESCALATED).order_by("-reported_at").values("pk")[:NEWEST]
    lanes = list(room.lanes.annotate(up=ArraySubquery(up), new=ArraySubquery(new)))
    keys = [key for lane in lanes for key in (*lane.up, *lane.new)]
    signals = Signal.objects.select_related("organisation", "lane").in_bulk(keys)
    counted: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    rows = _in(Signal, room, reach).order_by().values_list("lane", "state").annotate(number=Count("pk"))
    for lane_key, state, number in rows:
        counted[lane_key][state] = number
    return [
        LaneSeen(lane, [signals[key] for key in lane.up], [signals[key] for key in lane.new], counted[lane.pk])
        for lane in lanes
    ]


# What is joined -------------------------------------------------------------------------------------------------------------------


def _cases(viewer: Viewer, room: Room, reach: Reach, now: datetime) -> list[CaseSeen]:
    joined = list(room.cases.select_related("owner").order_by("-severity", "-opened_at"))
    seen = [case for case in joined if case.pk in reach.cases]
    clocks = _clocks(viewer, seen, now)
    hidden = _owners(case.owner_id for case in joined if case.pk not in reach.cases)
    return [CaseSeen(case, clocks=clocks.get(case.pk, [])) for case in seen] + [CaseSeen(None, one) for one in hidden]


def _owners(keys: Iterable[UUID | None]) -> list[str]:
    """Whom to ask about what one may not see: the role of whoever leads it, never a name; each once, so that nobody counts what is hidden."""
    wanted = list(keys)
    if not wanted:
        return []
    held = Membership.objects.in_force().filter(user__in=[key for key in wanted if key], role__in=ROLES)
    roles = dict(held.order_by("role").values_list("user", "role"))
    words = {str(ROLES[Role(roles[key])]) if key in roles else "" for key in wanted}
    return sorted(words)


def _clocks(viewer: Viewer, cases: list[Case], now: datetime) -> dict[UUID, list[DueLine]]:
    """The open steps of the statutory clocks of the cases that are seen, the first due of each case."""
    found: defaultdict[UUID, list[DueLine]] = defaultdict(list)
    for line in due_lines(viewer, cases=cases, within_hours=AHEAD, now=now) if cases else ():
        if line.case is not None and len(found[line.case]) < CLOCKS:
            found[line.case].append(line)
    return dict(found)


def _alerts(viewer: Viewer, room: Room, reach: Reach) -> list[AlertSeen]:
    joined = list(room.alerts.order_by("-severity", "-created_at"))
    seen = [alert for alert in joined if alert.pk in reach.alerts]
    notices = Notice.objects.shown_to(viewer).filter(alert__in=reach.alerts).order_by().values("alert")
    counted = notices.annotate(**{one.value: Count("pk", filter=IS[one]) for one in IS}) if seen else []
    tallies = {row.pop("alert"): Tally(**row) for row in counted}
    hidden = [AlertSeen(None)] if len(seen) < len(joined) else []
    return [AlertSeen(alert, tallies.get(alert.pk, Tally())) for alert in seen] + hidden


def _towns(viewer: Viewer, reach: Reach, exercise: bool) -> list[TownSeen]:
    """Who is watched, worst first."""
    if not reach.organisations:
        return []
    told = Notice.objects.shown_to(viewer).filter(alert__in=reach.alerts, exercise=exercise).order_by()
    worst = dict(told.values_list("organisation").annotate(worst=Min("rank")))
    looks = tuple(Look)
    rows = Organisation.objects.filter(pk__in=reach.organisations).with_reach(timezone.localdate())
    towns = [TownSeen(one, looks[worst[one.pk]] if one.pk in worst else Look.CALM) for one in rows]
    towns.sort(key=lambda town: (looks.index(town.look), town.organisation.name))
    return towns[:WATCHED]
