"""`paraat cloud build`: images from Debian, PyPI and npm packages."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

DATABASE = False


@click.command("build")
@click.argument("names", nargs=-1)
@click.option("--refresh", is_flag=True, help="Make all anew with the newest security fixes of Debian.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(names: tuple[str, ...], refresh: bool, as_json: bool) -> None:
    """Make the images of services (all by default) that are not there or whose sources changed. Needs no container registry."""
    from paraat.cloud import images

    built = images.build(names or None, lambda line: click.echo(line, err=True), refresh=refresh)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in built], indent=1))
