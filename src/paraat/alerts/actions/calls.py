"""The call list: one line per telephone number, claimed by one officer. What comes of a call is in `phoning`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from paraat.accounts.models import User
from paraat.alerts import happening, ladders
from paraat.alerts.models import CallLine, Notice
from paraat.alerts.rules import ladder
from paraat.kernel.actor import SYSTEM, Actor
from paraat.kernel.errors import Conflict
from paraat.platform import facts, live, moment
from paraat.platform.actions import action, record
from paraat.registry.models import Contact

PHONES = frozenset({"voice", "sms"})
UNCLAIMED: dict[str, Any] = {"claimed_by": None, "claimed_at": None, "claimed_notices": None}


@action
def put_on_call_list(
    *,
    notices: Sequence[Notice],
    contacts: ladders.Book,
    not_before: Mapping[UUID, datetime | None],
    now: datetime,
    avoid: Mapping[UUID, frozenset[str]] | None = None,
    attempts: int = 0,
    correction: bool = False,
) -> list[CallLine]:
    """Have somebody phone for these notices. A number that has an open line takes the notice along; `avoid` holds numbers found wrong."""
    groups: defaultdict[tuple[str, bool, UUID | None], list[tuple[Notice, Contact | None]]] = defaultdict(list)
    for notice in notices:
        person, number = _number(notice, contacts, now, (avoid or {}).get(notice.pk, frozenset()))
        contact = contacts.contacts[person] if person else None
        groups[number, notice.exercise, None if number else notice.organisation_id].append((notice, contact))
    lines = []
    for (number, exercise, organisation), pairs in sorted(groups.items(), key=str):
        line = _open_line(number, exercise, organisation, correction)
        if line is None:
            line = _new_line(number, pairs, not_before, now, attempts, correction)
        line.notices.add(*[notice for notice, _contact in pairs])
        CallLine.objects.filter(pk=line.pk, severity__lt=max(one.severity for one, _c in pairs)).update(
            severity=max(one.severity for one, _c in pairs)
        )
        lines.append(line)
    return lines


@action
def claim_call(*, line: CallLine, by: Actor, officer: User) -> CallLine:
    """ "I am calling": nobody else does, about what is on the line now. Raises Conflict when somebody already does, or the line is closed."""
    now = moment.now()
    if CallLine.objects.open().filter(pk=line.pk, claimed_by=None).update(claimed_by=officer, claimed_at=now) != 1:
        raise Conflict("Somebody else is calling this number, or the call has been made")
    about = list(line.notices.values_list("pk", flat=True))
    CallLine.objects.filter(pk=line.pk).update(claimed_notices=about)
    return line_changed(line, "call.claimed", by)


@action
def release_call(*, line: CallLine, by: Actor) -> CallLine:
    """Give the line back without having called."""
    if CallLine.objects.open().exclude(claimed_by=None).filter(pk=line.pk).update(**UNCLAIMED) != 1:
        raise Conflict("Nobody is calling this number")
    return line_changed(line, "call.released", by)


@action
def reopen_call(*, line: CallLine, by: Actor) -> CallLine:
    """Undo a closing that was a mistake, as long as nobody phones that number on another line. Acknowledgements stay."""
    taken = CallLine.objects.open().filter(address=line.address, exercise=line.exercise, correction=line.correction)
    if line.address and taken.exclude(pk=line.pk).exists():
        raise Conflict("This number has another open line")
    changes = {"closed_at": None, "outcome": "", **UNCLAIMED}
    if CallLine.objects.filter(pk=line.pk, closed_at__isnull=False).update(**changes) != 1:
        raise Conflict("This line is open")
    reopened = line_changed(line, "call.reopened", by)
    _announce(reopened)
    return reopened


def call_key(line: CallLine) -> str:
    """Under which a line waits for a person."""
    return f"call:{line.pk}"


@action
def close_lines_of(*, notices: Iterable[Notice], now: datetime, why: str) -> None:
    """Close the lines whose every notice has been dealt with by another way; a claimed one too, so that its officer sees it.

    Whoever is putting a notice on one of these lines is waited for: only then can be said whether somebody must still be phoned.
    """
    through = CallLine.notices.through.objects
    about = through.filter(notice__in=[notice.pk for notice in notices]).values("callline")
    lines = list(
        CallLine.objects.open().filter(pk__in=about, correction=False).select_for_update(of=("self",)).order_by("pk")
    )
    waiting = through.filter(callline__in=lines, notice__state=Notice.State.OPEN)
    needed = set(waiting.values_list("callline", flat=True))
    for line in lines:
        if line.pk not in needed:
            CallLine.objects.filter(pk=line.pk).update(closed_at=now, note=why[:500])
            facts.announce(facts.Settled(call_key(line)))
            line_changed(line, "call.not_needed", SYSTEM, {"why": why})


def _number(notice: Notice, contacts: ladders.Book, now: datetime, avoid: frozenset[str]) -> tuple[UUID | None, str]:
    """Whom to phone: the first on the ladder with a telephone number, else anybody on file with one."""
    climbed = [call for rung in contacts.rungs(notice.organisation_id, now, tlp=notice.tlp) for call in rung.calls]
    others = [
        ladder.Call(person, way) for person in contacts.people.get(notice.organisation_id, ()) for way in person.ways
    ]
    for call in [*climbed, *others]:
        if call.way.kind in PHONES and call.way.address not in avoid:
            return call.person.id, call.way.address
    return None, ""


def _open_line(number: str, exercise: bool, organisation: UUID | None, correction: bool) -> CallLine | None:
    lines = CallLine.objects.open().filter(address=number, exercise=exercise, correction=correction)
    if organisation is not None:
        lines = lines.filter(organisation=organisation)
    return lines.select_for_update().first()


def _new_line(
    number: str,
    pairs: Sequence[tuple[Notice, Contact | None]],
    not_before: Mapping[UUID, datetime | None],
    now: datetime,
    attempts: int,
    correction: bool,
) -> CallLine:
    notice, contact = max(pairs, key=lambda pair: pair[0].severity)
    line = CallLine.objects.create(
        organisation=notice.organisation,
        contact=contact,
        address=number,
        severity=notice.severity,
        since=now,
        not_before=not_before.get(notice.pk),
        tlp=max(one.tlp for one, _contact in pairs),
        exercise=notice.exercise,
        attempts=attempts,
        correction=correction,
    )
    record(
        "call.listed",
        by=SYSTEM,
        on=line,
        organisation=notice.organisation_id,
        detail={"notices": [str(n.pk) for n, _c in pairs]},
    )
    live.publish("calls", id=line.pk)
    _announce(line)
    return line


def _announce(line: CallLine) -> None:
    """An empty number is a task too: somebody has to find one."""
    with happening.for_officers():
        text = _("Phone %(name)s") if line.address else _("Find a telephone number for %(name)s and phone")
        summary = text % {"name": line.organisation.name}
    facts.announce(
        facts.Waits(
            "call", call_key(line), summary, "/calls/", line.organisation_id,
            urgent=line.severity >= 3 and line.attempts == 0, exercise=line.exercise,
        )
    )  # fmt: skip


def line_changed(line: CallLine, verb: str, by: Actor, detail: Mapping[str, str] | None = None) -> CallLine:
    """Journal and publish a change of a line; gives it back as it is now."""
    line.refresh_from_db()
    record(verb, by=by, on=line, organisation=line.organisation_id, detail=detail)
    live.publish("calls", id=line.pk)
    return line
