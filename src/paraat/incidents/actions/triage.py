"""Triage: a report becomes part of a case, new or known, or is dismissed with a reason. One of two officers who decide at once is told."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from paraat.alerts.happening import for_officers
from paraat.incidents.actions.cases import open_case
from paraat.incidents.actions.timeline import add_entry
from paraat.incidents.models import Case, CaseService, Correspondence, Report, TimelineEntry
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import live, moment
from paraat.platform.actions import action, record
from paraat.platform.facts import Settled, announce
from paraat.registry.models import Organisation


@action
def accept_report(
    *, report: Report, by: Actor, case: Case | None = None, organisation: Organisation | None = None, **fields: Any
) -> Case:
    """Make a report part of `case`, or of a new one that is opened with `fields` (those of `open_case`); gives the case.

    What the report says comes into the timeline: when it happened and when we learnt of it. A new case starts its clocks from when the
    organisation says that it became aware. Raises Conflict when the report was decided already, Invalid when nobody knows whom it is about or
    when one is an exercise and the other is not.
    """
    whose = organisation or report.organisation or (case.organisation if case else None)
    if whose is None:
        raise Invalid("Say which organisation this is about", field="organisation")
    if case is not None:
        _fits(report, case)
    now = moment.now()
    waiting = Report.objects.filter(pk=report.pk, state=Report.State.NEW)
    if waiting.update(
        state=Report.State.ACCEPTED, organisation=whose, triaged_at=now, triaged_by=by.label
    ) != 1:  # fmt: skip
        raise Conflict("This report does not wait for triage any more")
    if case is None:
        case = _opened(report, whose, by, fields)
    Report.objects.filter(pk=report.pk).update(case=case)
    Correspondence.objects.filter(report=report, case=None).update(case=case)
    report.refresh_from_db()
    _write_down(report, case, by)
    _note_services(report, case)
    record("report.accepted", by=by, on=report, organisation=whose.pk, detail=_detail(report) | {"case": case.number})
    _settle(report)
    return case


@action
def dismiss_report(*, report: Report, by: Actor, reason: str) -> Report:
    """Decide that a report is not an incident; the reason is kept. Raises Conflict when it was decided already."""
    if not reason.strip():
        raise Invalid("Say why", field="reason")
    waiting = Report.objects.filter(pk=report.pk, state=Report.State.NEW)
    if waiting.update(
        state=Report.State.DISMISSED,
        dismissed_because=reason.strip()[:500],
        triaged_at=moment.now(),
        triaged_by=by.label,
    ) != 1:  # fmt: skip
        raise Conflict("This report does not wait for triage any more")
    report.refresh_from_db()
    detail = _detail(report) | {"reason": report.dismissed_because}
    record("report.dismissed", by=by, on=report, organisation=report.organisation_id, detail=detail)
    _settle(report)
    return report


def _fits(report: Report, case: Case) -> None:
    if report.exercise != case.exercise:
        raise Invalid("One is an exercise and the other is not", field="case")
    if case.state == Case.State.MERGED:
        raise Invalid("This case lives on in another one; choose that", field="case")


def _opened(report: Report, whose: Organisation, by: Actor, fields: dict[str, Any]) -> Case:
    given = {
        "title": report.text.strip().splitlines()[0][:200],
        "happened_at": report.happened_at,
        "language": report.language,
        "tlp": report.tlp,
    } | fields
    return open_case(organisation=whose, by=by, exercise=report.exercise, aware_at=report.known_at, **given)


def _write_down(report: Report, case: Case, by: Actor) -> None:
    """The report as it came, and when the organisation became aware as an entry of its own: clocks may have to be explained by it."""
    with for_officers():
        head = f"{report.number} · {report.get_through_display()}"
        aware = _("%(organisation)s became aware of it, as report %(number)s says")
        aware = aware % {"organisation": case.victim, "number": report.number}
    said: dict[str, Any] = {"case": case, "by": by, "known_at": report.received_at, "report": report}
    if report.known_at and report.known_at <= report.received_at:
        add_entry(text=aware, happened_at=report.known_at, tlp=max(report.tlp, case.tlp), **said)
    began = report.happened_at if report.happened_at and report.happened_at <= report.received_at else None
    add_entry(
        text=f"{head}\n{report.text}",
        kind=TimelineEntry.Kind.COMMUNICATION,
        happened_at=began,
        tlp=max(report.tlp, case.tlp),
        **said,
    )


def _note_services(report: Report, case: Case) -> None:
    """What does not work, as the reporter says; what we know already of a service stays."""
    now = moment.now()
    rows = [
        CaseService(case=case, name=name, status=CaseService.Status.DOWN, since=report.happened_at, changed_at=now)
        for name in dict.fromkeys(report.services)
    ]
    CaseService.objects.bulk_create(rows, ignore_conflicts=True)


def _detail(report: Report) -> dict[str, Any]:
    return {"number": report.number}


def _settle(report: Report) -> None:
    """Nobody has to be paged for it any more."""
    from paraat.incidents.actions.reports import waiting_key

    announce(Settled(waiting_key(report)))
    live.publish("reports", id=report.pk)
