"""`paraat check`: what is wrong with this installation."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from paraat.platform import checks, embedded
from paraat.platform.registrations import Finding, Level

DATABASE = False
_MARKS = {
    Level.OK: ("ok", "green"),
    Level.WARNING: ("warning", "yellow"),
    Level.ERROR: ("ERROR", "red"),
    Level.UNKNOWN: ("unknown", "yellow"),
}


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """Look at database, mail, clock, jobs, disk, contacts and feeds; exit code 1 when something is wrong."""
    if embedded.wanted():
        embedded.start()
    findings = checks.run_all()
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            _print(finding)
    raise SystemExit(1 if any(finding.level in {Level.ERROR, Level.UNKNOWN} for finding in findings) else 0)


def _print(finding: Finding) -> None:
    word, colour = _MARKS[finding.level]
    click.echo(f"{click.style(f'{word:8}', fg=colour)} {finding.check}: {finding.text}")
    if finding.remedy:
        click.echo(f"         {finding.remedy}")
