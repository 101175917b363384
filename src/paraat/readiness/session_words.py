"""What is said of a session to those whom it concerns, in their language: when and where, and what changed. Words only; nothing is sent here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from paraat.platform import configuration
from paraat.platform.jinja import in_language
from paraat.platform.jinja import moment as shown
from paraat.platform.moment import ZONE
from paraat.readiness.models import Session


def page(session: Session) -> str:
    """The address of its page, for people who sign in."""
    return f"{configuration.public_url()}/sessions/{session.pk}/"


def when(session: Session) -> str:
    """From when till when, on the clocks of Brussels."""
    with timezone.override(ZONE):
        first, last = shown(session.starts_at, "long"), shown(session.ends_at, "time")
        return f"{first.rpartition(':')[0]} - {last}"


def where(session: Session) -> str:
    """The room, or that it is on a line."""
    return session.place or str(_("online"))


def title(session: Session) -> str:
    """Its title in the language that is active."""
    return in_language(session.title)


def invitation(session: Session) -> Mapping[str, str]:
    """The text of the announcement per language in which the session was written, with where to answer."""
    texts = {}
    for language in session.title:
        with translation.override(language):
            lines = [
                in_language(session.text),
                facts(session),
                _("Say at %(link)s whether you come.") % {"link": page(session)},
            ]
            texts[language] = "\n\n".join(line for line in lines if line)
    return texts


def facts(session: Session) -> str:
    """When, where and in which language, a line each."""
    spoken = {"nl": _("Dutch"), "fr": _("French"), "de": _("German"), "en": _("English")}.get(
        session.language, session.language
    )
    return "\n".join([
        _("When: %(when)s") % {"when": when(session)},
        _("Where: %(where)s") % {"where": where(session)},
        _("Spoken: %(language)s") % {"language": spoken},
    ])  # fmt: skip


Words = tuple[str, str]


def reminder(session: Session) -> Words:
    """Subject and text the day before; the link to join, for who comes."""
    joined = _("Join: %(link)s") % {"link": session.link} if session.link else ""
    return _("Tomorrow: %(title)s") % {"title": title(session)}, _body(session, facts(session), joined)


def moved_up(session: Session) -> Words:
    """There is a seat after all."""
    return _("There is a seat for you: %(title)s") % {"title": title(session)}, _body(session, facts(session))


def changed(session: Session, was: datetime) -> Words:
    """It is at another time or place."""
    with timezone.override(ZONE):
        before = _("It was announced for %(when)s.") % {"when": shown(was, "long").rpartition(":")[0]}
    return _("Changed: %(title)s") % {"title": title(session)}, _body(
        session, facts(session), before if was != session.starts_at else ""
    )


def cancelled(session: Session) -> Words:
    """It does not take place, and why."""
    why = _("It does not take place: %(reason)s") % {"reason": session.cancelled_because}
    return _("Cancelled: %(title)s") % {"title": title(session)}, _body(
        session, why, _("When: %(when)s") % {"when": when(session)}
    )


def missed(session: Session, next_one: Session | None) -> Words:
    """To who was not there: where the material is, and the next date."""
    again = ""
    if next_one is not None:
        again = _("It is given again on %(when)s: %(link)s") % {"when": when(next_one), "link": page(next_one)}
    return _("You were missed: %(title)s") % {"title": title(session)}, _body(
        session, _("What was shown and asked is on its page."), again
    )


def _body(session: Session, *lines: str) -> str:
    return "\n\n".join(line for line in (title(session), *lines, page(session)) if line)
