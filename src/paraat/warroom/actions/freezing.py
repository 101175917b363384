"""A second person approves a situation report: it gets its number and its papers, supersedes the one before, and never changes again."""

from __future__ import annotations

from django.db import connection
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict
from paraat.kernel.marking import Tlp
from paraat.platform import facts, files, moment
from paraat.platform.actions import action
from paraat.platform.jinja import in_language
from paraat.platform.jinja import moment as at_words
from paraat.registry.models import Organisation
from paraat.warroom import papers
from paraat.warroom.actions.changes import note, touch
from paraat.warroom.actions.seconds import second_person
from paraat.warroom.actions.sitreps import WRITING, last_kept, waiting_key
from paraat.warroom.models import Room, SituationReport
from paraat.warroom.rules import sitrep

State = SituationReport.State


@action
def approve_report(*, report: SituationReport, by: Actor, edit: int | None = None) -> SituationReport:
    """The second person's yes to what he read (`edit`; None: as `report` was loaded): number, digest, PDF and DOCX, all in one transaction.

    Raises NotAllowed for whoever wrote or changed it, Invalid when a line stands above its TLP, Conflict when it does not wait or was changed.
    """
    officer = second_person(report, by=by, verbs=WRITING)
    read = report.edit if edit is None else edit
    _take_turn(report.room, report.version)
    waiting = SituationReport.objects.select_for_update(of=("self",)).select_related("room")
    found: SituationReport | None = waiting.filter(pk=report.pk, state=State.SUBMITTED, edit=read).first()
    if found is None:
        raise Conflict("This report does not wait for your approval: it was changed, approved or put away")
    sitrep.check(found.content, version=found.version, ceiling=found.tlp)
    before = last_kept(found.room, found.version)
    numbers = SituationReport.objects.filter(room=found.room, version=found.version)
    sequence = (numbers.aggregate(last=Max("sequence"))["last"] or 0) + 1
    now = moment.now()
    found.sequence, found.frozen_at, found.approved_label = sequence, now, str(officer)[:200]
    sheet = as_sheet(found)
    if before is not None:
        SituationReport.objects.filter(pk=before.pk, state=State.FROZEN).update(state=State.SUPERSEDED)
    SituationReport.objects.filter(pk=found.pk).update(
        state=State.FROZEN,
        sequence=sequence,
        frozen_at=now,
        approved_by=officer,
        approved_label=found.approved_label,
        digest=sitrep.digest(found.content),
        pdf=files.store([papers.as_pdf(sheet)]).path,
        docx=files.store([papers.as_docx(sheet)]).path,
        supersedes=before,
    )
    note("sitrep.frozen", by=by, on=found, room=found.room, sequence=sequence, version=found.version)
    facts.announce(facts.Settled(waiting_key(found.pk)))
    touch(found.room)
    report.refresh_from_db()
    return report


def _take_turn(room: Room, version: str) -> None:
    """One approval of a room and version at a time, until the transaction ends: numbers have no gaps. The room itself is not locked meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sitrep {room.pk} {version}"])


def number_of(report: SituationReport) -> str:
    """What a frozen report is called: "W2024-0003 sitrep 2"."""
    return f"{report.room.number}/{report.version}/{report.sequence}"


def as_sheet(report: SituationReport) -> papers.Sheet:
    """What the papers of a report are made from. The room's title only where the content has it: it has a TLP like any line."""
    with translation.override(report.language):
        version = report.get_version_display()
        named = next((one["text"] for one in report.content.get("room", [])), report.room.number)
        title = _("Situation report %(sequence)s (%(version)s): %(room)s") % {
            "sequence": report.sequence, "version": version, "room": named,
        }  # fmt: skip
        return papers.Sheet(
            number=number_of(report),
            title=title,
            version=report.version,
            language=report.language,
            tlp=Tlp(report.tlp).label,
            exercise=_("EXERCISE: none of this happened") if report.exercise else None,
            as_of=report.as_of,
            content=report.content,
            left_out=report.left_out,
            facts=tuple(_facts(report)),
            provinces={one.nis: in_language(one.names) or one.name for one in _provinces()},
        )


def _facts(report: SituationReport) -> list[tuple[str, str]]:
    left = (
        _("%(n)s lines stand above this marking and are left out") % {"n": report.left_out}
        if report.left_out
        else _("none")
    )
    return [
        (_("War room"), report.room.number),
        (_("As of"), at_words(report.as_of, "long")),
        (_("Written by"), report.author_label),
        (_("Approved by"), f"{report.approved_label}, {at_words(report.frozen_at, 'long')}"),
        (_("Left out"), left),
        (_("Digest of the content (SHA-256)"), sitrep.digest(report.content)),
    ]


def _provinces() -> list[Organisation]:
    return list(Organisation.objects.filter(kind=Organisation.Kind.PROVINCE))
