"""What somebody tells us is saved as it came, before anybody asks whether it is true."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from paraat.accounts.models import User
from paraat.alerts import happening
from paraat.incidents.actions.numbers import take_number
from paraat.incidents.models import Report
from paraat.kernel import codes
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.ids import HOUSE
from paraat.kernel.marking import Tlp
from paraat.platform import facts, live, moment
from paraat.platform.actions import action, record
from paraat.registry.models import Contact, Organisation

LONGEST = 20_000
"""Letters kept of what somebody wrote."""
MOST_SERVICES = 30
FLOOD = 10
"""Reports by nobody we know within an hour after which one more pages nobody by itself: the first ones page already, until somebody takes them."""
_OPEN_PAGES = frozenset({Report.Through.EMERGENCY, Report.Through.MAIL})


def waiting_key(report: Report) -> str:
    """Under which a report waits for triage; accepting and dismissing it settle this key."""
    return f"report:{report.pk}"


@action
def take_report(
    *,
    through: str,
    text: str,
    by: Actor,
    organisation: Organisation | None = None,
    organisation_text: str = "",
    reporter: str = "",
    reachable_at: str = "",
    kind: str = "",
    services: Sequence[str] = (),
    happened_at: datetime | None = None,
    known_at: datetime | None = None,
    language: str = "nl",
    user: User | None = None,
    contact: Contact | None = None,
    notice: UUID | None = None,
    finding: UUID | None = None,
    message_id: str = "",
    exercise: bool = False,
    signed_in: bool = False,
    submission: str = "",
    tlp: Tlp | int = Tlp.AMBER,
) -> Report:
    """Save a report and have the officer on call paged. Nothing is verified first: `signed_in` says that the reporter was known already.

    `through` is a `Report.Through`; `submission` names one filled-in form, `message_id` one mail: what came before is given back and nothing
    is written. A moment that lies in the future is kept as now (a clock that is wrong must not lose a report). Raises Invalid without words.
    """
    if not text.strip():
        raise Invalid("Write what happened", field="text")
    before = _before(submission, message_id)
    if before is not None:
        return before
    now = moment.now()
    report = Report(
        through=through,
        organisation=organisation,
        organisation_text=_clean(organisation_text)[:200],
        reporter=_clean(reporter)[:200],
        reachable_at=_clean(reachable_at)[:254],
        contact=contact,
        user=user,
        kind=kind[:40],
        text=_clean(text)[:LONGEST],
        services=[_clean(name)[:120] for name in services if name.strip()][:MOST_SERVICES],
        happened_at=_not_later(happened_at, now),
        known_at=_not_later(known_at, now),
        received_at=now,
        language=language if language in {"nl", "fr", "de", "en"} else "nl",
        verification=Report.Verification.SIGNED_IN if signed_in else Report.Verification.NONE,
        verified_at=now if signed_in else None,
        verified_by=by.label[:200] if signed_in else "",
        message_id=_clean(message_id)[:300],
        submission=submission[:64],
        notice=notice,
        finding=finding,
        code=_code(),
        tlp=int(tlp),
        exercise=exercise,
    )
    if not _saved(report, now):
        found = _before(submission, message_id)
        if found is None:
            raise Conflict
        return found
    _told(report, by, now)
    return report


def submission_of(form: str, *said: str) -> str:
    """One filled-in form: the form as it was opened and what was written in it. The same click twice is one, a correction is another."""
    return hashlib.sha256("\0".join([form, *said]).encode()).hexdigest()


@action
def place_report(*, report: Report, organisation: Organisation, by: Actor) -> None:
    """Say whose report it is. Raises Conflict when it was placed or triaged meanwhile."""
    free = Report.objects.filter(pk=report.pk, organisation=None, state=Report.State.NEW)
    if free.update(organisation=organisation) != 1:
        raise Conflict("Somebody has placed this report already")
    record("report.placed", by=by, on=report, organisation=organisation.pk, detail={"number": report.number})
    report.refresh_from_db()
    live.publish("reports", id=report.pk)


def _told(report: Report, by: Actor, now: datetime) -> None:
    """The journal, whoever is on call, and open pages."""
    detail = {"number": report.number, "through": report.through, "kind": report.kind}
    record("report.taken", by=by, on=report, organisation=report.organisation_id, detail=detail)
    with happening.for_officers():
        name = (
            report.organisation.name
            if report.organisation
            else report.organisation_text or _("an unknown organisation")
        )
        summary = _("Report %(number)s of %(organisation)s") % {"number": report.number, "organisation": name}
    waits = facts.Waits(
        "report",
        waiting_key(report),
        summary[:300],
        f"/reports/{report.pk}/",
        urgent=not _flooded(report, now),
        exercise=report.exercise,
        organisation=report.organisation_id or HOUSE,
    )
    facts.announce(waits)
    live.publish("reports", id=report.pk)


def _flooded(report: Report, now: datetime) -> bool:
    """Whether somebody pours in reports that nobody we know sent: each is kept and listed, and the page that is out already is enough."""
    if report.organisation_id or report.through not in _OPEN_PAGES:
        return False
    recent = Report.objects.filter(
        received_at__gt=now - timedelta(hours=1), organisation=None, through__in=_OPEN_PAGES, state=Report.State.NEW
    )
    return recent.filter(exercise=report.exercise).count() > FLOOD


def _before(submission: str, message_id: str) -> Report | None:
    """The report that the same form or the same mail made."""
    for name, value in (("submission", submission[:64]), ("message_id", message_id[:300])):
        if value and (found := Report.objects.filter(**{name: value}).first()):
            return found  # type: ignore[no-any-return]
    return None


def _saved(report: Report, now: datetime) -> bool:
    """False when another process saved the same form or mail at this very moment; then no number was taken either."""
    try:
        with transaction.atomic():
            report.number = take_number(kind="R", now=now)
            report.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _code() -> str:
    """A code that no report has."""
    while True:
        made = codes.make()
        if not Report.objects.filter(code=made).exists():
            return made


def _not_later(at: datetime | None, now: datetime) -> datetime | None:
    return min(at, now) if at else None


def _clean(text: str) -> str:
    """PostgreSQL holds every character but NUL."""
    return text.replace("\0", "").strip()
