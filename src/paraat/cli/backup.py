"""`paraat backup`: create, verify, restore."""

from __future__ import annotations

from pathlib import Path

import click

from paraat.platform import backup, configuration
from paraat.platform.backup import Manifest

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group("backup")
def command() -> None:
    """Database, files, keys and journal heads in one encrypted file (PARAAT_BACKUP_KEY)."""


@command.command("create")
@click.option(
    "--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="The folder; default PARAAT_HOME/backups."
)
def create(folder: Path | None) -> None:
    """Write a backup while the installation runs; prints its path."""
    click.echo(backup.create(folder or configuration.HOME.get() / "backups"))


@command.command("verify")
@_FILE
def verify(file: Path) -> None:
    """Read a backup to its end and check every digest; changes nothing."""
    _print("Complete and readable", backup.verify(file))


@command.command("restore")
@_FILE
@click.option("--yes", is_flag=True, help="Do not ask before replacing what is here.")
def restore(file: Path, yes: bool) -> None:
    """Replace this installation's database, files and keys by a backup's, and verify its journal."""
    if not yes and not backup.is_empty():
        click.confirm(f"Everything in {configuration.HOME.get()} and its database will be replaced. Go on?", abort=True)
    _print("Restored, and the journal holds", backup.restore(file))


def _print(what: str, manifest: Manifest) -> None:
    entries = sum(head["seq"] for head in manifest.heads)
    click.echo(
        f"{what}: of {manifest.at}, Paraat {manifest.version}, {len(manifest.heads)} chains with {entries} journal entries."
    )
