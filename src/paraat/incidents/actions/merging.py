"""Two cases turn out to be one, or one turns out to be two.

What was recorded is never moved back or taken away: timeline and ransom decisions are copied, each copy says where it came from, and the merged
case stays readable. What people still work on goes along. A merge is undone by splitting. See docs/cases.md and decision 0011.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from paraat.alerts.happening import for_officers
from paraat.incidents.actions.cases import open_case
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import (
    Case,
    Clock,
    Correspondence,
    Custody,
    Evidence,
    IndicatorSighting,
    RansomDecision,
    Report,
    Task,
    TimelineEntry,
)
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.ids import uuid7
from paraat.platform import moment
from paraat.platform.actions import action, record
from paraat.platform.facts import CaseMerged, announce


@action
def merge_cases(*, case: Case, into: Case, by: Actor, reason: str) -> Case:
    """Let `case` live on in `into`, marked as the higher of the two: what nobody could read because of its case stays so. Gives `into`.

    Raises Invalid without a reason, for one case twice, for a real one and an exercise, for cases of two victims (each would read what the other
    does), or when `into` is closed; Conflict when somebody else merged one of them first.
    """
    _check(case, into, reason)
    locked = {
        one.pk: one
        for one in Case.objects.select_for_update(of=("self",)).filter(pk__in=[case.pk, into.pk]).order_by("pk")
    }
    if any(one.state == Case.State.MERGED for one in locked.values()):
        raise Conflict("One of these cases was merged already")
    with for_officers():
        told = _("Merged into %(number)s: %(reason)s") % {"number": into.number, "reason": reason.strip()}
        took = _("Took over %(number)s, %(title)s: %(reason)s")
        took = took % {"number": case.number, "title": case.title, "reason": reason.strip()}
    _copy_timeline(TimelineEntry.objects.filter(case=case), into)
    _copy_decisions(case, into)
    _take_along(case, into, by, told)
    add_entry(case=case, text=told, by=by, kind=TimelineEntry.Kind.STATE)
    add_entry(case=into, text=took, by=by, kind=TimelineEntry.Kind.STATE, tlp=max(case.tlp, into.tlp))
    now = moment.now()
    Case.objects.filter(pk=case.pk).update(
        state=Case.State.MERGED, merged_into=into, state_at=now, changed_at=now, version=F("version") + 1
    )
    Case.objects.filter(pk=into.pk).update(
        changed_at=now, version=F("version") + 1, tlp=max(one.tlp for one in locked.values())
    )
    detail = {"number": case.number, "into": into.number, "reason": reason.strip()}
    record("case.merged", by=by, on=case, organisation=case.organisation_id, detail=detail)
    record("case.merged", by=by, on=into, organisation=into.organisation_id, detail=detail)
    announce(CaseMerged(case.pk, into.pk, into.organisation_id, into.exercise, by))
    case.refresh_from_db()
    into.refresh_from_db()
    return into


@action
def split_case(*, case: Case, reports: Sequence[Report], title: str, by: Actor, reason: str) -> Case:
    """Make a new case of some of a case's reports; gives it. Its victim is the one that the reports are of.

    The reports go along with their mails and evidence; what the timeline has of them is copied. Raises Invalid without reports, a reason or a
    title, when the reports are of several organisations, or when the case lives on in another one; Conflict when a report has left the case.
    """
    if not reason.strip():
        raise Invalid("Say why", field="reason")
    if not reports:
        raise Invalid("Choose the reports that are another case", field="reports")
    if case.state == Case.State.MERGED:
        raise Invalid("This case lives on in another one; split that")
    victims = {report.organisation for report in reports if report.organisation_id}
    if len(victims) > 1:
        raise Invalid("These reports are of several organisations; split them one by one", field="reports")
    known = [report.known_at for report in reports if report.known_at]
    made = open_case(
        organisation=next((one for one in victims if one), case.organisation),
        title=title,
        by=by,
        classification=case.classification,
        severity=case.severity,
        confidence=case.confidence,
        tlp=case.tlp,
        exercise=case.exercise,
        owner=case.owner,
        language=case.language,
        happened_at=min((report.happened_at for report in reports if report.happened_at), default=None),
        aware_at=min(known, default=None),
        split_from=case,
    )
    kept = Report.objects.filter(pk__in=[report.pk for report in reports], case=case)
    if kept.update(case=made) != len(reports):
        raise Conflict("One of these reports is not part of this case any more")
    with for_officers():
        told = _("Split off as %(number)s: %(reason)s") % {"number": made.number, "reason": reason.strip()}
        from_ = _("Split from %(number)s: %(reason)s") % {"number": case.number, "reason": reason.strip()}
    _copy_timeline(TimelineEntry.objects.filter(case=case, report__in=reports), made)
    Correspondence.objects.filter(case=case, report__in=reports).update(case=made)
    _move_evidence(Evidence.objects.filter(case=case, report__in=reports), made, by, told)
    add_entry(case=case, text=told, by=by, kind=TimelineEntry.Kind.STATE)
    add_entry(case=made, text=from_, by=by, kind=TimelineEntry.Kind.STATE)
    Case.objects.filter(pk=case.pk).update(changed_at=moment.now(), version=F("version") + 1)
    detail = {
        "number": case.number,
        "made": made.number,
        "reports": [one.number for one in reports],
        "reason": reason.strip(),
    }
    record("case.split", by=by, on=case, organisation=case.organisation_id, detail=detail)
    record("case.split", by=by, on=made, organisation=made.organisation_id, detail=detail)
    case.refresh_from_db()
    return made


def _check(case: Case, into: Case, reason: str) -> None:
    if not reason.strip():
        raise Invalid("Say why", field="reason")
    if case.pk == into.pk:
        raise Invalid("A case cannot be merged with itself", field="into")
    if case.exercise != into.exercise:
        raise Invalid("One is an exercise and the other is not", field="into")
    if case.organisation_id != into.organisation_id:
        raise Invalid(
            "Cases of two victims are not merged: each would read what the other does; link them by a hypothesis",
            field="into",
        )
    if into.state == Case.State.CLOSED:
        raise Invalid("That case is closed; reopen it first", field="into")


def _copy_timeline(entries: QuerySet[Any], to: Case) -> None:
    """Copies of entries, in the case `to`: moments, author and marking as they were; corrections point at the copy of what they correct."""
    rows = list(entries.order_by("recorded_at", "pk"))
    new = {row.pk: uuid7() for row in rows}
    copies = [
        TimelineEntry(
            id=new[row.pk],
            case=to,
            kind=row.kind,
            text=row.text,
            happened_at=row.happened_at,
            known_at=row.known_at,
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
            corrects_id=new.get(row.corrects_id),
            report_id=row.report_id,
            came_from=row.came_from or row.case_id,
            tlp=row.tlp,
            exercise=row.exercise,
        )
        for row in rows
    ]
    TimelineEntry.objects.bulk_create(copies)


def _copy_decisions(case: Case, into: Case) -> None:
    """What was decided about a demand cannot be changed, so it is copied."""
    rows = list(RansomDecision.objects.filter(case=case))
    for row in rows:
        row.pk, row.case = uuid7(), into
        row._state.adding = True  # Django's way to say: a new row
    RansomDecision.objects.bulk_create(rows)


def _take_along(case: Case, into: Case, by: Actor, why: str) -> None:
    """What people still work on. Where the other case has the same already, that counts and this one stays behind."""
    for rows in (case.reports, case.mails, case.help_requests, case.notes, case.claims, case.exposures):
        rows.update(case=into)
    case.services.exclude(name__in=into.services.values("name")).update(case=into)
    case.suppliers.exclude(organisation__in=into.suppliers.values("organisation")).update(case=into)
    seen = IndicatorSighting.objects.filter(case=into).values("indicator")
    IndicatorSighting.objects.filter(case=case).exclude(indicator__in=seen).update(case=into)
    Clock.objects.filter(case=case).exclude(regime__in=into.clocks.values("regime")).update(case=into)
    waiting = Task.objects.filter(case=case, state=Task.State.OPEN)
    waiting.exclude(key__in=into.tasks.exclude(key="").values("key")).update(case=into)
    waiting.update(state=Task.State.DROPPED, outcome=why[:500], done_at=moment.now(), done_by=by.label)
    into.hypotheses.add(*case.hypotheses.all())
    _move_evidence(Evidence.objects.filter(case=case), into, by, why)


def _move_evidence(rows: QuerySet[Any], to: Case, by: Actor, why: str) -> None:
    """Evidence goes along, and its chain of custody says so."""
    now = moment.now()
    moved = [
        Custody(evidence=one, deed=Custody.Deed.MOVED, at=now, by=by.label, why=why[:500], to=to.number) for one in rows
    ]
    rows.update(case=to)
    Custody.objects.bulk_create(moved)
