"""`paraat registry`: the register of organisations, from files and to files."""

from __future__ import annotations

import csv
import io
import json
import os
import pwd
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.table import Table

from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import NotFound
from paraat.platform import moment
from paraat.registry import actions, belgium
from paraat.registry.models import ImportRun, Organisation
from paraat.registry.writing import COLUMNS, cells

_REGIONS = {"flanders": belgium.FLANDERS, "wallonia": belgium.WALLONIA, "brussels": belgium.BRUSSELS}
_DAY = click.DateTime(["%Y-%m-%d"])
_SHOWN = 20


@click.group()
def command() -> None:
    """The register: organisations, their assets and contacts."""


@command.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--as-of", type=_DAY, help="The day that the file describes; today when left out.")
@click.option("--yes", is_flag=True, help="Write it. Without this only the difference is shown.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def import_file(file: BinaryIO, as_of: datetime | None, yes: bool, as_json: bool) -> None:
    """Import organisations from CSV or XLSX; columns are found by their names. Bad rows are named and kept, the rest is taken."""
    name = Path(file.name).name
    run = actions.read_import(content=file.read(), file_name=name, as_of=_day(as_of), by=_who())
    if yes:
        run = actions.confirm_import(run=run, by=_who())
    click.echo(json.dumps(_outcome(run), ensure_ascii=False) if as_json else _report(run))


@command.command("load-belgium")
@click.option(
    "--as-of",
    type=_DAY,
    help="Only what existed that day, as it was known then; else all since 2019, with the mergers.",
)
@click.option("--region", type=click.Choice(sorted(_REGIONS)), multiple=True, help="Only this region; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def load_belgium(as_of: datetime | None, region: tuple[str, ...], as_json: bool) -> None:
    """Put Belgian municipalities and provinces on file, from what is built in; their web sites as guesses, to be confirmed."""
    day = as_of.date() if as_of else None
    new = actions.load_belgium(by=_who(), as_of=day, regions=[_REGIONS[name] for name in region])
    kinds = {kind: sum(one.kind == kind for one in new) for kind in ("municipality", "province")}
    click.echo(
        json.dumps(kinds)
        if as_json
        else f"{kinds['municipality']} municipalities and {kinds['province']} provinces added."
    )


@command.command("list")
@click.option("--as-of", type=_DAY, help="As it was on that day; today when left out.")
@click.option("--kind", type=click.Choice(Organisation.Kind.values), help="Only this kind.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_organisations(as_of: datetime | None, kind: str | None, as_json: bool) -> None:
    """List the organisations that existed on a day, with their reach and assets."""
    rows = [_row(one, _day(as_of)) for one in _found(_day(as_of), kind)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("NIS", "Kind", "Name", "Reach", "Sites")
    for row in rows:
        table.add_row(row["nis"], row["kind"], row["name"], row["reach"], " ".join(row["sites"]))
    Console().print(table)
    click.echo(f"On {_day(as_of)}: {len(rows)}.")


@command.command("show")
@click.argument("number")
@click.option("--as-of", type=_DAY, help="As it was on that day; today when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(number: str, as_of: datetime | None, as_json: bool) -> None:
    """Show everybody with a NIS or enterprise NUMBER: names, languages, assets and who answers, as of any day."""
    day = _day(as_of)
    found = [one for one in _found(day, None) if number in (one.nis, one.kbo)]
    if not found:
        raise NotFound("No organisation has this number on that day", number=number, day=day.isoformat())
    shown = [{**_row(one, day), **_more(one, day)} for one in found]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for one in shown:
        click.echo(
            "\n".join(f"{name:>18}  {_plain(value)}" for name, value in one.items() if value not in ("", [], None))
        )
        click.echo("")


@command.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--as-of", type=_DAY, help="Only what existed on that day; else everything on file.")
def export(file: Path | None, as_of: datetime | None) -> None:
    """Write the register as CSV (or to FILE), in the format that `registry import` reads."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(cells(as_of.date() if as_of else None))
    if file is None:
        click.echo(text.getvalue(), nl=False)
    else:
        file.write_text(text.getvalue(), encoding="utf-8")


# What is printed ------------------------------------------------------------------------------------------------------------------
def _who() -> Actor:
    """Whoever typed the command, by the name of the system account."""
    return Actor(ActorKind.SYSTEM, None, f"command line ({pwd.getpwuid(os.getuid()).pw_name})")


def _day(given: datetime | None) -> date:
    return given.date() if given else moment.today()


def _found(day: date, kind: str | None) -> list[Organisation]:
    rows = Organisation.objects.as_of(day).with_reach(day).prefetch_related("assets").select_related("merged_into")
    return list((rows.filter(kind=kind) if kind else rows).order_by("kind", "nis", "name"))


def _row(one: Organisation, day: date) -> dict[str, Any]:
    return {
        "nis": one.nis,
        "kind": one.kind,
        "name": one.name,
        "kbo": one.kbo,
        "languages": one.languages,
        "reach": one.reach,  # type: ignore[attr-defined]  # with_reach
        "sites": [asset.value for asset in one.assets.all() if asset.kind == "domain" and _holds(asset, day)],
    }


def _holds(asset: Any, day: date) -> bool:
    return (asset.valid_from or date.min) <= day and (asset.valid_until is None or day < asset.valid_until)


def _more(one: Organisation, day: date) -> dict[str, Any]:
    contacts = one.contacts.as_of(day).answering().prefetch_related("channels")
    return {
        "names": one.names,
        "citizen_languages": one.citizen_languages,
        "province": one.province,
        "population": one.population,
        "active_from": one.active_from and one.active_from.isoformat(),
        "active_until": one.active_until and one.active_until.isoformat(),
        "merged_into": one.merged_into.name if one.merged_into else None,
        "assets": [f"{asset.kind} {asset.value}" for asset in one.assets.all() if _holds(asset, day)],
        "contacts": [f"{contact.role}: {contact.name} ({_ways(contact)})" for contact in contacts],
        "source": one.source,
    }


def _ways(contact: Any) -> str:
    return ", ".join(f"{way.kind}{'' if way.out_of_band else ' (not out-of-band)'}" for way in contact.channels.all())


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _outcome(run: ImportRun) -> dict[str, Any]:
    faults = [{"row": fault.row, "field": fault.field, "reason": fault.reason} for fault in run.faults.all()]
    counts = run.difference["counts"]
    return {
        "run": str(run.pk),
        "state": run.state,
        "as_of": str(run.as_of),
        "rows": run.rows,
        **counts,
        "assets": run.difference["assets"],
        "columns": run.columns,
        "faults": faults,
    }


def _report(run: ImportRun) -> str:
    counts = run.difference["counts"]
    lines = [f"{run.file_name}: {run.rows} rows, as of {run.as_of}"]
    lines += [
        f"  {counts['new']} new, {counts['changed']} changed, {counts['unchanged']} unchanged, {counts['kept']} entered by hand and kept"
    ]
    lines += [f"  columns not used: {', '.join(name for name, field in run.columns.items() if not field) or 'none'}"]
    for change in run.difference["changed"][:_SHOWN]:
        lines.append(f"  changes {change['name']}: {_plain(change['fields'])} {' '.join(change['assets'])}".rstrip())
    if counts["changed"] > _SHOWN:
        lines.append(f"  ... and {counts['changed'] - _SHOWN} more")
    lines += [f"  row {fault.row}, {fault.field or 'row'}: {fault.reason}" for fault in run.faults.all()]
    done = run.state == ImportRun.State.DONE
    lines.append(
        "Imported."
        if done
        else "Nothing was written. Add --yes to write it, or confirm it on the page Organisations, Import."
    )
    return "\n".join(lines)
