"""`paraat worker`: one worker process."""

from __future__ import annotations

import click

from paraat.platform import jobs, worker


@click.command("worker")
@click.option(
    "--queues", default=",".join(jobs.QUEUES), show_default=True, help="The queues to work on, separated by commas."
)
@click.option(
    "--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="How many jobs at a time."
)
def command(queues: str, concurrency: int) -> None:
    """Run background jobs until stopped; `paraat up` runs three of these."""
    names = queues.split(",")
    if unknown := set(names) - set(jobs.QUEUES):
        raise click.BadParameter(f"no such queue: {', '.join(sorted(unknown))}", param_hint="--queues")
    worker.run(names, concurrency=concurrency)
