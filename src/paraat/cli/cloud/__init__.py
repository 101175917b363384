"""`paraat cloud VERB`: the emergency cloud. One file per verb in this package, each with `command`; adding one edits no list."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import click


class Verbs(click.Group):
    """The verbs of this package, each imported only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click gives it
        """All verbs, by their files."""
        return sorted(found.name for found in pkgutil.iter_modules(__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a verb; None when there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"paraat.cli.cloud.{cmd_name}").command
        return command


@click.group("cloud", cls=Verbs)
def command() -> None:
    """The emergency cloud: minimal services for a victim within minutes."""
