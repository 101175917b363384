"""`paraat run`: a demonstration on this machine, in the foreground."""

from __future__ import annotations

import threading
import time

import click

from paraat.kernel.errors import SettingError
from paraat.platform import configuration, embedded, serving, supervisor
from paraat.platform.registrations import demonstration


@click.command("run")
def command() -> None:
    """Load the demonstration region and serve it, until Ctrl-C. Invented contacts; nothing leaves this machine."""
    if configuration.is_production():
        raise SettingError("PARAAT_MODE=production: `paraat run` is for demonstrations. Use: paraat up")
    if supervisor.pid() is not None:
        click.echo(f"Paraat is already up: {configuration.public_url()}")
        return
    from django.db import transaction  # Django is set up by now

    serving.require_free_ports()
    for step in sorted(demonstration, key=lambda one: one.order):
        began = time.monotonic()
        with transaction.atomic():  # one commit instead of hundreds, each of which waits for the disk
            step.load()
        click.echo(f"{step.name} ({time.monotonic() - began:.1f} s)")
    threading.Thread(target=_announce, daemon=True).start()
    supervisor.supervise(to_files=True)
    if embedded.wanted():
        embedded.stop()
    click.echo("Paraat is down.")


def _announce() -> None:
    if not serving.wait_until_answering(patience=120):
        click.echo(f"The site does not answer yet; see the logs in {configuration.HOME.get() / 'logs'}", err=True)
        return
    click.echo(
        f"\nParaat is up: {configuration.public_url()}\n"
        "Open it and choose whom to enter as; no password is asked. Every contact is invented, and nothing leaves this machine.\n"
        "Ctrl-C stops it."
    )
