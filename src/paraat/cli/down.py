"""`paraat down`: stop the installation's processes."""

from __future__ import annotations

import click

from paraat.platform import embedded, supervisor

DATABASE = False


@click.command("down")
@click.option("--keep-database", is_flag=True, help="Leave the embedded database running.")
def command(keep_database: bool) -> None:
    """Stop web, live and workers, and the embedded database; jobs that run are finished first."""
    was_up = supervisor.down()
    if embedded.wanted() and not keep_database:
        was_up = embedded.stop() or was_up
    click.echo("Paraat is down." if was_up else "Paraat was not up.")
