"""`paraat casefile`: save a case as a file, take in a file of another installation, print the schema."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

from paraat.cli.alert import operator
from paraat.cli.evidence import LEVELS, find_case
from paraat.incidents import case_document, case_files
from paraat.incidents.actions import exchange
from paraat.kernel.errors import Conflict


@click.group("casefile")
def command() -> None:
    """Case files: export, import, schema."""


@command.command("export")
@click.argument("case")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--tlp", type=click.Choice(list(LEVELS)), required=True, help="The file holds nothing above it.")
@click.option("--reason", required=True, help="For whom and why; it is kept.")
@click.option("--contents", is_flag=True, help="With the content of the evidence, as a ZIP.")
def export(case: str, target: Path, tlp: str, reason: str, contents: bool) -> None:
    """Save a case (its number or id) as the new file TARGET."""
    if target.exists():
        raise Conflict("This file exists already", file=str(target))
    of = find_case(case)
    document = exchange.export_case(case=of, tlp=LEVELS[tlp], by=operator(), why=reason)
    pieces = [exchange.as_json(document)]
    if contents:
        taken = exchange.export_contents(case=of, document=document, by=operator(), why=reason)
        pieces = case_files.zipped(document, taken)  # type: ignore[assignment]
    draft = target.with_name(f".{target.name}.partial")
    try:
        with draft.open("xb") as file:
            for piece in pieces:
                file.write(piece)
        draft.chmod(0o600)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"{of.number} is in {target}.")


@command.command("import")
@click.argument("file", type=click.File("rb"))
def take_in(file: IO[bytes]) -> None:
    """Take in a case FILE: all of it, or nothing."""
    done = case_files.take_in(file, by=operator())
    click.echo(f"{done.origin_number} of {done.origin} is {done.case.number} here.")


@command.command("schema")
def schema() -> None:
    """Print the JSON schema of case files."""
    click.echo(case_document.schema(), nl=False)
