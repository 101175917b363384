"""How measures look and what their deeds are called on screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import Viewer
from paraat.readiness.assessing import whose
from paraat.readiness.models import Assessment, Finding, Lesson, Measure, MeasureChange
from paraat.readiness.rules.assessments import reads_answers

LOOKS: Mapping[str, str] = {
    "planned": "calm",
    "going": "waiting",
    "done": "waiting",
    "verified": "known",
    "dropped": "calm",
}
SUPPLIER_LOOKS: Mapping[str, str] = {"asked": "waiting", "promised": "calm", "done": "known", "refused": "silent"}

DEEDS: Mapping[str, Any] = {
    "planned": _("planned"),
    "changed": _("changed"),
    "begun": _("begun"),
    "done": _("said to be done"),
    "verified": _("verified"),
    "refused": _("looked at, and not seen to be done"),
    "dropped": _("dropped"),
    "reopened": _("opened again"),
    "undone": _("the last step undone"),
    "muted": _("its owner is no longer reminded"),
    "unmuted": _("its owner is reminded again"),
    "evidence": _("a proof added"),
    "supplier": _("whether it waits for a supplier"),
}

FIELDS: Mapping[str, Any] = {
    "title": _("What is to be done"),
    "text": _("Details"),
    "topic": _("What it is about"),
    "plain": _("In one sentence, for the council"),
    "delay": _("Why it is late"),
    "owner": _("Who does it"),
    "owner_name": _("Or which function"),
    "due_on": _("By when"),
    "cost": _("Cost, once (euro)"),
    "cost_yearly": _("Cost, every year (euro)"),
    "every": _("Comes back after so many months"),
}

_SHOWN_AS_CHANGED = ("due_on", "cost", "cost_yearly", "owner_name", "every")


def history(changes: Iterable[MeasureChange]) -> list[dict[str, Any]]:
    """What happened, newest first, in words."""
    return [
        {
            "what": DEEDS.get(one.deed, one.deed),
            "at": one.at,
            "by": one.by,
            "because": one.because if one.deed != "undone" else DEEDS.get(one.because, one.because),
            "undone": one.undone,
            "detail": list(_detail(one)),
        }
        for one in changes
    ]


def _detail(one: MeasureChange) -> Iterable[str]:
    if one.deed == "changed":
        for name, (old, new) in one.detail.items():
            shown = name in _SHOWN_AS_CHANGED
            yield f"{FIELDS[name]}: {old or '–'} → {new or '–'}" if shown else str(FIELDS[name])
    elif one.deed == "evidence":
        yield f"{one.detail['revision']}. {one.detail['name']}"
    elif one.deed == "supplier" and one.detail.get("supplier"):
        yield one.detail["supplier"]


def address(name: str, *args: Any) -> str:
    """The address of another noun's page; none where there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def sources(row: Measure, viewer: Viewer, language: str) -> list[tuple[Any, str, str]]:
    """What asks for a measure, as far as this viewer may see it: (kind, words, address)."""
    found = [
        (_("Finding"), f"{one.number} {one.title}", address("finding", one.pk))
        for one in Finding.objects.visible_to(viewer).filter(measures=row)
    ]
    seen = Assessment.objects.visible_to(viewer).values("pk")
    answers = row.answers.filter(assessment__in=seen).select_related("control", "assessment")
    for answer in (one for one in answers if reads_answers(viewer, whose(one.assessment))):
        words = f"{answer.assessment.number} · {answer.control.identifier} {title_of(answer.control.title, language)}"
        found.append((_("Assessment"), words, address("assessment", answer.assessment_id)))
    for lesson in Lesson.objects.visible_to(viewer).filter(measures=row):
        words = f"{lesson.number} {title_of(lesson.title, language)}"
        found.append((_("Lesson"), words, address("lesson", lesson.pk)))
    return found


def title_of(titles: Mapping[str, str], language: str) -> str:
    """A title in the reader's language, else in one that there is."""
    return titles.get(language) or titles.get("en") or next(iter(titles.values()), "")
