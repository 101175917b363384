"""What a lesson says outside its own page: the message that carries it, and the reminders. Per language, with the lesson's own words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraat.alerts.rules.languages import KNOWN
from paraat.formats.indicators import defang
from paraat.platform import configuration
from paraat.platform.jinja import moment as in_words
from paraat.readiness.models import Lesson, LessonAnswer
from paraat.registry.models import Organisation

SHOWN = 20
"""Indicators, or customers, that a message names; the rest is on the page."""


def text_in(words: dict[str, str], language: str) -> str:
    """The words in the language, else in the first one that was written."""
    return words.get(language) or next((text for text in words.values() if text), "")


def message(lesson: Lesson) -> tuple[dict[str, str], dict[str, str]]:
    """Title and text per language: what happened, what to do, what to look for, by when and where an answer is wanted."""
    titles, texts = {}, {}
    for language in KNOWN:
        with translation.override(language):
            titles[language] = _("Lesson: %(title)s") % {"title": text_in(lesson.title, language)}
            texts[language] = "\n\n".join(_parts(lesson, language))
    return titles, texts


def _parts(lesson: Lesson, language: str) -> Sequence[str]:
    parts = [text_in(lesson.happened, language), f"{_('What to do')}:\n{text_in(lesson.advice, language)}"]
    if lesson.indicators:
        lines = [f"- {defang(one['type'], one['value'])} ({one['type']})" for one in lesson.indicators[:SHOWN]]
        more = len(lesson.indicators) - len(lines)
        lines += [_("and %(count)s more on the page") % {"count": more}] if more else []
        parts.append("\n".join([f"{_('Look for these traces')}:", *lines]))
    said = {"day": in_words(lesson.due_on), "link": f"{configuration.public_url()}/lessons/{lesson.pk}/"}
    parts.append(_("Tell us by %(day)s what you did with it: %(link)s") % said)
    return parts


def reminder(answer: LessonAnswer, language: str) -> tuple[str, str]:
    """Subject and body for the constituent's contact."""
    lesson = answer.lesson
    with translation.override(language):
        words = {
            "title": text_in(lesson.title, language),
            "number": lesson.number,
            "day": in_words(answer.planned_on or lesson.due_on),
            "link": f"{configuration.public_url()}/lessons/answers/{answer.pk}/",
        }
        if answer.state == LessonAnswer.State.PLANNED:
            body = (
                _("You planned lesson %(number)s (%(title)s) for %(day)s. Is it done? Tell us here: %(link)s") % words
            )
        else:
            body = (
                _(
                    "We have no answer yet to lesson %(number)s (%(title)s). Tell us by %(day)s what you did with it: %(link)s"
                )
                % words
            )
        return _("Reminder: %(title)s") % words, body


def reminder_for_provider(lesson: Lesson, customers: Sequence[Organisation], language: str) -> tuple[str, str]:
    """Subject and body for the service provider of those that are silent; only of customers that agreed that it reads along."""
    with translation.override(language):
        named = ", ".join(one.name_in(language) for one in customers[:SHOWN])
        words = {
            "title": text_in(lesson.title, language),
            "number": lesson.number,
            "count": len(customers),
            "names": named + (" ..." if len(customers) > SHOWN else ""),
            "link": f"{configuration.public_url()}/lessons/{lesson.pk}/customers/",
        }
        body = ngettext(
            "%(count)d customer of yours has not answered lesson %(number)s (%(title)s): %(names)s. You can answer for it here: %(link)s",
            "%(count)d customers of yours have not answered lesson %(number)s (%(title)s): %(names)s. You can answer for them here: %(link)s",
            len(customers),
        )
        return _("Reminder: %(title)s") % words, body % words
