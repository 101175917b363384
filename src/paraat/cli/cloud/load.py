"""`paraat cloud load`: images from a bundle, on a host without internet."""

from __future__ import annotations

import json
from pathlib import Path

import click

DATABASE = False


@click.command("load")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: Path, as_json: bool) -> None:
    """Take the images of a bundle that `paraat cloud build --bundle` wrote. Needs no network."""
    from paraat.cloud.images import bundle

    found = bundle.load(file)
    click.echo(json.dumps(found, indent=1) if as_json else "\n".join(found.values()))
