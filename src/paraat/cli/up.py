"""`paraat up`: start the installation's processes."""

from __future__ import annotations

import click

from paraat.platform import configuration, supervisor


@click.command("up")
@click.option("--foreground", is_flag=True, help="Stay in the foreground, for systemd or a container.")
@click.option("--log-files", is_flag=True, help="With --foreground: log to PARAAT_HOME/logs instead of standard error.")
def command(foreground: bool, log_files: bool) -> None:
    """Start web, live and workers, and start again whichever dies."""
    if foreground:
        supervisor.supervise(to_files=log_files)
        return
    supervisor.up()
    click.echo(f"Paraat is up: {configuration.public_url()}")
