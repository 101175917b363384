"""`paraat session`: sessions, and who was invited, registered and came."""

from __future__ import annotations

import json
from typing import Any

import click
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Table

from paraat.kernel.errors import NotFound
from paraat.kernel.marking import TEAM, Tlp, Viewer
from paraat.platform.jinja import in_language
from paraat.readiness import session_figures
from paraat.readiness.models import Attendance, Session

VIEWER = Viewer(roles=TEAM)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
COUNTS = ("invited", "registered", "waiting", "declined", "came", "seats_taken")


@click.group("session")
def command() -> None:
    """Sessions: list, show, attendance."""


@command.command("list")
@click.option("--state", type=click.Choice(Session.State.values), help="Only those in this state.")
@as_json
def list_sessions(state: str | None, as_json: bool) -> None:
    """List sessions, the latest first, with their figures."""
    rows = session_figures.counted(VIEWER).order_by("-starts_at", "pk")
    found = [_summary(row) for row in (rows.filter(state=state) if state else rows)]
    if as_json:
        _print({"sessions": found})
        return
    table = Table("number", "begins", "state", "title", "invited", "registered", "came")
    for row in found:
        counts = [str(row[name]) for name in ("invited", "registered", "came")]
        table.add_row(
            row["number"], f"{row['starts_at']:%Y-%m-%d %H:%M}", row["state"], in_language(row["title"]), *counts
        )
    Console().print(table)


@command.command("show")
@click.argument("session")
@as_json
def show(session: str, as_json: bool) -> None:
    """Show one session (its number) with its figures per province, and what was thought of it from five answers up."""
    row = find(session)
    thought = session_figures.thought(row)
    provinces = [
        {"province": one.province, "invited": one.invited, "registered": one.registered, "came": one.came}
        for one in session_figures.per_province(VIEWER, row)
    ]
    average = thought.figures.average if thought else None
    content = _summary(row) | {"provinces": provinces, "feedback": average, "questions": row.questions.count()}
    if as_json:
        _print(content)
        return
    click.echo(
        f"{row.number} {in_language(row.title)}: {row.invited} invited, {row.registered} registered, {row.came} came"
    )
    for one in provinces:
        click.echo(
            f"  {one['province'] or 'no province'}: {one['invited']} invited, {one['registered']} registered, {one['came']} came"
        )


@command.command("attendance")
@click.argument("session")
@as_json
def attendance(session: str, as_json: bool) -> None:
    """Who was invited to a session (its number), answered and came."""
    row = find(session)
    rows = Attendance.objects.filter(session=row).select_related("organisation").order_by("organisation__name", "pk")
    found = [
        {
            "organisation": one.organisation.name,
            "nis": one.organisation.nis,
            "state": one.state,
            "seats": one.seats,
            "came": one.came,
        }
        for one in rows
    ]
    if as_json:
        _print({"session": row.number, "attendance": found})
        return
    table = Table("organisation", "answer", "seats", "came")
    for each in found:
        came = {True: "yes", False: "no", None: ""}[each["came"]]
        table.add_row(each["organisation"], each["state"], str(each["seats"]), came)
    Console().print(table)


def find(number: str) -> Any:
    """The session with this number, with its figures. Raises NotFound."""
    found = session_figures.counted(VIEWER).filter(number__iexact=number).first()
    if found is None:
        raise NotFound("There is no such session", session=number)
    return found


def _summary(row: Any) -> dict[str, Any]:
    plain = ("number", "kind", "state", "title", "starts_at", "ends_at", "place", "seats", "exercise", *COUNTS)
    return {name: getattr(row, name) for name in plain} | {"tlp": Tlp(row.tlp).label}


def _print(content: Any) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, cls=DjangoJSONEncoder))
