"""`paraat calls`: the call list."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from paraat.alerts.models import CallLine


@click.group("calls")
def command() -> None:
    """The call list: whom somebody of the team has to phone."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def list_calls(as_json: bool) -> None:
    """The open lines, the worst and oldest first."""
    lines = (
        CallLine.objects.open()
        .select_related("organisation", "contact", "claimed_by")
        .prefetch_related("notices__alert", "notices__organisation")
    )
    rows = [_line(line) for line in lines]
    if as_json:
        click.echo(json.dumps({"calls": rows}, ensure_ascii=False))
        return
    table = Table("severity", "since", "number", "ask for", "about", "calling", "not before")
    for row in rows:
        about = ", ".join(f"{one['alert']} {one['name']}" for one in row["notices"])
        table.add_row(
            str(row["severity"]), row["since"], row["number"], row["contact"], about, row["claimed_by"], row["not_before"] or "",
        )  # fmt: skip
    Console().print(table)


def _line(line: CallLine) -> dict[str, Any]:
    return {
        "id": str(line.pk),
        "number": line.address,
        "contact": line.contact.name if line.contact else "",
        "severity": line.severity,
        "since": line.since.isoformat(),
        "not_before": line.not_before.isoformat() if line.not_before else None,
        "claimed_by": line.claimed_by.name if line.claimed_by else "",
        "attempts": line.attempts,
        "correction": line.correction,
        "exercise": line.exercise,
        "notices": [
            {
                "alert": notice.alert.number,
                "name": notice.organisation.name,
                "nis": notice.organisation.nis,
                "code": notice.code,
            }
            for notice in line.notices.all()
        ],
    }
