"""What outside researchers report: saved before anything else, attributed, passed on to the owner, and answered on the page of its code."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from paraat.alerts import happening
from paraat.incidents import regimes
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.codes import ALPHABET
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.ids import HOUSE
from paraat.kernel.marking import Tlp
from paraat.platform import configuration, facts, keys, moment
from paraat.platform.actions import action, record
from paraat.readiness.actions.engagement_news import contacts_of
from paraat.readiness.actions.numbers import take_number
from paraat.readiness.models import Disclosure, DisclosureMessage
from paraat.readiness.rules import disclosures as rules
from paraat.registry.models import Organisation

State = Disclosure.State
OPEN = (State.NEW, State.PASSED_ON, State.ANSWERED)
LONGEST = 20_000
OLDEST = 1980
"""A discovery before this year is a slip of the finger; no clock of the law runs from one."""
FLOOD = 10
"""Reports within an hour after which one more pages nobody by itself: the first ones page already."""
RESEARCHER = Actor(ActorKind.CONTACT, None, "researcher")
GROUPS, SIGNS = 4, 5


def code_of(pk: UUID) -> str:
    """The code by which a researcher comes back: 90 bits that this installation's key gives to the report. What is kept is its digest."""
    return _code(pk, keys.link_keys()[0])


def code_again(row: Disclosure) -> str:
    """The same, for the receipt; "" when its key was taken off the ring since."""
    found = (_code(row.pk, key) for key in keys.link_keys())
    return next((code for code in found if digest_of(code) == row.code), "")


def _code(pk: UUID, key: str) -> str:
    digest = hmac.new(key.encode(), b"disclosure" + pk.bytes, hashlib.sha256).digest()
    number = int.from_bytes(digest, "big")
    signs = [ALPHABET[(number // len(ALPHABET) ** place) % len(ALPHABET)] for place in range(GROUPS * SIGNS)]
    return "-".join("".join(signs[at : at + SIGNS]) for at in range(0, len(signs), SIGNS))


def digest_of(code: str) -> str:
    """What is kept of a code, however it was typed."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def waiting_key(row: Disclosure) -> str:
    """Under which a report waits for the team."""
    return f"disclosure:{row.pk}"


@action
def take_disclosure(
    *,
    text: str,
    target: str = "",
    researcher: str = "",
    address: str = "",
    found_at: datetime | None = None,
    full: bool = False,
    language: str = "en",
    submission: str = "",
    exercise: bool = False,
) -> Disclosure:
    """Save what a researcher reports, and have the officer on call paged. Nothing is asked first; a moment to come is kept as now, and one that
    nobody can have meant is left out.

    `full`: it is the whole report already. The same filled-in form is saved once. Raises Invalid without words.
    """
    if not text.strip():
        raise Invalid("Write what you found", field="text")
    before: Disclosure | None = Disclosure.objects.filter(submission=submission).first() if submission else None
    if before is not None:
        return before
    now = moment.now()
    found = min(found_at, now) if found_at and found_at.year >= OLDEST else None
    due = rules.clocks(regimes.current(rules.REGIME, moment.day(now)), found)
    row = Disclosure(
        number=take_number(kind="V", now=now),
        text=_plain(text)[:LONGEST],
        target=_plain(target)[:300],
        researcher=_plain(researcher)[:200],
        address=_plain(address)[:254],
        language=language if language in {"nl", "fr", "de", "en"} else "en",
        submission=submission[:64],
        found_at=found,
        simple_at=now,
        full_at=now if full else None,
        simple_due_at=due.simple,
        full_due_at=due.full,
        received_at=now,
        exercise=exercise,
    )
    row.code = digest_of(code_of(row.pk))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the same form came twice at this very moment
        saved: Disclosure = Disclosure.objects.get(submission=submission)
        return saved
    record("disclosure.received", by=RESEARCHER, on=row, detail={"number": row.number, "full": full})
    _wait(row, _("A researcher reports a vulnerability: %(number)s"))
    return row


@action
def add_words(*, disclosure: Disclosure, text: str, full: bool = False) -> DisclosureMessage:
    """The researcher adds something on the page of the code; `full`: with this the report is whole. Raises Invalid without words, Conflict once
    it is over."""
    if not text.strip():
        raise Invalid("Write something", field="text")
    row = _open(disclosure)
    now = moment.now()
    made = DisclosureMessage.objects.create(disclosure=row, from_researcher=True, text=_plain(text)[:LONGEST], at=now)
    if full:
        Disclosure.objects.filter(pk=row.pk, full_at=None).update(full_at=now)
    record("disclosure.added", by=RESEARCHER, on=row, organisation=_whose(row), detail={"full": full})
    _wait(row, _("A researcher adds something: %(number)s"))
    return made


@action
def attribute_disclosure(*, disclosure: Disclosure, organisation: Organisation, by: Actor) -> Disclosure:
    """Say whose system it is about; the owner reads nothing of it before it is passed on. Raises Conflict once it was."""
    rows = Disclosure.objects.filter(pk=disclosure.pk, state__in=OPEN, passed_at=None)
    if rows.update(organisation=organisation, attributed_at=moment.now()) != 1:
        raise Conflict("This was passed on already, or is over", disclosure=disclosure.number)
    disclosure.refresh_from_db()
    record("disclosure.attributed", by=by, on=disclosure, detail={"organisation": organisation.pk})
    return disclosure


@action
def pass_on(*, disclosure: Disclosure, by: Actor) -> Disclosure:
    """Tell the owner, who reads it from now on. Raises Invalid before it was attributed, Conflict when it was passed on already."""
    row = _open(disclosure)
    if row.organisation is None:
        raise Invalid("Say first whose system it is about", field="organisation")
    values = {"state": State.PASSED_ON, "passed_at": moment.now(), "tlp": Tlp.AMBER_STRICT}
    if Disclosure.objects.filter(pk=row.pk, passed_at=None, state__in=OPEN).update(**values) != 1:
        raise Conflict("This was passed on already", disclosure=row.number)
    row.refresh_from_db()
    record("disclosure.passed_on", by=by, on=row, organisation=row.organisation_id, detail={"number": row.number})
    facts.announce(facts.Settled(waiting_key(row)))
    _tell_owner(row)
    return row


@action
def answer_researcher(*, disclosure: Disclosure, text: str, by: Actor) -> DisclosureMessage:
    """Answer on the page of the code. Raises Invalid without words, Conflict once it is over."""
    if not text.strip():
        raise Invalid("Write an answer", field="text")
    row = _open(disclosure)
    made = _say(row, text, by)
    Disclosure.objects.filter(pk=row.pk, state=State.PASSED_ON).update(state=State.ANSWERED)
    record("disclosure.answered", by=by, on=row, organisation=_whose(row), detail={"number": row.number})
    facts.announce(facts.Settled(waiting_key(row)))
    return made


@action
def end_disclosure(*, disclosure: Disclosure, because: str, by: Actor, refuse: bool = False) -> Disclosure:
    """It is over (`refuse`: it is not for us); the researcher reads why. Raises Invalid without a reason, Conflict when it was over."""
    if not because.strip():
        raise Invalid("Say why; the researcher reads it", field="because")
    row = _open(disclosure)
    state = State.REFUSED if refuse else State.CLOSED
    values = {"state": state, "ended_at": moment.now(), "ended_because": because.strip()[:500]}
    if Disclosure.objects.filter(pk=row.pk, state__in=OPEN).update(**values) != 1:
        raise Conflict
    row.refresh_from_db()
    verb = "disclosure.refused" if refuse else "disclosure.closed"
    record(verb, by=by, on=row, organisation=_whose(row), detail={"because": because})
    facts.announce(facts.Settled(waiting_key(row)))
    return row


# Parts ----------------------------------------------------------------------------------------------------------------------------
def _open(disclosure: Disclosure) -> Disclosure:
    row: Disclosure | None = (
        Disclosure.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=disclosure.pk, state__in=OPEN)
        .first()
    )
    if row is None:
        raise Conflict("This report is over", disclosure=disclosure.number)
    return row


def _say(row: Disclosure, text: str, by: Actor) -> DisclosureMessage:
    return DisclosureMessage.objects.create(
        disclosure=row, from_researcher=False, text=_plain(text)[:LONGEST], at=moment.now(), by=by.label[:200]
    )


def _whose(row: Disclosure) -> UUID | None:
    """The chain of the journal: the owner's once it knows, before that the house's."""
    return row.organisation_id if row.passed_at else None


def _plain(text: str) -> str:
    """What was written, without what PostgreSQL cannot keep."""
    return text.replace("\x00", "").strip()


def _wait(row: Disclosure, words: str) -> None:
    since = moment.now() - timedelta(hours=1)
    many = Disclosure.objects.filter(received_at__gte=since).count() > FLOOD
    with happening.for_officers():
        summary = _(words) % {"number": row.number}
    facts.announce(
        facts.Waits(
            "disclosure",
            waiting_key(row),
            summary,
            f"/disclosures/{row.pk}/",
            organisation=HOUSE,
            urgent=not many,
            exercise=row.exercise,
        )
    )


def _tell_owner(row: Disclosure) -> None:
    """The owner's contacts, without details."""
    url = f"{configuration.public_url()}/disclosures/{row.pk}/"
    for contact in contacts_of([row.organisation]):
        with translation.override((contact.languages or row.organisation.languages or ["nl"])[0]):
            subject = _("A researcher reports a weakness in your systems: %(number)s") % {"number": row.number}
            body = _("Sign in to read it: %(url)s") % {"url": url}
        key = f"disclosure:{row.pk}:{contact.pk}"
        told = facts.Tells(key, contact.pk, "reminder", subject, f"{subject}.\n\n{body}", exercise=row.exercise)
        facts.announce(told)
