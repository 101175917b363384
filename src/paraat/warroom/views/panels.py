"""What stands on a room's page about statements and situation reports. It depends on the reader's class of rights, never on his person."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from paraat.kernel.marking import Viewer
from paraat.platform import moment
from paraat.warroom.models import PressCall, Room, SituationReport, Statement

NEWEST = 4


def statements(viewer: Viewer, room: Room) -> str:
    """What may be said now, what waits for approval, and how many calls of the press nobody answered."""
    seen = Statement.objects.readable_by(viewer).filter(room=room)
    standing = list(seen.standing(moment.now()).order_by("subject"))
    waiting = seen.filter(state=Statement.State.SUBMITTED).count()
    calls = PressCall.objects.visible_to(viewer).filter(room=room, told_at=None).count()
    context = {"room": room, "standing": standing, "waiting": waiting, "calls": calls}
    return SafeString(render_to_string("warroom/_statements.html", context))


def sitreps(viewer: Viewer, room: Room) -> str:
    """The newest reports."""
    rows = SituationReport.objects.readable_by(viewer).filter(room=room).exclude(state=SituationReport.State.DISCARDED)
    context = {"room": room, "reports": list(rows.order_by("-made_at")[:NEWEST])}
    return SafeString(render_to_string("warroom/_sitreps.html", context))
