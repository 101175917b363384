"""What `paraat check` says of feeds: silence, faults, sources to confirm, files that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _

from paraat.feeds.models import Run, Source
from paraat.platform import moment
from paraat.platform.registrations import Finding, Level

NAME = "feeds"
PATIENCE = timedelta(minutes=10)


def check() -> Iterator[Finding]:
    """One line for each worry; one line when there is none."""
    found = [*_sources(), *_runs()]
    yield from found
    if not found:
        yield Finding(NAME, Level.OK, _("Every source in use is confirmed and fresh, and no file waits."))


def _sources() -> Iterator[Finding]:
    now = moment.now()
    for source in Source.objects.active():
        if source.stale_due_at and source.stale_due_at <= now:
            told = _("%(source)s brought nothing new for too long") % {"source": source.title}
            yield Finding(NAME, Level.ERROR, told, _("Ask who runs it; look at its page under Lists and reports."))
        if source.last_error:
            told = _("%(source)s: %(error)s") % {"source": source.title, "error": source.last_error}
            yield Finding(NAME, Level.WARNING, told, _("Look at its page under Lists and reports."))
        if source.confirmed_at is None:
            told = _("Nobody confirmed %(source)s: its lists wait for a person") % {"source": source.title}
            yield Finding(NAME, Level.WARNING, told, "paraat feed confirm " + source.slug)


def _runs() -> Iterator[Finding]:
    stuck = Run.objects.abandoned(moment.now() - PATIENCE).count()
    if stuck:
        told = _("%(n)s files wait to be read for more than ten minutes") % {"n": stuck}
        yield Finding(NAME, Level.ERROR, told, _("Does a worker run? See `paraat up`."))
