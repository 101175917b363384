"""What may be said to press and citizens: written in four languages, approved by a second person, expired by time itself, withdrawn with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from paraat.alerts.happening import for_officers
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import facts, moment
from paraat.platform.actions import action
from paraat.warroom.actions.changes import note, touch, touch_open
from paraat.warroom.actions.seconds import account_of, second_person
from paraat.warroom.models import Room, Statement, StatementText
from paraat.warroom.rules import statement as rules

State = Statement.State
WRITING = ("statement.written", "statement.edited")
"""Deeds after which one does not approve the statement."""


@action
def write_statement(
    *,
    room: Room,
    subject: str,
    text: Mapping[str, str],
    authority: str,
    quoted_at: date,
    expires_at: datetime,
    by: Actor,
    quote_source: str = "",
    tlp: Tlp | int = Tlp.GREEN,
    replaces: Statement | None = None,
) -> Statement:
    """Write a draft. `text` per language; `authority` is whom it quotes, `quoted_at` when it said so, `quote_source` where.

    Raises Invalid without a subject, words or authority, for a quotation from the future and an expiry that is past.
    """
    now = moment.now()
    values = _checked(subject, text, authority, quoted_at, expires_at, quote_source, now)
    made = Statement.objects.create(
        room=room,
        author=account_of(by),
        author_label=by.label[:200],
        made_at=now,
        replaces=replaces,
        tlp=int(tlp),
        exercise=room.exercise,
        **values,
    )
    note("statement.written", by=by, on=made, room=room, replaces=str(replaces.pk) if replaces else "")
    touch_open(room)
    return made


@action
def edit_statement(
    *,
    statement: Statement,
    edit: int,
    subject: str,
    text: Mapping[str, str],
    authority: str,
    quoted_at: date,
    expires_at: datetime,
    by: Actor,
    quote_source: str = "",
) -> Statement:
    """Other words. What is approved stays as it is: changing it makes a new draft, which replaces it once it is approved itself.

    Raises Invalid as `write_statement`, Conflict when somebody changed it since `edit` or it was withdrawn.
    """
    statement.refresh_from_db()
    if statement.state == State.APPROVED:
        return write_statement(
            room=statement.room, subject=subject, text=text, authority=authority, quoted_at=quoted_at, expires_at=expires_at,
            by=by, quote_source=quote_source, tlp=statement.tlp, replaces=statement,
        )  # fmt: skip
    values = _checked(subject, text, authority, quoted_at, expires_at, quote_source, moment.now())
    drafts = Statement.objects.filter(pk=statement.pk, edit=edit, state__in=[State.DRAFT, State.SUBMITTED])
    if drafts.update(edit=edit + 1, state=State.DRAFT, **values) != 1:
        raise Conflict("Somebody else changed this statement; look at it again")
    note("statement.edited", by=by, on=statement, room=statement.room)
    facts.announce(facts.Settled(waiting_key(statement.pk)))
    touch_open(statement.room)
    statement.refresh_from_db()
    return statement


@action
def submit_statement(*, statement: Statement, by: Actor) -> Statement:
    """Ask for a second person's approval. Raises Invalid when something is missing or it claims too much, Conflict when it is no draft."""
    statement.refresh_from_db()
    rules.check(statement.text, authority=statement.authority, expires_at=statement.expires_at, now=moment.now())
    drafts = Statement.objects.filter(pk=statement.pk, state=State.DRAFT, edit=statement.edit)
    if drafts.update(state=State.SUBMITTED) != 1:
        raise Conflict("This statement is not a draft any more")
    note("statement.submitted", by=by, on=statement, room=statement.room)
    with for_officers():
        summary = _("A statement of %(number)s waits for a second person") % {"number": statement.room.number}
    url = f"/rooms/{statement.room_id}/statements/{statement.pk}/"
    facts.announce(
        facts.Waits("approval", waiting_key(statement.pk), summary, url, urgent=False, exercise=statement.exercise)
    )
    touch_open(statement.room)
    statement.refresh_from_db()
    return statement


@action
def approve_statement(*, statement: Statement, by: Actor, edit: int | None = None) -> Statement:
    """The second person's yes to the words that he read (`edit`; None: as `statement` was loaded). They are kept; what they replace is withdrawn.

    Raises NotAllowed for whoever wrote or changed it, Invalid as the rules say, Conflict when it does not wait for approval or was changed.
    """
    officer = second_person(statement, by=by, verbs=WRITING)
    read, now = statement.edit if edit is None else edit, moment.now()
    waiting = Statement.objects.select_for_update(of=("self",)).select_related("room", "replaces")
    found: Statement | None = waiting.filter(pk=statement.pk, state=State.SUBMITTED, edit=read).first()
    if found is None:
        raise Conflict("This statement does not wait for your approval: it was changed, approved or withdrawn")
    rules.check(found.text, authority=found.authority, expires_at=found.expires_at, now=now)
    Statement.objects.filter(pk=found.pk).update(
        state=State.APPROVED, approved_by=officer, approved_label=str(officer)[:200], approved_at=now
    )
    StatementText.objects.create(statement=found, text=found.text, at=now)
    if found.replaces is not None:
        Statement.objects.filter(pk=found.replaces.pk, state=State.APPROVED).update(
            state=State.WITHDRAWN, ended_at=now, ended_because="Replaced by newer words"
        )
    note("statement.approved", by=by, on=found, room=found.room)
    facts.announce(facts.Settled(waiting_key(found.pk)))
    touch_open(found.room)
    statement.refresh_from_db()
    return statement


@action
def withdraw_statement(*, statement: Statement, by: Actor, because: str) -> Statement:
    """Take it back: it may not be said from now on. Raises Invalid without a reason, Conflict when it was withdrawn already."""
    if not because.strip():
        raise Invalid("Write why: it may have to be explained later", field="because")
    going = Statement.objects.filter(pk=statement.pk).exclude(state=State.WITHDRAWN)
    changed = going.update(state=State.WITHDRAWN, ended_at=moment.now(), ended_because=because.strip()[:500])
    if changed != 1:
        raise Conflict("This statement was withdrawn already")
    note("statement.withdrawn", by=by, on=statement, room=statement.room, because=because.strip())
    facts.announce(facts.Settled(waiting_key(statement.pk)))
    touch(statement.room)
    statement.refresh_from_db()
    return statement


def waiting_key(statement: UUID) -> str:
    """Under which a statement waits for a second person."""
    return f"statement:{statement}"


def _checked(
    subject: str,
    text: Mapping[str, str],
    authority: str,
    quoted_at: date,
    expires_at: datetime,
    source: str,
    now: datetime,
) -> dict[str, object]:
    words = {one: text[one].strip() for one in rules.LANGUAGES if text.get(one, "").strip()}
    if not subject.strip():
        raise Invalid("Say what it is about", field="subject")
    if not words:
        raise Invalid("There is nothing to say in it", field="text")
    if not authority.strip():
        raise Invalid("Say which authority it quotes", field="authority")
    if quoted_at > moment.day(now):
        raise Invalid("It cannot have been said in the future", field="quoted_at")
    if expires_at <= now:
        raise Invalid("That moment is past", field="expires_at")
    return {
        "subject": subject.strip()[:200], "text": words, "authority": authority.strip()[:200], "quoted_at": quoted_at,
        "quote_source": source.strip()[:300], "expires_at": expires_at,
    }  # fmt: skip
