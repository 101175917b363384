"""Announcements: an officer writes, a second one approves what goes to many, and then it travels like any alert."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from paraat.accounts.models import User
from paraat.alerts import happening
from paraat.alerts.actions.numbers import take_number
from paraat.alerts.actions.preparing import make_notices
from paraat.alerts.actions.releasing import send
from paraat.alerts.audience import recipients
from paraat.alerts.models import Alert
from paraat.alerts.rules import holds
from paraat.alerts.rules.languages import KNOWN
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.platform import facts, moment
from paraat.platform.actions import action, record
from paraat.registry.models import Organisation

State = Alert.State


@action
def draft_announcement(
    *,
    by: Actor,
    author: User | None,
    sender: Organisation | None,
    audience: Mapping[str, object],
    title: Mapping[str, str],
    text: Mapping[str, str],
    severity: int,
    tlp: int,
    valid_until: datetime | None,
    exercise: bool = False,
) -> Alert:
    """Write an announcement; nothing is sent yet. `title` and `text` per language; the first one given serves where one is missing.

    `audience`: `{"all": true}`, `{"province": NIS}`, `{"kind": kind}` or `{"supplier": id}`; several narrow it down. `sender` is the partner in
    whose name it goes. Raises Invalid for an empty text, an unknown audience or a validity that is past.
    """
    now = moment.now()
    titles, texts = _said(title), _said(text)
    if valid_until is not None and valid_until <= now:
        raise Invalid("That moment is past")
    number_of = recipients(audience).count()
    if not number_of:
        raise Invalid("This audience has nobody in it")
    alert = Alert.objects.create(
        number=take_number(now=now),
        kind=Alert.Kind.ANNOUNCEMENT,
        state=State.DRAFT,
        title=titles,
        text=texts,
        severity=min(max(severity, 0), 5),
        tlp=tlp,
        exercise=exercise,
        created_at=now,
        created_by=by.label,
        author=author,
        sender=sender,
        source_title=sender.name if sender else "",
        audience=dict(audience),
        needs_second=holds.needs_second(number_of),
        valid_until=valid_until,
    )
    record(
        "announcement.drafted",
        by=by,
        on=alert,
        detail={"number": alert.number, "audience": dict(audience), "recipients": number_of},
    )
    _ask_for_second(alert, number_of)
    happening.changed(alert)
    return alert


@action
def approve_announcement(*, alert: Alert, by: Actor, officer: User) -> Alert:
    """The second person's yes. Raises NotAllowed for the author, Conflict when it waits for no approval."""
    if alert.author_id == officer.pk:
        raise NotAllowed("Somebody else has to approve what you wrote")
    waiting = Alert.objects.filter(pk=alert.pk, state=State.DRAFT, kind=Alert.Kind.ANNOUNCEMENT, approved_by=None)
    if waiting.update(approved_by=officer) != 1:
        raise Conflict("This announcement does not wait for approval")
    alert.refresh_from_db()
    record("announcement.approved", by=by, on=alert, detail={"number": alert.number})
    facts.announce(facts.Settled(approval_key(alert)))
    happening.changed(alert)
    return alert


@action
def send_announcement(*, alert: Alert, by: Actor, beside: Iterable[Organisation] = ()) -> Alert:
    """Send it to its audience as it is now, and to those `beside` it, who are no constituents: service providers. Raises NotAllowed when it goes to
    more than 25 and nobody else approved, Conflict when it is no draft."""
    organisations = [*recipients(alert.audience).order_by("name"), *beside]
    drafts = Alert.objects.select_for_update().filter(pk=alert.pk, state=State.DRAFT, kind=Alert.Kind.ANNOUNCEMENT)
    draft: Alert | None = drafts.first()
    if draft is None:
        raise Conflict("This announcement is not a draft any more")
    if holds.needs_second(len(organisations)) and draft.approved_by_id is None:
        raise NotAllowed("A second person has to approve an announcement to more than 25 organisations")
    now = moment.now()
    make_notices(draft, organisations, now)
    send(alert=draft, by=by, now=now)
    facts.announce(facts.Settled(approval_key(draft)))
    return draft


def approval_key(alert: Alert) -> str:
    """Under which an announcement waits for a second person."""
    return f"approval:{alert.pk}"


def _ask_for_second(alert: Alert, number_of: int) -> None:
    if not alert.needs_second:
        return
    with happening.for_officers():
        summary = _("Announcement %(number)s to %(count)d organisations waits for a second person") % {
            "number": alert.number, "count": number_of,
        }  # fmt: skip
    facts.announce(
        facts.Waits(
            "approval", approval_key(alert), summary, f"/alerts/{alert.pk}/", urgent=False, exercise=alert.exercise
        )
    )


def _said(words: Mapping[str, str]) -> dict[str, str]:
    """What was written, per known language."""
    found = {language: words[language].strip() for language in KNOWN if words.get(language, "").strip()}
    if not found:
        raise Invalid("There is nothing to say in it")
    return found
