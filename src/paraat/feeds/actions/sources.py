"""Sources: added, changed, confirmed by a person, put out of use; and what the clock does with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from paraat.feeds import jobs, sources
from paraat.feeds.models import Run, Source
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import live, moment
from paraat.platform.actions import action, record
from paraat.platform.facts import Settled, Waits, announce

CHANGEABLE = (
    "title",
    "policy",
    "reliability",
    "credibility",
    "tlp",
    "severity",
    "mapping",
    "pull_url",
    "pull_every",
    "watch_folder",
    "stale_after",
    "active",
)
RECONFIRM = {"pull_url", "mapping", "watch_folder"}
"""Who changes where a source comes from or how it is read has a person look at it again."""
ABANDONED = timedelta(minutes=5)
"""A reader without a sign of life for so long is dead."""


@action
def add_source(*, slug: str, title: str, format: str, by: Actor, **values: Any) -> Source:  # the model's word
    """Add a source of a format; what is not given comes from the format's defaults. Nobody has confirmed it yet, so its lists are held."""
    defaults = sources.get(format).defaults
    given = {
        "policy": defaults.policy,
        "reliability": defaults.reliability,
        "credibility": defaults.credibility,
        "tlp": defaults.tlp,
        "severity": defaults.severity,
    } | _checked(values)
    if Source.objects.filter(slug=slug).exists():
        raise Conflict("There is a source of this name already.", source=slug)
    source = Source(slug=slug, title=title, format=format, **given)
    _schedule(source)
    source.save(force_insert=True)
    record("source.added", by=by, on=source, detail={"slug": slug, "title": title, "format": format})
    live.publish("feeds", id=source.pk)
    return source


@action
def change_source(*, source: Source, by: Actor, **values: Any) -> Source:
    """Change a source (any of CHANGEABLE). After a change of where it comes from or how it is read, a person must confirm it again."""
    current: Source = Source.objects.select_for_update().get(pk=source.pk)
    changed = {name: value for name, value in _checked(values).items() if getattr(current, name) != value}
    for name, value in changed.items():
        setattr(current, name, value)
    if RECONFIRM & set(changed):
        current.confirmed_at, current.confirmed_by = None, ""
        current.pull_etag = current.pull_modified = ""
    _schedule(current)
    current.save()
    detail = {"slug": current.slug, "changed": {name: str(value) for name, value in changed.items()}}
    record("source.changed", by=by, on=current, detail=detail)
    live.publish("feeds", id=current.pk)
    return current


@action
def confirm_source(*, source: Source, by: Actor) -> Source:
    """Say that this source is what it says it is; from then on its policy decides whether its lists alert at once."""
    now = moment.now()
    if Source.objects.filter(pk=source.pk, confirmed_at=None).update(confirmed_at=now, confirmed_by=by.label) != 1:
        raise Conflict("This source is confirmed already.", source=source.slug)
    record("source.confirmed", by=by, on=source, detail={"slug": source.slug})
    source.refresh_from_db()
    live.publish("feeds", id=source.pk)
    return source


@action
def start_due_pulls() -> int:
    """Enqueue a pull for every source whose time has come, and set its next time. Returns how many."""
    now = moment.now()
    due = list(Source.objects.to_pull(now).select_for_update(skip_locked=True))
    for source in due:
        Source.objects.filter(pk=source.pk).update(pull_due_at=now + (source.pull_every or timedelta(hours=1)))
        jobs.pull.defer(source=str(source.pk))
    return len(due)


@action
def note_pull(*, source: Source, etag: str = "", modified: str = "", error: str = "") -> None:
    """What a pull came to: the answer's marks for the next time, or why there was none."""
    values: dict[str, Any] = {"pulled_at": moment.now(), "last_error": error[:300]}
    if not error:
        values |= {"pull_etag": etag[:300], "pull_modified": modified[:60]}
    Source.objects.filter(pk=source.pk).update(**values)
    if error and error[:300] != source.last_error:
        record("source.failed", by=SYSTEM, on=source, detail={"slug": source.slug, "error": error})
    live.publish("feeds", id=source.pk)


@action
def tell_stale() -> int:
    """Have an officer look at every source that went quiet, once for each silence. Returns how many."""
    now = moment.now()
    quiet = list(Source.objects.gone_stale(now).filter(stale_told_at=None).select_for_update(skip_locked=True))
    for source in quiet:
        Source.objects.filter(pk=source.pk).update(stale_told_at=now)
        summary = _("Nothing new from %(source)s") % {"source": source.title}
        announce(Waits("stale_feed", f"stale/{source.slug}", summary, f"/feeds/sources/{source.slug}/"))
        record("source.stale", by=SYSTEM, on=source, detail={"slug": source.slug, "since": str(source.last_run_at)})
    return len(quiet)


@action
def requeue_abandoned() -> int:
    """Enqueue again the runs whose reader gave no sign of life for five minutes. Returns how many."""
    found = Run.objects.abandoned(moment.now() - ABANDONED).order_by("received_at")
    keys = list(found.values_list("pk", flat=True))
    for key in keys:
        jobs.read_later(key)
    return len(keys)


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(CHANGEABLE)
    if unknown:
        raise Invalid("A source has no such property.", names=", ".join(sorted(unknown)))
    return values


def _schedule(source: Source) -> None:
    """When it is pulled next, and when its silence becomes a worry: from now, as it is set up now."""
    now = moment.now()
    source.pull_due_at = now if source.pull_url and source.active else None
    source.stale_due_at = (source.last_run_at or now) + source.stale_after if source.stale_after else None
    source.stale_told_at = None
    if not source.active:
        announce(Settled(f"stale/{source.slug}"))
