"""`paraat grabbag`: the encrypted offline pack for when Paraat itself is down."""

from __future__ import annotations

from pathlib import Path

import click

from paraat.alerts import grabbag


@click.command("grabbag")
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Another folder than PARAAT_HOME/grabbag.")
def command(to: Path | None) -> None:
    """Write call list, open notices and contact cards into one encrypted file; a job does so every hour.

    It opens without Paraat: gpg --decrypt FILE > pack.zip, with PARAAT_GRABBAG_PASSPHRASE or a key of PARAAT_GRABBAG_KEYS.
    """
    click.echo(grabbag.write(to=to))
