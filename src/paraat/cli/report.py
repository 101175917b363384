"""`paraat report`: list, show and take reports of incidents, and print the contact card of an organisation."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from paraat.cli.alert import operator
from paraat.incidents import cards
from paraat.incidents.actions.reports import take_report
from paraat.incidents.models import Report
from paraat.incidents.words import KINDS
from paraat.kernel.errors import Invalid, NotFound
from paraat.kernel.marking import Tlp
from paraat.registry.naming import or_nobody

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group("report")
def command() -> None:
    """Reports: list, show, take, card."""


@command.command("list")
@as_json
@click.option("--state", type=click.Choice(Report.State.values), help="Only those in this state.")
@click.option("--exercise/--real", default=None, help="Only exercises, or only real ones.")
@click.option("--limit", default=200, show_default=True, help="At most so many.")
def list_reports(as_json: bool, state: str | None, exercise: bool | None, limit: int) -> None:
    """List reports, newest first."""
    rows = Report.objects.select_related("organisation", "case").order_by("-received_at", "pk")
    rows = rows.filter(state=state) if state else rows
    rows = rows if exercise is None else rows.filter(exercise=exercise)
    found = [summary(row) for row in rows[:limit]]
    if as_json:
        click.echo(json.dumps({"reports": found}, ensure_ascii=False))
        return
    table = Table("number", "code", "state", "verified", "organisation", "kind", "through", "TLP", "case", "received")
    for row in found:
        table.add_row(*(str(row[name] or "") for name in (
            "number", "code", "state", "verification", "organisation", "kind", "through", "tlp", "case", "received_at",
        )))  # fmt: skip
    Console().print(table)


@command.command("show")
@click.argument("report")
@as_json
def show(report: str, as_json: bool) -> None:
    """Show one report (number, code or id), word for word."""
    row = find(report)
    content = summary(row) | {
        "text": row.text, "services": row.services, "reporter": row.reporter, "reachable_at": row.reachable_at,
        "happened_at": _iso(row.happened_at), "known_at": _iso(row.known_at), "verified_by": row.verified_by,
        "verified_with": row.verified_with, "dismissed_because": row.dismissed_because,
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    for name, value in content.items():
        click.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")


@command.command("take")
@click.argument("text")
@click.option("--organisation", default="", help="Name, NIS or KBO number; what is not on file is kept as text.")
@click.option("--reporter", default="", help="Who reports: name and function.")
@click.option("--reachable-at", default="", help="Where the reporter says to be reachable.")
@click.option("--kind", type=click.Choice(list(KINDS)), default=None, help="What it is.")
@click.option("--service", "services", multiple=True, help="What does not work; may be given again.")
@click.option("--known-at", default="", help="When the organisation knew, as 2026-01-30T23:30+01:00.")
@click.option("--exercise", is_flag=True, help="It is an exercise.")
@as_json
def take(
    text: str,
    organisation: str,
    reporter: str,
    reachable_at: str,
    kind: str | None,
    services: tuple[str, ...],
    known_at: str,
    exercise: bool,
    as_json: bool,
) -> None:
    """Save a report that came by telephone; whoever is on call is paged."""
    town = or_nobody(organisation)
    made = take_report(
        through=Report.Through.PHONE,
        text=text,
        by=operator(),
        organisation=town,
        organisation_text=organisation,
        reporter=reporter,
        reachable_at=reachable_at,
        kind=kind or "",
        services=services,
        known_at=_moment(known_at),
        language=cards.language_of(town) if town else "nl",
        exercise=exercise,
    )
    click.echo(json.dumps(summary(made), ensure_ascii=False) if as_json else f"{made.number} {made.code}")


@command.command("card")
@click.argument("organisation")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to write.")
@click.option(
    "--language", type=click.Choice(cards.LANGUAGES), default=None, help="Not given: that of the organisation."
)
def card(organisation: str, out: Path, language: str | None) -> None:
    """Write the contact card and first hour of an organisation (name, NIS or KBO number) as PDF, to print."""
    town = or_nobody(organisation)
    if town is None:
        raise NotFound("There is no such organisation, or several have this name", organisation=organisation)
    out.write_bytes(cards.card_pdf(town, cards.language_of(town, language or "")))
    click.echo(str(out))


def find(report: str) -> Report:
    """The report with this number, code or id; NotFound otherwise."""
    rows = Report.objects.select_related("organisation", "case")
    found: Report | None = rows.filter(number=report.upper()).first() or rows.filter(code=report.upper()).first()
    if found is None and len(report) == 36:
        found = rows.filter(pk=report).first()
    if found is None:
        raise NotFound("There is no such report", report=report)
    return found


def summary(row: Report) -> dict[str, Any]:
    """A report as JSON shows it in a list."""
    return {
        "id": str(row.pk),
        "number": row.number,
        "code": row.code,
        "state": row.state,
        "verification": row.verification,
        "organisation": row.organisation.name if row.organisation else row.organisation_text,
        "kind": row.kind,
        "through": row.through,
        "tlp": Tlp(row.tlp).label,
        "exercise": row.exercise,
        "case": row.case.number if row.case else None,
        "received_at": _iso(row.received_at),
    }


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("Write a moment as 2026-01-30T23:30+01:00", known_at=text) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
