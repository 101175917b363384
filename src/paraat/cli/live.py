"""`paraat live`: the process that tells browsers what changed."""

from __future__ import annotations

import click

from paraat.platform import serving

DATABASE = False


@click.command("live")
def command() -> None:
    """Serve live updates until stopped; `paraat up` runs one of these."""
    serving.serve_live()
