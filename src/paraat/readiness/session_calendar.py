"""A session for calendar programs (RFC 5545, RFC 5546), in the time zone of Brussels with its rules for summer time.

One UID for the life of the session. SEQUENCE grows with every change that calendars must take over; METHOD is PUBLISH while it takes place, and
CANCEL (with STATUS:CANCELLED) when it does not, so that a program that has it strikes it out. No attendee is named: a file does not tell who comes.
"""

from __future__ import annotations

from datetime import timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress

from paraat.platform import configuration
from paraat.platform.jinja import in_language
from paraat.platform.moment import ZONE
from paraat.readiness import session_words
from paraat.readiness.models import Session

PRODUCT = "-//Paraat//Sessions//EN"


def file(session: Session, *, joins: bool) -> bytes:
    """The calendar file; `joins`: with the link to join, for who registered and for the team."""
    off = session.state == Session.State.CANCELLED
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "CANCEL" if off else "PUBLISH")
    made.add_component(_event(session, joins=joins and not off, off=off))
    made.add_missing_timezones()
    return bytes(made.to_ical())


def _event(session: Session, *, joins: bool, off: bool) -> Event:
    changed = session.cancelled_at or session.changed_at or session.created_at
    event = Event()
    event.add("uid", f"{session.pk}@paraat")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", session.sequence)
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("dtstart", session.starts_at.astimezone(ZONE))
    event.add("dtend", session.ends_at.astimezone(ZONE))
    event.add("summary", in_language(session.title))
    event.add("organizer", vCalAddress(f"mailto:{configuration.MAIL_FROM.get()}"))
    event.add("url", session_words.page(session))
    if session.place:
        event.add("location", session.place)
    lines = [
        session.cancelled_because if off else in_language(session.text),
        session.link if joins else "",
        session_words.page(session),
    ]
    event.add("description", "\n\n".join(line for line in lines if line))
    if not off:
        event.add_component(_alarm(in_language(session.title)))
    return event


def _alarm(words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words)
    alarm.add("trigger", timedelta(minutes=-30))
    return alarm
