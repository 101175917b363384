"""`paraat down`: stop the installation's processes."""

from __future__ import annotations

import click

from paraat.cloud import configuration
from paraat.platform import embedded, supervisor

DATABASE = False


@click.command("down")
@click.option("--keep-database", is_flag=True, help="Leave the embedded database running.")
def command(keep_database: bool) -> None:
    """Stop web, live and workers, and the embedded database; jobs that run are finished first. Services of tenants go on."""
    was_up = supervisor.down()
    going_on = _engine_down()
    if embedded.wanted() and not keep_database:
        was_up = embedded.stop() or was_up
    click.echo("Paraat is down." if was_up else "Paraat was not up.")
    if going_on:
        click.echo(
            f"The emergency cloud goes on without Paraat (containers, with the entrance: {going_on}). `paraat cloud destroy` ends a tenant."
        )


def _engine_down() -> int:
    """End the service of podman, if this installation has one; how many containers go on without it."""
    if not (configuration.place() / "podman").is_dir():
        return 0
    from paraat.cloud.drivers.podman.engine import Engine  # only who has one pays for its libraries

    return Engine().down()
