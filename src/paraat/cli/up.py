"""`paraat up`: start the installation's processes."""

from __future__ import annotations

import click

from paraat.platform import configuration, supervisor


@click.command("up")
@click.option("--foreground", is_flag=True, help="Stay in the foreground, for systemd or a container.")
def command(foreground: bool) -> None:
    """Start web, live and workers, and start again whichever dies."""
    if foreground:
        supervisor.supervise()
        return
    supervisor.up()
    click.echo(f"Paraat is up: {configuration.public_url()}")
