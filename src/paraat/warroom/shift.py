"""What the next shift must know, gathered at one moment: silent constituents, claimed calls, clocks, decisions, tasks, cases, statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from paraat.accounts.models import WaitingTask
from paraat.alerts.models import CallLine, Notice
from paraat.incidents.clocks import due_lines
from paraat.incidents.models import Case
from paraat.kernel.marking import Viewer
from paraat.platform.jinja import in_language
from paraat.warroom.models import Decision, Room, Statement, Trigger
from paraat.warroom.rules import handover
from paraat.warroom.rules.handover import AHEAD, Row, row

MOST = 200
"""Rows of a kind that a hand-over names; nobody reads more in fifteen minutes."""


def gather(viewer: Viewer, now: datetime) -> dict[str, list[Row]]:
    """The content of a hand-over, as `viewer` sees it at `now`, in the language of the moment."""
    makers: dict[str, Callable[[Viewer, datetime], Iterator[Row]]] = {
        "silent": _silent, "calls": _calls, "clocks": _clocks, "decisions": _decisions, "tasks": _tasks, "cases": _cases,
        "statements": _statements,
    }  # fmt: skip
    return {section: handover.ordered(list(makers[section](viewer, now))) for section in handover.SECTIONS}


def _seen(rows: QuerySet[Any], viewer: Viewer) -> QuerySet[Any]:
    return rows.visible_to(viewer)  # type: ignore[attr-defined, no-any-return]


def _silent(viewer: Viewer, _now: datetime) -> Iterator[Row]:
    rows = _seen(Notice.objects.open().filter(silent_since__isnull=False), viewer)
    for one in rows.select_related("alert", "organisation", "officer").order_by("-severity", "silent_since")[:MOST]:
        words = _("%(organisation)s is silent on %(alert)s: %(title)s")
        said = words % {
            "organisation": one.organisation.name, "alert": one.alert.number, "title": in_language(one.alert.title),
        }  # fmt: skip
        yield row(said, url=f"/notices/{one.pk}/", tlp=max(one.tlp, one.alert.tlp), exercise=one.exercise)


def _calls(viewer: Viewer, _now: datetime) -> Iterator[Row]:
    rows = _seen(CallLine.objects.open().filter(claimed_by__isnull=False), viewer)
    for one in rows.select_related("organisation", "claimed_by").order_by("claimed_at")[:MOST]:
        said = _("%(who)s is calling %(organisation)s") % {
            "who": one.claimed_by.name, "organisation": one.organisation.name,
        }  # fmt: skip
        yield row(said, url=reverse("calls"), tlp=one.tlp, exercise=one.exercise)


def _clocks(viewer: Viewer, now: datetime) -> Iterator[Row]:
    for one in due_lines(viewer, within_hours=AHEAD / timedelta(hours=1), now=now)[:MOST]:
        about = one.number or one.name
        said = _("%(organisation)s, %(case)s: %(step)s (%(regime)s)") % {
            "organisation": one.name, "case": about, "step": one.title, "regime": one.regime,
        }  # fmt: skip
        yield row(said, url=one.url, tlp=one.tlp, exercise=one.exercise, due_at=one.due_at)


def _decisions(viewer: Viewer, _now: datetime) -> Iterator[Row]:
    rows = _seen(Decision.objects.filter(decided_at=None, text="").exclude(asked=""), viewer)
    for one in rows.exclude(room__state=Room.State.CLOSED).select_related("room").order_by("recorded_at")[:MOST]:
        said = f"{one.room.number}: {one.asked}"
        yield row(said, url=f"/rooms/{one.room_id}/", tlp=max(one.tlp, one.room.tlp), exercise=one.exercise)
    seen = _seen(Room.objects.all(), viewer)
    for pulled in Trigger.objects.filter(room__in=seen, pulled_at__isnull=False, answered_at=None).select_related(
        "room"
    ):
        said = f"{pulled.room.number}: {pulled.condition} → {pulled.then}"
        yield row(
            said,
            url=f"/rooms/{pulled.room_id}/",
            tlp=pulled.room.tlp,
            exercise=pulled.room.exercise,
            due_at=pulled.due_at,
        )


def _tasks(viewer: Viewer, _now: datetime) -> Iterator[Row]:
    rows = _seen(WaitingTask.objects.open(), viewer).select_related("taken_by").order_by("-urgent", "since")
    for one in rows.exclude(kind="handover")[:MOST]:
        who = f" ({one.taken_by.name})" if one.taken_by else ""
        yield row(f"{one.summary}{who}", url=one.url, tlp=one.tlp, exercise=one.exercise)


def _cases(viewer: Viewer, _now: datetime) -> Iterator[Row]:
    for one in _seen(Case.objects.open().filter(owner=None), viewer).order_by("-severity", "opened_at")[:MOST]:
        said = _("%(number)s %(victim)s has no owner: %(title)s") % {
            "number": one.number, "victim": one.victim, "title": one.title,
        }  # fmt: skip
        yield row(said, url=f"/cases/{one.pk}/", tlp=one.tlp, exercise=one.exercise)


def _statements(viewer: Viewer, now: datetime) -> Iterator[Row]:
    rows = _seen(Statement.objects.standing(now).filter(expires_at__lte=now + AHEAD), viewer)
    for one in rows.select_related("room").order_by("expires_at")[:MOST]:
        said = f"{one.room.number}: {one.subject}"
        url = f"/rooms/{one.room_id}/statements/{one.pk}/"
        yield row(said, url=url, tlp=max(one.tlp, one.room.tlp), exercise=one.exercise, due_at=one.expires_at)
