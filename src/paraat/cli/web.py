"""`paraat web`: the process that serves the pages."""

from __future__ import annotations

import os

import click

from paraat.platform import serving

DATABASE = False


@click.command("web")
def command() -> None:
    """Serve the pages until stopped; `paraat up` runs one of these."""
    program, *arguments = serving.web_command()
    os.environ["PARAAT_PROCESS"] = "web"
    os.execv(program, [program, *arguments])  # noqa: S606
