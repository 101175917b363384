"""`paraat framework`: checklists and frameworks listed and shown, an edition from the official workbook, answers there and back, differences."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Column, Table

from paraat.cli.alert import operator
from paraat.kernel.errors import NotFound
from paraat.readiness import frameworks
from paraat.readiness.actions import editions, workbooks
from paraat.readiness.actions.frameworks import load_built_in
from paraat.readiness.frameworks import importing
from paraat.readiness.models import Assessment, Control, Edition, Framework
from paraat.readiness.rules import editions as rules

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
of_edition = click.option("--edition", default="", help="A version; else the current one.")


@click.group("framework")
def command() -> None:
    """Checklists and frameworks: load, list, show, import, answers, export, take along, diff."""


@command.command("load")
@as_json
def load(as_json: bool) -> None:
    """Load what ships with Paraat; again changes nothing."""
    _say([_edition(one) for one in load_built_in()], as_json)


@command.command("list")
@as_json
def list_frameworks(as_json: bool) -> None:
    """List frameworks with their editions."""
    rows = Edition.objects.select_related("framework").order_by("framework__key", "-added_at")
    _say([_edition(one) for one in rows], as_json)


@command.command("show")
@click.argument("key")
@of_edition
@click.option("--level", default="", help="Only what is asked at this level.")
@as_json
def show(key: str, edition: str, level: str, as_json: bool) -> None:
    """Show the controls of an edition."""
    row = find(key, edition)
    wanted = ["", *row.levels[: row.levels.index(level) + 1]] if level in row.levels else None
    rows = [_control(one) for one in row.controls.order_by("position") if wanted is None or one.level in wanted]
    if as_json:
        _print(_edition(row) | {"items": rows})
        return
    table = Table(Column("identifier", no_wrap=True), "level", "key", "title")
    for one in rows:
        table.add_row(one["identifier"], one["level"], "key" if one["key_measure"] else "", one["title"].get("en", ""))
    Console().print(table)


@command.command("import")
@click.argument("file", type=_file)
@click.option("--edition", "version", required=True, help="What the edition is called, for example 2026-02-25.")
@click.option("--published-on", type=click.DateTime(["%Y-%m-%d"]), help="Else as the edition that is current.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@as_json
def take_in(file: Path, version: str, published_on: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Bring in an edition of CyFun from the official workbook."""
    content = file.read_bytes()
    planned = importing.plan(content)
    told = {
        "level": planned.workbook.level,
        "lines": len(planned.workbook.lines),
        "dry_run": dry_run,
        **_difference(planned.difference),
        "quarantine": planned.quarantine,
    }
    if not dry_run:
        day = published_on.date() if published_on else None
        made = editions.import_edition(
            content=content, version=version, published_on=day, name=file.name, by=operator()
        )
        told |= {"edition": _edition(made)}
    _told(told, as_json)


@command.command("answers")
@click.argument("assessment")
@click.argument("file", type=_file)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@as_json
def answers(assessment: str, file: Path, dry_run: bool, as_json: bool) -> None:
    """Read the answers of a workbook into an open assessment."""
    taken = workbooks.import_answers(
        assessment=find_assessment(assessment), content=file.read_bytes(), by=operator(), dry_run=dry_run
    )
    told = {
        "saved": taken.saved,
        "changed": sorted(taken.answers),
        "same": taken.same,
        "not_asked": taken.not_asked,
        "quarantine": [{"sheet": one.sheet, "row": one.row, "field": one.field, "why": one.why} for one in taken.bad],
    }
    _told(told, as_json)


@command.command("export")
@click.argument("assessment")
@click.option("--workbook", required=True, type=_file, help="Your own copy of the official workbook.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the filled one is written."
)
@as_json
def export(assessment: str, workbook: Path, out: Path, as_json: bool) -> None:
    """Write the answers of an assessment into a copy of the workbook; everything else in it stays as it is."""
    made = workbooks.export_answers(
        assessment=find_assessment(assessment), content=workbook.read_bytes(), by=operator()
    )
    out.write_bytes(made.content)
    _told({"file": str(out), "cells": made.written, "formulas": made.formulas, "no_row": made.no_row}, as_json)


@command.command("along")
@click.argument("assessment")
@of_edition
@as_json
def along(assessment: str, edition: str, as_json: bool) -> None:
    """Let an open assessment go on with another edition; no answer is lost."""
    row = find_assessment(assessment)
    taken = editions.take_along(assessment=row, edition=find(row.edition.framework.key, edition), by=operator())
    _told(
        {"number": taken.number, "edition": taken.edition.version, "asked": taken.asked, "answered": taken.answered},
        as_json,
    )


@command.command("diff")
@click.argument("key")
@click.argument("before")
@click.argument("after", default="")
@as_json
def diff(key: str, before: str, after: str, as_json: bool) -> None:
    """What changed from one edition to another; without the second, to the current one."""
    old, new = find(key, before), find(key, after)
    found = rules.difference(old.controls.all(), new.controls.all())
    _told({"before": old.version, "after": new.version, **_difference(found)}, as_json)


def find(key: str, version: str = "") -> Edition:
    """An edition by the key of its framework and its version; without a version the current one. Raises NotFound."""
    if not version:
        return frameworks.current(key)
    found = Edition.objects.filter(framework__key=key, version=version).select_related("framework").first()
    if found is None:
        known = ", ".join(Framework.objects.values_list("key", flat=True))
        raise NotFound("There is no such edition", framework=key, version=version, known=known)
    return found


def find_assessment(number: str) -> Assessment:
    """An assessment by its number. Raises NotFound."""
    found: Assessment | None = (
        Assessment.objects.filter(number__iexact=number).select_related("edition__framework", "organisation").first()
    )
    if found is None:
        raise NotFound("There is no such assessment", assessment=number)
    return found


def _edition(row: Edition) -> dict[str, Any]:
    return {
        "framework": row.framework.key,
        "edition": row.version,
        "published_on": row.published_on,
        "imported": row.imported,
        "controls": row.controls.count(),
        "levels": row.levels,
        "quarantine": len(row.quarantine),
        "source": row.source,
        "sha256": row.digest,
    }


def _control(row: Control) -> dict[str, Any]:
    return {
        "identifier": row.identifier,
        "function": row.function,
        "category": row.category,
        "level": row.level,
        "key_measure": row.key_measure,
        "management": row.management,
        "title": row.title,
        "maps_to": row.maps_to,
    }


def _difference(found: rules.Difference) -> dict[str, Any]:
    return {
        "added": [one.identifier for one in found.added],
        "removed": [one.identifier for one in found.removed],
        "changed": {one.identifier: list(one.what) for one in found.changed},
        "same": found.same,
    }


def _say(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        _print({"editions": rows})
        return
    table = Table(Column("framework", no_wrap=True), "edition", "published", "controls", "put aside", "source")
    for one in rows:
        counts = [str(one["controls"]), str(one["quarantine"])]
        table.add_row(one["framework"], one["edition"], str(one["published_on"] or ""), *counts, one["source"])
    Console().print(table)


def _told(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        _print(told)
        return
    for name, value in told.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            click.echo(f"{name}: {len(value)}")
            for one in value:
                click.echo("  " + ", ".join(f"{key} {said}" for key, said in one.items()))
        else:
            click.echo(f"{name}: {value}")


def _print(content: Any) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, cls=DjangoJSONEncoder))
