"""`paraat evidence`: add files to a case, list, save, verify, and look after the vault."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import open as open_with_progress
from rich.table import Table

from paraat.cli.alert import operator
from paraat.incidents import checking
from paraat.incidents.actions import evidence as actions
from paraat.incidents.handing_out import content_of
from paraat.incidents.models import Case, Content, Evidence
from paraat.kernel.errors import Conflict, NotFound
from paraat.kernel.marking import Tlp

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
LEVELS = {level.label.removeprefix("TLP:"): level for level in Tlp}


@click.group("evidence")
def command() -> None:
    """Evidence: add, list, save, verify, destroy."""


@command.command("add")
@click.argument("case")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--description", default="", help="What it is.")
@click.option("--source", default="", help="Where it was taken from.")
@click.option("--tlp", type=click.Choice(list(LEVELS)), help="Its marking; else AMBER+STRICT.")
@as_json
def add(case: str, files: tuple[Path, ...], description: str, source: str, tlp: str | None, as_json: bool) -> None:
    """Keep FILES as evidence of a case (its number or id)."""
    of, rows = find_case(case), []
    for path in files:
        with open_with_progress(
            path, "rb", description=path.name, transient=True, console=Console(stderr=True)
        ) as stream:
            piece = actions.store_evidence(
                case=of,
                name=path.name,
                stream=stream,
                by=operator(),
                description=description,
                source=source,
                media_type=mimetypes.guess_type(path.name)[0] or "",
                tlp=LEVELS[tlp] if tlp else None,
            )
        rows.append(_row(piece))
        if not as_json:
            click.echo(f"{piece.number}  {piece.sha256}  {piece.name}")
    if as_json:
        click.echo(json.dumps({"evidence": rows}, ensure_ascii=False))


@command.command("list")
@click.argument("case", required=False)
@as_json
def list_evidence(case: str | None, as_json: bool) -> None:
    """List the evidence of a case, or all."""
    pieces = Evidence.objects.select_related("case").order_by("received_at", "pk")
    rows = [_row(piece) for piece in (pieces.filter(case=find_case(case)) if case else pieces)]
    if as_json:
        click.echo(json.dumps({"evidence": rows}, ensure_ascii=False))
        return
    table = Table("number", "case", "state", "TLP", "size", "SHA-256", "name")
    for row in rows:
        table.add_row(
            row["number"], row["case"], row["state"], row["tlp"], str(row["size"]), row["sha256"][:16], row["name"]
        )
    Console().print(table)


@command.command("save")
@click.argument("evidence")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--reason", required=True, help="Why; it is kept in the chain of custody.")
def save(evidence: str, target: Path, reason: str) -> None:
    """Save the content of a piece of evidence (its number or id) to a new file. A file that is not whole is not left behind."""
    piece = find(evidence)
    kept = actions.take_out(evidence=piece, by=operator(), why=reason)
    draft = target.with_name(f".{target.name}.partial")
    try:
        with draft.open("xb") as file:
            for chunk in content_of(piece, kept):
                file.write(chunk)
        draft.chmod(0o600)
        if target.exists():
            raise Conflict("This file exists already", file=str(target))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"{target}  {kept.sha256}")


@command.command("verify")
@click.argument("evidence", required=False)
def verify(evidence: str | None) -> None:
    """Read a piece to its end and compare; without one, whatever was not verified for a month. Exit code 1 when something is not whole."""
    if evidence is None:
        found = checking.verify_due(by=operator())
    else:
        piece = find(evidence)
        if piece.content is None or not piece.content.key:
            raise Conflict("The content of this piece is not here", evidence=piece.number)
        found = {checking.verify(piece.content, by=operator()): 1}
    click.echo(", ".join(f"{number} {state}" for state, number in sorted(found.items())) or "Nothing is due.")
    if set(found) - {Evidence.State.WHOLE.value}:
        raise SystemExit(1)


@command.command("destroy")
@click.argument("evidence")
@click.option("--confirm", required=True, help="The number of the piece, once more.")
@click.option("--reason", required=True, help="Why; it is kept.")
def destroy(evidence: str, confirm: str, reason: str) -> None:
    """Destroy the content of a piece for good; what it was and who handled it stays."""
    piece = find(evidence)
    actions.destroy_evidence(evidence=piece, confirmation=confirm, why=reason, by=operator())
    click.echo(f"{piece.number} is destroyed.")


@command.command("sweep")
def sweep() -> None:
    """Remove what lies in the vault for more than a day and belongs to no evidence."""
    click.echo(f"{checking.sweep()} removed, {Content.objects.kept().count()} kept.")


@command.command("rewrap")
def rewrap() -> None:
    """After a new PARAAT_FIELD_KEY: wrap the keys of all evidence with it, so that the old one may go."""
    click.echo(f"{actions.rewrap_contents(by=operator())} keys are wrapped with the newest field key.")


def find_case(case: str) -> Case:
    """The case with this number or id. Raises NotFound."""
    found: Case | None = Case.objects.filter(**_key(case)).first()
    if found is None:
        raise NotFound("There is no such case", case=case)
    return found


def find(evidence: str) -> Evidence:
    """The piece with this number or id. Raises NotFound."""
    found: Evidence | None = Evidence.objects.select_related("case", "content").filter(**_key(evidence)).first()
    if found is None:
        raise NotFound("There is no such piece of evidence", evidence=evidence)
    return found


def _key(given: str) -> dict[str, str]:
    return {"pk": given} if len(given) == 36 else {"number": given.upper()}


def _row(piece: Evidence) -> dict[str, Any]:
    return {
        "id": str(piece.pk),
        "number": piece.number,
        "case": piece.case.number,
        "name": piece.name,
        "state": piece.state,
        "tlp": Tlp(piece.tlp).label,
        "size": piece.size,
        "sha256": piece.sha256,
        "received_at": piece.received_at.isoformat(),
        "exercise": piece.exercise,
    }
