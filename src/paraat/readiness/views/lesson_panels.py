"""What lessons put on other pages: a case, an exercise, the portal, a message and the page behind its link, an organisation."""

from __future__ import annotations

from typing import Any

from paraat.alerts import links
from paraat.alerts.models import Notice
from paraat.alerts.views.acting import WATCHES, WORKS
from paraat.exercises.models import Exercise
from paraat.incidents.models import Case
from paraat.kernel.marking import Role, Viewer
from paraat.platform import crypto, moment
from paraat.platform.panels import render
from paraat.readiness.lesson_forms import AnswerForm
from paraat.readiness.models import Lesson, LessonAnswer
from paraat.readiness.views.lesson_answers import LOOKS, behind
from paraat.registry.models import Organisation

SHOWN = 5


def of_case(viewer: Viewer, case: Case) -> str | None:
    """The lessons made of a case, and the button for another: for the team, since nobody else learns where a lesson comes from."""
    return _origin(viewer, {"case": case.pk}, Lesson.objects.visible_to(viewer).filter(case=case.pk))


def of_exercise(viewer: Viewer, exercise: Exercise) -> str | None:
    """The same of an exercise."""
    return _origin(viewer, {"exercise": exercise.pk}, Lesson.objects.visible_to(viewer).filter(played=exercise.pk))


def _origin(viewer: Viewer, origin: dict[str, Any], rows: Any) -> str | None:
    if not viewer.has(*WATCHES):
        return None
    lessons = list(rows[:SHOWN])
    writes = viewer.has(*WORKS)
    if not lessons and not writes:
        return None
    return render("readiness/lessons/panel_origin.html", {"lessons": lessons, "origin": origin, "writes": writes})


def of_portal(viewer: Viewer, _subject: Any) -> str | None:
    """On the SPOC's first page: the lessons that wait for an answer."""
    if not viewer.has(Role.SPOC) or not viewer.own:
        return None
    rows = LessonAnswer.objects.visible_to(viewer).silent().filter(organisation__in=viewer.own)
    waiting = list(rows.select_related("lesson").order_by("lesson__due_on")[:SHOWN])
    return render("readiness/lessons/panel_portal.html", {"waiting": waiting, "today": moment.today()})


def of_notice(viewer: Viewer, notice: Notice) -> str | None:
    """On a message of one's own that carried a lesson: where one answers."""
    rows = (
        LessonAnswer.objects.visible_to(viewer)
        .told()
        .filter(lesson__alert=notice.alert_id, organisation=notice.organisation_id)
    )
    answer = rows.select_related("lesson").first()
    return render("readiness/lessons/panel_notice.html", {"answer": answer, "looks": LOOKS}) if answer else None


def of_link(_viewer: Viewer, token: str) -> str | None:
    """Behind the link of a message that carried a lesson: the form itself, for who has no account."""
    try:
        delivery = links.delivery_of(token, now=moment.now())
    except (crypto.BadLink, crypto.ExpiredLink):
        return None
    rows = behind(delivery)
    if not rows:
        return None
    form = AnswerForm(looks=any(row.lesson.indicators for row in rows), auto_id="lesson_%s")
    return render("readiness/lessons/panel_link.html", {"rows": rows, "form": form, "token": token, "looks": LOOKS})


def of_organisation(viewer: Viewer, organisation: Organisation) -> str | None:
    """On a constituent's page: how many lessons it closed and which wait."""
    own = viewer.has(Role.SPOC) and organisation.pk in viewer.own
    if not organisation.constituent or not (own or viewer.has(*WATCHES)):
        return None
    rows = LessonAnswer.objects.visible_to(viewer).told().real().filter(organisation=organisation.pk)
    context = {
        "waiting": list(rows.silent().select_related("lesson").order_by("lesson__due_on")[:SHOWN]),
        "closed": rows.filter(state__in=sorted(LessonAnswer.CLOSES)).count(),
        "told": rows.count(),
    }
    return render("readiness/lessons/panel_organisation.html", context) if context["told"] else None
