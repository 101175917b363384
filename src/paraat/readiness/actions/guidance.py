"""The only writers of recommendations. A version is never changed once it is there: a change is a newer version, and the older one stays readable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from paraat.alerts.rules.languages import KNOWN
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.readiness.guidance import shipped
from paraat.readiness.models import Recommendation
from paraat.readiness.rules import guidance as rules

MOST_TOPICS = 60


@action
def add_recommendation(
    *,
    key: str,
    version: str,
    title: Mapping[str, str],
    summary: Mapping[str, str],
    links: Mapping[str, str],
    publisher: str,
    by: Actor,
    audiences: Iterable[str] = (),
    topics: Iterable[str] = (),
    published_on: date | None = None,
    built_in: bool = False,
) -> Recommendation:
    """Add a recommendation, or a newer version of one with this key: the older one is then shown nowhere and stays readable.

    Raises Invalid for what is missing or no address, Conflict when this version is there already.
    """
    values = _values(title, summary, links, publisher, audiences, topics)
    if not key.strip() or not version.strip():
        raise Invalid("A recommendation has a key and a version", field="version")
    now = moment.now()
    Recommendation.objects.filter(key=key, replaced_at=None).update(replaced_at=now)
    try:
        with transaction.atomic():
            made = Recommendation.objects.create(
                key=key, version=version.strip()[:20], published_on=published_on, added_at=now, added_by=by.label, built_in=built_in, **values
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict("This version is there already", version=version) from error
    record("guidance.added", by=by, on=made, detail={"key": key, "version": version}, tlp=Tlp.CLEAR)
    return made


@action
def check_recommendation(*, row: Recommendation, by: Actor) -> Recommendation:
    """A person saw today that the links work and still say so."""
    if (
        Recommendation.objects.current().filter(pk=row.pk).update(checked_on=moment.today(), checked_by=by.label[:200])
        != 1
    ):
        raise Conflict("This is not the version in force")
    row.refresh_from_db()
    record("guidance.checked", by=by, on=row, detail={"key": row.key, "version": row.version}, tlp=Tlp.CLEAR)
    return row


@action
def withdraw_recommendation(*, row: Recommendation, by: Actor, because: str) -> Recommendation:
    """Show it nowhere any more; it stays readable with the reason. Raises Invalid without one."""
    why = because.strip()[:500]
    if not why:
        raise Invalid("Say why: the reason is kept", field="because")
    if Recommendation.objects.current().filter(pk=row.pk).update(withdrawn_at=moment.now(), withdrawn_because=why) != 1:
        raise Conflict("This is not the version in force")
    row.refresh_from_db()
    record("guidance.withdrawn", by=by, on=row, detail={"key": row.key, "because": why}, tlp=Tlp.CLEAR)
    return row


@action
def load_guidance(*, by: Actor = SYSTEM) -> int:
    """Add what ships and is not there yet; how many. What the team added under the same key, or withdrew, stays as it is."""
    there = set(Recommendation.objects.values_list("key", "version"))
    newest = {row.key: row for row in Recommendation.objects.filter(replaced_at=None)}
    added = 0
    for one in shipped():
        before = newest.get(one.key)
        if (one.key, one.version) in there or (before is not None and (not before.built_in or before.withdrawn_at)):
            continue
        add_recommendation(
            key=one.key, version=one.version, title=one.title, summary=one.summary, links=one.links, publisher=one.publisher,
            audiences=one.audiences, topics=one.topics, published_on=one.published_on, built_in=True, by=by,
        )  # fmt: skip
        added += 1
    return added


def _values(
    title: Mapping[str, str],
    summary: Mapping[str, str],
    links: Mapping[str, str],
    publisher: str,
    audiences: Iterable[str],
    topics: Iterable[str],
) -> dict[str, Any]:
    if not publisher.strip():
        raise Invalid("Say who publishes it", field="publisher")
    named = sorted(set(topics))
    if len(named) > MOST_TOPICS or not all(rules.is_topic(one) and len(one) <= 40 for one in named):
        raise Invalid("A topic reads as measure, alert:ddos or control:B01", field="topics")
    return {
        "title": _said(title, "title"),
        "summary": _said(summary, "summary"),
        "links": {code: _address(link) for code, link in _said(links, "links").items()},
        "publisher": publisher.strip()[:200],
        "audiences": [one for one in rules.AUDIENCES if one in set(audiences)],
        "topics": named,
    }


def _said(words: Mapping[str, str], field: str) -> dict[str, str]:
    found = {code: words[code].strip() for code in KNOWN if words.get(code, "").strip()}
    if not found:
        raise Invalid("There is nothing to say in it", field=field)
    return found


def _address(link: str) -> str:
    """An address that a browser may open from our page."""
    parts = urlsplit(link)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username or len(link) > 500:
        raise Invalid("This is not the address of a page", field="links", link=link[:100])
    return link
