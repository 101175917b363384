"""The draft of a situation report: what a room knows at this moment, as lines of which each keeps the TLP of the rows that it was made from.

Only rows count that its author may see. A figure over several rows is made from those that the report's own TLP allows, and carries the highest
of theirs; a line about one row carries that row's, and is dropped and counted when it stands above the report. Claims in lanes of disinformation
are counted and never repeated: they are purged 90 days after the period, and a frozen report is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from paraat.alerts import coverage
from paraat.alerts.models import Alert, Notice
from paraat.incidents.models import ActorClaim, Case, ClockStep
from paraat.kernel.marking import Tlp, Viewer
from paraat.platform.jinja import in_language
from paraat.platform.jinja import moment as at_words
from paraat.warroom.models import Decision, Lane, Room, RoomTask, Signal, Statement
from paraat.warroom.rules import sitrep
from paraat.warroom.rules.sitrep import Content, Line, line

HORIZON = timedelta(hours=48)
"""How far a forecast looks."""
DAYS = 7
"""Days of the trend."""
MOST = 60
"""Rows of one kind that a draft names; the figures count all."""

LANES = {
    "cyber": gettext_lazy("Cyber security"),
    "public-order": gettext_lazy("Public order"),
    "public_order": gettext_lazy("Public order"),
    "disinformation": gettext_lazy("Disinformation"),
    "operational": gettext_lazy("Operational"),
}
"""Lanes that every election has: their names say nothing of the room."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Which report is drafted: of which room, for whom to read, by who may see what."""

    room: Room
    version: str
    ceiling: int
    viewer: Viewer
    since: datetime | None  # when the report before was made
    now: datetime
    next_at: datetime | None

    def seen(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Rows that the author may see, of the room's own world."""
        return rows.visible_to(self.viewer).filter(exercise=self.room.exercise)  # type: ignore[attr-defined, no-any-return]

    def counted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of them that a figure of this report may count."""
        return self.seen(rows).filter(tlp__lte=self.ceiling)

    def names_room(self) -> bool:
        """Whether the report may say what the room says of itself."""
        return self.room.tlp <= self.ceiling


def draft(frame: Frame, language: str) -> tuple[Content, int]:
    """The content in that language, and how many lines were left out because they stand above the report."""
    writers = {
        "room": _room, "bottom_line": _bottom_line, "trend": _trend, "lanes": _lanes, "affected": _affected, "actions": _actions,
        "decisions_asked": _asked, "forecast": _forecast, "statements": _statements, "next_report": _next,
    }  # fmt: skip
    with translation.override(language), timezone.override(settings.TIME_ZONE):
        made = {section: list(writers[section](frame)) for section in sitrep.SECTIONS[frame.version]}
    return sitrep.allowed(made, frame.ceiling)


def _room(frame: Frame) -> Iterator[Line]:
    room = frame.room
    yield line(room.title, room.tlp, key="room", source=room.number)


def _bottom_line(frame: Frame) -> Iterator[Line]:
    found = frame.counted(Case.objects.open().filter(rooms=frame.room)).aggregate(
        n=Count("pk"), victims=Count("organisation", distinct=True), worst=Max("severity"), top=Max("tlp")
    )
    said = _("Organisations hit: %(victims)s; open cases: %(n)s; worst severity: %(worst)s of 5.") % {
        "victims": found["victims"], "n": found["n"], "worst": found["worst"] if found["n"] else "-",
    }  # fmt: skip
    if not found["n"]:
        said = _("There is no open case that this report may name.")
    figures = {"victims": found["victims"], "cases": found["n"]}
    yield line(said, found["top"] or Tlp.CLEAR, key="bottom-cases", figures=figures)
    level = _("Threat level: %(level)s of 4.") % {"level": frame.room.threat_level}
    yield line(level, frame.room.tlp, key="bottom-level", source=frame.room.number)


def _trend(frame: Frame) -> Iterator[Line]:
    today = timezone.localtime(frame.now).replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=DAYS - 1)
    rows = frame.counted(frame.room.signals.all()).filter(reported_at__gte=first)
    days = rows.order_by().annotate(day=TruncDate("reported_at")).values("day").annotate(n=Count("pk"), top=Max("tlp"))
    found = {one["day"]: one for one in days}
    shown = [first.date() + timedelta(days=number) for number in range(DAYS)]
    figures = {day.isoformat(): found[day]["n"] if day in found else 0 for day in shown}
    top = max((one["top"] for one in found.values()), default=Tlp.CLEAR)
    words = _("Signals in the last %(days)s days: %(n)s, of which today %(today)s.")
    said = words % {"days": DAYS, "n": sum(figures.values()), "today": figures[shown[-1].isoformat()]}
    yield line(said, top, key="trend-signals", figures=figures)
    for number, one in enumerate(_since(frame, frame.room.threat_levels.all(), "at")[:MOST]):
        said = _("Threat level %(level)s since %(at)s: %(because)s")
        yield line(
            said % {"level": one.level, "at": at_words(one.at), "because": one.because},
            frame.room.tlp,
            key=f"trend-level-{number}",
            source=frame.room.number,
        )


def _lanes(frame: Frame) -> Iterator[Line]:
    signals = frame.counted(Signal.objects.filter(room=frame.room)).order_by()
    fresh = Q(reported_at__gt=frame.since) if frame.since else Q()
    ended = Q(closed_at__gt=frame.since) if frame.since else Q()
    counts = {
        one["lane"]: one
        for one in signals.values("lane").annotate(
            new=Count("pk", filter=fresh), open=Count("pk", filter=~Q(state=Signal.State.CLOSED)),
            closed=Count("pk", filter=Q(state=Signal.State.CLOSED) & ended), escalated=Count("pk", filter=Q(state=Signal.State.ESCALATED)),
            confirmed=Count("pk", filter=Q(verified=True)), unverified=Count("pk", filter=Q(verified=None)), top=Max("tlp"),
        )
    }  # fmt: skip
    names = ("new", "open", "closed", "escalated", "confirmed", "unverified")
    for lane in frame.room.lanes.all():
        found = counts.get(lane.pk, {})
        yield line(
            _lane_name(frame, lane),
            found.get("top") or Tlp.CLEAR,
            key=f"lane-{lane.position}",
            figures={name: found.get(name, 0) for name in names},
        )
    if frame.version == "tactical":
        yield from _signals(frame)


def _lane_name(frame: Frame, lane: Lane) -> str:
    known = LANES.get(lane.key)
    if frame.names_room():
        return in_language(lane.title) or str(known or lane.key)
    return str(known or _("Lane %(number)s") % {"number": lane.position + 1})


def _signals(frame: Frame) -> Iterator[Line]:
    """What is open or was decided since the report before; never the words of disinformation."""
    rows = frame.seen(Signal.objects.filter(room=frame.room, lane__disinformation=False, purged_at=None))
    open_or_new = ~Q(state=Signal.State.CLOSED) | (Q(closed_at__gt=frame.since) if frame.since else Q(pk__in=[]))
    for one in rows.filter(open_or_new).select_related("lane").order_by("lane__position", "-reported_at")[:MOST]:
        said = _("%(text)s (%(state)s)") % {"text": one.text, "state": one.get_state_display()}
        graded = f"{one.source} [{one.reliability}{one.credibility}]".strip()
        yield line(said, one.tlp, key=f"signal-{one.pk}", source=graded, verified=one.verified)


def _affected(frame: Frame) -> Iterator[Line]:
    cases = frame.seen(frame.room.cases.all()).select_related("organisation").order_by("-severity", "victim")
    for case in cases[:MOST]:
        words = _("%(victim)s (%(number)s): %(title)s; severity %(severity)s; %(state)s")
        said = words % {
            "victim": case.victim, "number": case.number, "title": case.title, "severity": case.severity,
            "state": case.get_state_display(),
        }  # fmt: skip
        place = {case.organisation.province: 1} if case.organisation.province else {}
        sure = True if case.confidence == Case.Confidence.CONFIRMED else None
        top = max(case.tlp, case.organisation.tlp)
        yield line(said, top, key=f"case-{case.pk}", source=case.number, verified=sure, places=place)
    for alert in frame.seen(Alert.objects.filter(rooms=frame.room)).order_by("-created_at")[:10]:
        yield _alert(frame, alert)


def _alert(frame: Frame, alert: Alert) -> Line:
    """How far an alert got, of the notices that this report may count."""
    notices = frame.counted(alert.notices.exclude(state=Notice.State.PREPARED))
    counts = coverage.counts(coverage.classified_notices(notices))
    top = notices.aggregate(top=Max("tlp"))["top"] or Tlp.CLEAR
    words = _(
        "Alert %(number)s: %(reached)s of %(all)s organisations acknowledged, %(silent)s silent, %(none)s could not be reached"
    )
    said = words % {
        "number": alert.number, "reached": counts["reached"], "all": sum(counts.values()), "silent": counts["silent"],
        "none": counts["no_contact"] + counts["no_out_of_band"] + counts["bounced"],
    }  # fmt: skip
    figures = {name: number for name, number in counts.items() if number}
    return line(said, max(alert.tlp, top), key=f"alert-{alert.pk}", source=alert.number, figures=figures)


def _actions(frame: Frame) -> Iterator[Line]:
    taken = frame.seen(Decision.objects.filter(room=frame.room).exclude(text=""))
    for one in _since(frame, taken, "recorded_at")[:MOST]:
        said = _("Decided: %(text)s") % {"text": one.text}
        yield line(said, one.tlp, key=f"decision-{one.pk}", source=one.decided_by)
    tasks = frame.seen(RoomTask.objects.filter(room=frame.room)).select_related("organisation")
    done = Q(done_at__gt=frame.since) if frame.since else Q(done_at__isnull=False)
    for task in tasks.filter(Q(done_at=None) | done)[:MOST]:
        state = (
            _("done") if task.done_at else _("due %(at)s") % {"at": at_words(task.due_at)} if task.due_at else _("open")
        )
        who = f", {task.organisation.name}" if task.organisation else ""
        top = max(task.tlp, task.organisation.tlp if task.organisation else 0)
        yield line(f"{task.title} ({state}{who})", top, key=f"task-{task.pk}")


def _asked(frame: Frame) -> Iterator[Line]:
    rows = frame.seen(Decision.objects.filter(room=frame.room, decided_at=None, text="").exclude(asked=""))
    for one in rows.order_by("asked_at", "recorded_at")[:MOST]:
        yield line(one.asked, one.tlp, key=f"asked-{one.pk}", source=one.recorded_by)


def _forecast(frame: Frame) -> Iterator[Line]:
    until = frame.now + HORIZON
    yield line(_("Looks ahead until %(at)s.") % {"at": at_words(until)}, Tlp.CLEAR, key="horizon")
    cases = frame.seen(frame.room.cases.all()).values("pk")
    claims = frame.seen(ActorClaim.objects.filter(case__in=cases, published_at=None, publishes_at__lte=until))
    for claim in claims.select_related("case").order_by("publishes_at")[:MOST]:
        said = _("%(actor)s claims that it will publish data of %(victim)s on %(at)s: a claim, not confirmed") % {
            "actor": claim.actor, "victim": claim.case.victim, "at": at_words(claim.publishes_at),
        }  # fmt: skip
        yield line(said, max(claim.tlp, claim.case.tlp), key=f"claim-{claim.pk}", source=claim.case.number)
    steps = frame.seen(ClockStep.objects.open().filter(clock__case__in=cases, due_at__lte=until))
    for step in steps.select_related("clock__case").order_by("due_at")[:MOST]:
        case = step.clock.case
        words = _("%(victim)s: %(step)s under %(regime)s falls due %(at)s")
        said = words % {
            "victim": case.victim,
            "step": step.key,
            "regime": step.clock.regime,
            "at": at_words(step.due_at),
        }
        yield line(said, max(step.tlp, step.clock.tlp, case.tlp), key=f"step-{step.pk}", source=case.number)


def _statements(frame: Frame) -> Iterator[Line]:
    for one in frame.seen(Statement.objects.filter(room=frame.room)).standing(frame.now)[:MOST]:  # type: ignore[attr-defined]
        words = _("%(text)s (%(authority)s, %(day)s; until %(until)s)")
        said = words % {
            "text": in_language(one.text), "authority": one.authority, "day": at_words(one.quoted_at), "until": at_words(one.expires_at),
        }  # fmt: skip
        yield line(said, one.tlp, key=f"statement-{one.pk}", source=one.authority, verified=True)


def _next(frame: Frame) -> Iterator[Line]:
    if frame.next_at:
        yield line(_("Next report: %(at)s.") % {"at": at_words(frame.next_at)}, Tlp.CLEAR, key="next")


def _since(frame: Frame, rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    return rows.filter(**{f"{field}__gt": frame.since}) if frame.since else rows
