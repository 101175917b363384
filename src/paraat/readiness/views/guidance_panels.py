"""Recommendations where they matter: on an alert and its notices, a lesson, a measure, an item of a checklist."""

from __future__ import annotations

from typing import Any

from paraat.alerts import links
from paraat.alerts.models import Alert, Notice
from paraat.kernel.marking import Viewer
from paraat.platform import crypto, moment
from paraat.platform.jinja import language
from paraat.platform.panels import render
from paraat.readiness import guidance
from paraat.readiness.models import Answer, Control, Lesson, LessonAnswer, Measure, Recommendation

SHOWN = 6


def of_alert(_viewer: Viewer, alert: Alert) -> str | None:
    """By the kind of its warning; of a lesson, by what it speaks of."""
    return _shown(_about(alert))


def of_notice(_viewer: Viewer, notice: Notice) -> str | None:
    """The same, on the officer's page of one notice."""
    return _shown(_about(notice.alert))


def of_portal_notice(_viewer: Viewer, notice: Notice) -> str | None:
    """The same, for who was told."""
    return _shown(_about(notice.alert))


def of_notice_link(_viewer: Viewer, token: str) -> str | None:
    """The same, behind the link of a message."""
    try:
        delivery = links.delivery_of(token, now=moment.now())
    except (crypto.BadLink, crypto.ExpiredLink):
        return None
    return _shown(_about(delivery.alert)) if delivery.alert else None


def of_lesson(_viewer: Viewer, lesson: Lesson) -> str | None:
    """By what it speaks of."""
    return _shown(guidance.for_lesson(lesson, language()))


def of_lesson_answer(_viewer: Viewer, answer: LessonAnswer) -> str | None:
    """The same, for who must answer."""
    return of_lesson(_viewer, answer.lesson)


def of_measure(_viewer: Viewer, measure: Measure) -> str | None:
    """By its topic, and those for every measure."""
    return _shown(guidance.for_topics({"measure", f"measure:{measure.topic}"}, language()))


def of_answer(_viewer: Viewer, answer: Answer) -> str | None:
    """By the item that is answered."""
    return of_control(_viewer, answer.control)


def of_control(_viewer: Viewer, control: Control) -> str | None:
    """By the item of the checklist."""
    return _shown(guidance.for_control(control, language()))


def _about(alert: Alert) -> list[Recommendation]:
    if alert.guidance:
        return guidance.for_topics([f"alert:{alert.guidance}"], language())
    lesson = alert.lessons.first()
    return guidance.for_lesson(lesson, language()) if lesson else []


def _shown(rows: list[Any]) -> str | None:
    return render("readiness/guidance/panel.html", {"rows": rows[:SHOWN]}) if rows else None
