"""`paraat sitrep`: list, show and export situation reports."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from paraat.kernel.errors import Conflict, NotFound
from paraat.kernel.marking import Tlp
from paraat.warroom import shared
from paraat.warroom.models import SituationReport

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group("sitrep")
def command() -> None:
    """Situation reports: list, show, export."""


@command.command("list")
@as_json_option
@click.option("--room", help="Only those of the room with this number.")
@click.option("--exercise/--real", default=None, help="Only exercises, or only real ones.")
def list_reports(as_json: bool, room: str | None, exercise: bool | None) -> None:
    """List situation reports, newest first."""
    reports = SituationReport.objects.select_related("room").order_by("-as_of")
    reports = reports.filter(room__number=room) if room else reports
    reports = reports if exercise is None else reports.filter(exercise=exercise)
    rows = [_summary(one) for one in reports]
    if as_json:
        click.echo(json.dumps({"sitreps": rows}, ensure_ascii=False))
        return
    table = Table("report", "state", "TLP", "as of", "exercise")
    for row in rows:
        name = f"{row['room']}/{row['version']}/{row['sequence']}" if row["sequence"] else row["id"]
        table.add_row(name, row["state"], row["tlp"], row["as_of"][:16], "exercise" if row["exercise"] else "")
    Console().print(table)


@command.command("show")
@click.argument("report")
@as_json_option
def show(report: str, as_json: bool) -> None:
    """Show one report: its id, or ROOM/VERSION/NUMBER such as W2024-0003/tactical/2."""
    one = find(report)
    if as_json:
        click.echo(json.dumps(_summary(one) | {"content": one.content}, ensure_ascii=False))
        return
    console = Console()
    console.print(
        f"{one}  {one.get_version_display()}  {one.get_state_display()}  {Tlp(one.tlp).label}", highlight=False
    )
    for section, lines in one.content.items():
        console.print(f"\n{section}", style="bold")
        for line in lines:
            console.print(f"- {line['text']} ({Tlp(line['tlp']).label})", highlight=False, markup=False)


@command.command("export")
@click.argument("report")
@click.option("--format", "form", type=click.Choice(sorted(shared.KINDS)), default="pdf", help="Which form.")
@click.option(
    "--to", "to", type=click.Path(dir_okay=False, path_type=Path), help="Where; the standard output without it."
)
def export(report: str, form: str, to: Path | None) -> None:
    """Export a frozen report as it was kept (id or ROOM/VERSION/NUMBER)."""
    one = find(report)
    if not one.is_kept:
        raise Conflict("This report is not frozen")
    content = shared.kept(one, form)[0].read()
    if to is None:
        sys.stdout.buffer.write(content)
    else:
        to.write_bytes(content)
        click.echo(str(to))


def find(report: str) -> SituationReport:
    """The report with this id or ROOM/VERSION/NUMBER. Raises NotFound."""
    found: SituationReport | None = None
    reports = SituationReport.objects.select_related("room")
    parts = report.split("/")
    if len(parts) == 3 and parts[2].isdecimal():
        found = reports.filter(room__number=parts[0], version=parts[1], sequence=int(parts[2])).first()
    elif _is_id(report):
        found = reports.filter(pk=report).first()
    if found is None:
        raise NotFound("There is no such situation report", report=report)
    return found


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _summary(one: SituationReport) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "room": one.room.number,
        "sequence": one.sequence,
        "version": one.version,
        "state": one.state,
        "language": one.language,
        "tlp": Tlp(one.tlp).label,
        "exercise": one.exercise,
        "as_of": one.as_of.isoformat(),
        "frozen_at": one.frozen_at.isoformat() if one.frozen_at else None,
        "left_out": one.left_out,
        "digest": one.digest,
    }
