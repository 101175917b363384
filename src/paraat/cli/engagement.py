"""`paraat engagement`: engagements of ethical hacking listed, shown, asked about a target, and stopped."""

from __future__ import annotations

import json
from typing import Any

import click
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation
from rich.console import Console
from rich.table import Column, Table

from paraat.cli.alert import operator
from paraat.kernel.errors import Invalid, NotFound
from paraat.readiness.actions.stopping import stop_testing
from paraat.readiness.actions.target_checks import ask_target
from paraat.readiness.hacking_words import REASONS
from paraat.readiness.models import Engagement, Finding

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group("engagement")
def command() -> None:
    """Ethical hacking: list, show, check, stop."""


@command.command("list")
@click.option("--state", default="", type=click.Choice(["", *Engagement.State.values]), help="In this state.")
@as_json
def list_engagements(state: str, as_json: bool) -> None:
    """List engagements, newest first."""
    rows = Engagement.objects.select_related("organisation").order_by("-created_at")
    found = [_as_dict(row) for row in (rows.filter(state=state) if state else rows)]
    if as_json:
        _print({"engagements": found})
        return
    table = Table(Column("number", no_wrap=True), "organisation", "title", "state", "from", "until")
    for row in found:
        table.add_row(
            *(str(row[name] or "") for name in ("number", "organisation", "title", "state", "starts_on", "ends_on"))
        )
    Console().print(table)


@command.command("show")
@click.argument("number")
@as_json
def show(number: str, as_json: bool) -> None:
    """One engagement: its scope, papers, testers, and how many findings; what was found is not printed."""
    content = _whole(find(number))
    if as_json:
        _print(content)
        return
    for name, value in content.items():
        click.echo(f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")


@command.command("check")
@click.argument("target")
@click.option(
    "--engagement",
    "number",
    default="",
    metavar="NUMBER",
    help="Of which engagement; else the only one that is being tested.",
)
@click.option("--method", default="", help="By this method.")
@as_json
def check(target: str, number: str, method: str, as_json: bool) -> None:
    """Ask whether a target may be touched now; question and answer are kept. Ends with 1 for a no."""
    row = find(number) if number else _only()
    answer = ask_target(engagement=row, target=target, method=method, by=operator())
    with translation.override("en"):
        words = str(REASONS[answer.reason])
    if as_json:
        names = ("target", "allowed", "reason", "because")
        _print({"engagement": row.number, "words": words} | {name: getattr(answer, name) for name in names})
    else:
        click.echo(f"{'YES' if answer.allowed else 'NO'}: {words}")
    if not answer.allowed:
        raise click.exceptions.Exit(1)


@command.command("stop")
@click.argument("number")
@click.option("--because", required=True, help="Why it must stop; everybody reads it.")
@as_json
def stop(number: str, because: str, as_json: bool) -> None:
    """EMERGENCY STOP: testing stops at once and everybody of the engagement is told."""
    row = stop_testing(engagement=find(number), because=because, by=operator())
    if as_json:
        _print(_as_dict(row))
    else:
        click.echo(f"{row.number} is STOPPED. Everybody is being told.")


def find(number: str) -> Engagement:
    """The engagement with this number. Raises NotFound."""
    found: Engagement | None = (
        Engagement.objects.select_related("organisation").filter(number__iexact=number.strip()).first()
    )
    if found is None:
        raise NotFound("There is no such engagement", engagement=number)
    return found


def _only() -> Engagement:
    rows = list(Engagement.objects.select_related("organisation").filter(state=Engagement.State.GOING)[:2])
    if len(rows) != 1:
        raise Invalid("Say of which engagement: --engagement NUMBER")
    found: Engagement = rows[0]
    return found


def _as_dict(row: Engagement) -> dict[str, Any]:
    names = ("number", "title", "state", "starts_on", "ends_on", "stopped_at", "stopped_because", "exercise")
    return {"id": row.pk, "organisation": row.organisation.name} | {name: getattr(row, name) for name in names}


def _whole(row: Engagement) -> dict[str, Any]:
    told = row.findings.exclude(state=Finding.State.DRAFT)
    return _as_dict(row) | {
        "scope": [one.value for one in row.scope.all() if not one.excluded],
        "excluded": [one.value for one in row.scope.all() if one.excluded],
        "allowed": row.allowed,
        "forbidden": row.forbidden,
        "signed_by": [one.organisation.name for one in row.authorisations.in_force().select_related("organisation")],
        "testers": row.testers.filter(until=None).count(),
        "not_stopped": row.testers.filter(until=None, stop_seen_at=None).count() if row.state == "stopped" else 0,
        "questions": row.checks.count(),
        "findings": told.count(),
        "findings_open": told.open().count(),
    }


def _print(content: Any) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, cls=DjangoJSONEncoder))
