"""Situation reports: drafted from the room's data, edited by people, approved by a second person, and then frozen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from paraat.alerts.happening import for_officers
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid, NotFound
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Tlp
from paraat.platform import facts, moment
from paraat.platform.actions import action
from paraat.warroom import drafting
from paraat.warroom.actions.changes import note, touch
from paraat.warroom.actions.seconds import account_of, reader
from paraat.warroom.models import Room, SituationReport
from paraat.warroom.rules import sitrep
from paraat.warroom.rules.sitrep import Content, Line

State = SituationReport.State
LANGUAGES = ("nl", "fr", "de", "en")
WRITING = ("sitrep.drafted", "sitrep.edited", "sitrep.marked")
"""Deeds after which one does not approve the report."""


@action
def draft_report(
    *,
    room: Room,
    version: str,
    language: str,
    tlp: Tlp | int,
    by: Actor,
    next_at: datetime | None = None,
) -> SituationReport:
    """Draft a report from what the room knows now: only what its author may see, and no line above `tlp`; what was left out is counted.

    Raises Invalid for an unknown version, language or TLP, and for a next report that is past.
    """
    now = moment.now()
    if version not in SituationReport.Version.values:
        raise Invalid("There is no such version", field="version", value=version)
    if language not in LANGUAGES:
        raise Invalid("There is no such language", field="language", value=language)
    if not sitrep.is_level(int(tlp)):
        raise Invalid("There is no such TLP", field="tlp", value=int(tlp))
    if next_at is not None and next_at <= now:
        raise Invalid("That moment is past", field="next_at")
    before = last_kept(room, version)
    since = before.as_of if before else None
    frame = drafting.Frame(room, version, int(tlp), reader(by), since, now, next_at)
    content, left_out = drafting.draft(frame, language)
    report = SituationReport.objects.create(
        room=room,
        version=version,
        language=language,
        content=content,
        left_out=left_out,
        as_of=now,
        made_at=now,
        author=account_of(by),
        author_label=by.label[:200],
        next_at=next_at,
        tlp=int(tlp),
        exercise=room.exercise,
    )
    note("sitrep.drafted", by=by, on=report, room=room, version=version, left_out=left_out)
    touch(room)
    return report


def last_kept(room: Room, version: str) -> SituationReport | None:
    """The newest frozen report of a room in that version."""
    kept = SituationReport.objects.kept().filter(room=room, version=version)
    found: SituationReport | None = kept.order_by("-sequence").first()
    return found


@action
def edit_line(*, report: SituationReport, edit: int, key: str, text: str, by: Actor) -> SituationReport:
    """Write other words in a line. Its TLP stays: `mark_line` changes that, with a reason.

    Raises Invalid without words, NotFound without that line, Conflict when somebody changed the report since `edit`.
    """

    def written(one: Line) -> Line:
        return sitrep.line(
            text, one["tlp"], key=key, source=one["source"], verified=one["verified"], figures=one["figures"], places=one["places"]
        )  # fmt: skip

    return _change(report, edit, _replaced(report.content, key, written), by, "sitrep.edited", line=key)


@action
def add_line(
    *,
    report: SituationReport,
    edit: int,
    section: str,
    text: str,
    by: Actor,
    tlp: Tlp | int | None = None,
    source: str = "",
) -> SituationReport:
    """Add a line to a section; its TLP is the report's unless a lower one is given.

    Raises Invalid for an unknown section, without words or above the report's TLP; Conflict as `edit_line`.
    """
    level = report.tlp if tlp is None else int(tlp)
    if section not in sitrep.SECTIONS[report.version]:
        raise Invalid("This version of the report has no such section", field="section", value=section)
    _within(report, level)
    added = sitrep.line(text, level, key=f"own-{uuid7()}", source=source)
    content = {**report.content, section: [*report.content.get(section, []), added]}
    return _change(report, edit, content, by, "sitrep.edited", line=added["id"])


@action
def remove_line(*, report: SituationReport, edit: int, key: str, by: Actor) -> SituationReport:
    """Leave a line out. Raises NotFound without that line, Conflict as `edit_line`."""
    _find(report.content, key)
    content = {section: [one for one in found if one["id"] != key] for section, found in report.content.items()}
    return _change(report, edit, content, by, "sitrep.edited", line=key, removed=True)


@action
def mark_line(
    *, report: SituationReport, edit: int, key: str, tlp: Tlp | int, because: str, by: Actor
) -> SituationReport:
    """Give a line another TLP, with the reason, which the journal keeps. A line that rises above the report has to leave it instead.

    Raises Invalid without a reason, for an unknown TLP and above the report's own; NotFound without that line; Conflict as `edit_line`.
    """
    if not because.strip():
        raise Invalid("Write why: it may have to be explained later", field="because")
    _within(report, int(tlp))
    before = _find(report.content, key)["tlp"]
    content = _replaced(report.content, key, lambda one: {**one, "tlp": int(tlp)})
    return _change(
        report, edit, content, by, "sitrep.marked", line=key, before=before, tlp=int(tlp), because=because.strip()
    )


@action
def submit_report(*, report: SituationReport, by: Actor) -> SituationReport:
    """Ask for a second person's approval.

    Raises Invalid when a line stands above the report or something is missing, Conflict when it is no draft.
    """
    report.refresh_from_db()
    sitrep.check(report.content, version=report.version, ceiling=report.tlp)
    draft = SituationReport.objects.filter(pk=report.pk, state=State.DRAFT, edit=report.edit)
    if draft.update(state=State.SUBMITTED, submitted_at=moment.now()) != 1:
        raise Conflict("This report is not a draft any more")
    note("sitrep.submitted", by=by, on=report, room=report.room)
    with for_officers():
        summary = _("A situation report of %(number)s waits for a second person") % {"number": report.room.number}
    url = f"/rooms/{report.room_id}/sitreps/{report.pk}/"
    facts.announce(
        facts.Waits("approval", waiting_key(report.pk), summary, url, urgent=False, exercise=report.exercise)
    )
    touch(report.room)
    report.refresh_from_db()
    return report


@action
def discard_report(*, report: SituationReport, by: Actor, because: str) -> None:
    """Put a draft away, with the reason. Raises Invalid without one, Conflict when it is frozen or put away already."""
    if not because.strip():
        raise Invalid("Write why: it may have to be explained later", field="because")
    drafts = SituationReport.objects.filter(pk=report.pk, state__in=[State.DRAFT, State.SUBMITTED])
    if drafts.update(state=State.DISCARDED) != 1:
        raise Conflict("This report is not a draft any more")
    note("sitrep.discarded", by=by, on=report, room=report.room, because=because.strip())
    facts.announce(facts.Settled(waiting_key(report.pk)))
    touch(report.room)
    report.refresh_from_db()


def waiting_key(report: UUID) -> str:
    """Under which a report waits for a second person."""
    return f"sitrep:{report}"


def _change(
    report: SituationReport, edit: int, content: Content, by: Actor, verb: str, **detail: object
) -> SituationReport:
    """Compare and set: the content as it was at `edit`; a report that waited for approval is a draft again."""
    if report.edit != edit:
        raise Conflict("Somebody else changed this report; look at it again")
    drafts = SituationReport.objects.filter(pk=report.pk, edit=edit, state__in=[State.DRAFT, State.SUBMITTED])
    if drafts.update(content=content, edit=edit + 1, state=State.DRAFT, submitted_at=None) != 1:
        raise Conflict("Somebody else changed this report; look at it again")
    note(verb, by=by, on=report, room=report.room, **detail)
    facts.announce(facts.Settled(waiting_key(report.pk)))
    touch(report.room)
    report.refresh_from_db()
    return report


def _within(report: SituationReport, level: int) -> None:
    if not sitrep.is_level(level):
        raise Invalid("There is no such TLP", field="tlp", value=level)
    if level > report.tlp:
        raise Invalid(
            "A line above the report's own marking cannot stand in it: leave it out, or make a report with a higher one"
        )


def _find(content: Content, key: str) -> Line:
    found = next((one for _section, one in sitrep.lines(content) if one["id"] == key), None)
    if found is None:
        raise NotFound()
    return found


def _replaced(content: Content, key: str, made: Callable[[Line], Line]) -> Content:
    _find(content, key)
    return {section: [made(one) if one["id"] == key else one for one in found] for section, found in content.items()}
