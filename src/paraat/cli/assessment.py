"""`paraat assessment`: assessments opened, listed, shown, answered, submitted and compared."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Column, Table

from paraat.cli.alert import operator
from paraat.kernel.errors import Invalid, NotFound
from paraat.kernel.marking import Role, Viewer
from paraat.readiness import assessing
from paraat.readiness.actions import assessments as actions
from paraat.readiness.api.assessments import compared
from paraat.readiness.frameworks import current
from paraat.readiness.models import Answer, Assessment, Edition
from paraat.registry.naming import the_one

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
HOUSE = Viewer(roles=frozenset({Role.COORDINATOR}))
"""The command line reads everything."""


@click.group("assessment")
def command() -> None:
    """Assessments: open, list, show, answer, submit, compare."""


@command.command("open")
@click.argument("organisation")
@click.option("--framework", default="basics", show_default=True, help="The key of a framework.")
@click.option("--edition", default="", help="Its version; else the newest.")
@click.option("--level", default="", help="One of its levels; else all of it.")
@click.option("--kind", default="self", show_default=True, type=click.Choice(["self", "external"]), help="Whose it is.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="The day on which it is due.")
@as_json
def open_one(
    organisation: str, framework: str, edition: str, level: str, kind: str, due: datetime | None, as_json: bool
) -> None:
    """Open an assessment of an organisation (name, NIS or KBO number)."""
    made = actions.open_assessment(
        organisation=the_one(organisation),
        edition=_edition(framework, edition),
        kind=kind,
        level=level,
        due_on=due.date() if due else None,
        by=operator(),
    )
    _say(made, as_json, f"{made.number} is open: {made.asked} questions.")


@command.command("list")
@click.option("--organisation", default="", help="Of this organisation (name, NIS or KBO number).")
@click.option("--kind", default="", type=click.Choice(["", *Assessment.Kind.values]), help="Of this kind.")
@click.option("--state", default="", type=click.Choice(["", *Assessment.State.values]), help="In this state.")
@as_json
def list_assessments(organisation: str, kind: str, state: str, as_json: bool) -> None:
    """List assessments, newest first."""
    rows = assessing.seen(HOUSE).order_by("-opened_at", "pk")
    rows = rows.filter(organisation=the_one(organisation)) if organisation else rows
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(state=state) if state else rows
    found = [_as_dict(row) for row in rows]
    if as_json:
        _print({"assessments": found})
        return
    table = Table(
        Column("number", no_wrap=True),
        "organisation",
        "framework",
        "kind",
        "state",
        "answered",
        "unclear",
        "score",
        "due",
    )
    for one in found:
        answered, unclear = f"{one['answered']}/{one['asked']}", str(one["untestable"] + one["errors"])
        texts = [str(one[name] or "") for name in ("number", "organisation", "framework", "kind", "state")]
        table.add_row(*texts, answered, unclear, str(one["score"] or ""), str(one["due_on"] or ""))
    Console().print(table)


@command.command("show")
@click.argument("assessment")
@as_json
def show(assessment: str, as_json: bool) -> None:
    """An assessment with every answer and its version."""
    one = find(assessment)
    rows = Answer.objects.filter(assessment=one).select_related("control").order_by("control__position")
    answers = [_answer(row) for row in rows]
    if as_json:
        _print(_as_dict(one) | {"result": one.result, "answers": answers})
        return
    table = Table(Column("control", no_wrap=True), "answer", "documentation", "implementation", "version", "by")
    for row in answers:
        table.add_row(
            *[
                str(row[name] if row[name] is not None else "")
                for name in ("control", "status", "documentation", "implementation", "version", "saved_by")
            ]
        )
    Console().print(table)


@command.command("answer")
@click.argument("assessment")
@click.argument("control")
@click.argument("status", type=click.Choice(Answer.Status.values))
@click.option("--documentation", type=click.IntRange(1, 5), help="Maturity, 1 to 5.")
@click.option("--implementation", type=click.IntRange(1, 5), help="Maturity, 1 to 5.")
@click.option("--explanation", default=None, help="Why it is so.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day until which the explanation holds.")
@click.option("--version", default=None, type=int, help="The version that you read; else the one that is there.")
@as_json
def answer(
    assessment: str,
    control: str,
    status: str,
    as_json: bool,
    version: int | None,
    until: datetime | None,
    **fields: Any,
) -> None:
    """Answer one control. With --version one that somebody saved meanwhile is refused."""
    rows = Answer.objects.filter(assessment=find(assessment), control__identifier__iexact=control)
    row = rows.select_related("control", "assessment").first()
    if row is None:
        raise NotFound("There is no such control in it", control=control)
    given = {name: value for name, value in fields.items() if value is not None}
    given |= {"explained_until": until.date()} if until else {}
    shown = row.version if version is None else version
    saved = actions.save_answer(answer=row, version=shown, by=operator(), status=status, **given)
    if as_json:
        _print(_answer(saved))
        return
    click.echo(f"{saved.control.identifier}: {saved.status} (version {saved.version})")


@command.command("submit")
@click.argument("assessment")
@as_json
def submit(assessment: str, as_json: bool) -> None:
    """Freeze the result of an assessment."""
    done = actions.submit_assessment(assessment=find(assessment), by=operator())
    _say(done, as_json, f"{done.number} is submitted; score {done.result.get('total') or 'none'}.")


@command.command("compare")
@click.argument("assessment")
@as_json
def compare(assessment: str, as_json: bool) -> None:
    """Self-assessment, provider and auditor of one constituent beside each other; differences first."""
    columns = assessing.beside(HOUSE, find(assessment))
    found = compared(columns)
    if as_json:
        numbers = {kind: one.number for kind, one in columns.items()}
        _print(found | {"assessments": numbers})
        return
    table = Table(Column("control", no_wrap=True), *columns, "difference")
    for line in found["controls"]:
        table.add_row(line["control"], *[str(line["said"][kind] or "") for kind in columns], line["difference"])
    Console().print(table)


def find(assessment: str) -> Assessment:
    """The assessment with this number. Raises NotFound."""
    found: Assessment | None = assessing.seen(HOUSE).filter(number__iexact=assessment).first()
    if found is None:
        raise NotFound("There is no such assessment", assessment=assessment)
    return found


def _edition(framework: str, version: str) -> Edition:
    if not version:
        return current(framework)
    rows = Edition.objects.select_related("framework").filter(framework__key=framework, version=version)
    found = rows.first()
    if found is None:
        raise Invalid("There is no such framework or edition; see `paraat framework list`", framework=framework)
    return found


def _as_dict(one: Assessment) -> dict[str, Any]:
    names = (
        "number",
        "kind",
        "state",
        "level",
        "asked",
        "answered",
        "untestable",
        "errors",
        "opened_at",
        "due_on",
        "submitted_at",
        "exercise",
    )
    return {name: getattr(one, name) for name in names} | {
        "organisation": one.organisation.name,
        "nis": one.organisation.nis,
        "framework": f"{one.edition.framework.key} {one.edition.version}",
        "author": one.author.name if one.author else None,
        "score": one.result.get("total"),
    }


def _answer(row: Answer) -> dict[str, Any]:
    names = (
        "status",
        "documentation",
        "implementation",
        "explanation",
        "explained_until",
        "version",
        "saved_at",
        "saved_by",
    )
    return {"control": row.control.identifier} | {name: getattr(row, name) for name in names}


def _say(one: Assessment, as_json: bool, text: str) -> None:
    if as_json:
        _print(_as_dict(one) | {"result": one.result})
    else:
        click.echo(text)


def _print(content: Any) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, cls=DjangoJSONEncoder))
