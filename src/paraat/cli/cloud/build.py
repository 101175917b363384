"""`paraat cloud build`: images from Debian, PyPI and npm packages."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

DATABASE = False


@click.command("build")
@click.argument("names", nargs=-1)
@click.option(
    "--refresh", is_flag=True, help="Make all anew with the newest packages; tenants follow once all are made."
)
@click.option(
    "--check", is_flag=True, help="Make nothing: say which images hold packages that Debian has newer ones of."
)
@click.option(
    "--bundle",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write them to one file for a host without internet.",
)
@click.option(
    "--from", "source", type=click.Path(dir_okay=False, path_type=Path), help="Take them from such a file instead."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    names: tuple[str, ...], refresh: bool, check: bool, bundle: Path | None, source: Path | None, as_json: bool
) -> None:
    """Make the images of services (all by default) that are not there or whose sources changed. Needs no container registry."""
    from paraat.cloud import images
    from paraat.cloud.configuration import images_place
    from paraat.cloud.images import bundle as bundles

    if check:
        return _checked(names, as_json)
    if source:
        return _shown({"loaded": bundles.load(source)}, as_json)
    built = images.build(names or None, lambda line: click.echo(line, err=True), refresh=refresh)
    result: dict[str, Any] = {"images": [asdict(one) for one in built], "store": str(images_place())}
    if bundle:
        bundles.bundle(bundle, names or None)
        result["bundle"] = {"file": str(bundle), "bytes": bundle.stat().st_size}
    return _shown(result, as_json)


def _checked(names: tuple[str, ...], as_json: bool) -> None:
    """What a refresh would bring."""
    from paraat.cloud.images import fixes

    found = fixes.pending(names or None)
    for fix in [] if as_json else found:
        click.echo(f"{fix.image}: {fix.package} {fix.here} -> {fix.newer}{' (security)' if fix.security else ''}")
    if not found and not as_json:
        click.echo("Every package is the newest.")
    _shown({"newer": [asdict(fix) for fix in found]}, as_json)


def _shown(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, indent=1))
    elif "bundle" in result:
        click.echo(f"{result['bundle']['file']}: {result['bundle']['bytes'] / 1e6:.0f} MB")
    elif "loaded" in result:
        click.echo("\n".join(result["loaded"].values()))
