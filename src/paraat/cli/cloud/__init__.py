"""`paraat cloud VERB`: the emergency cloud. One file per verb in this package, each with `command`; adding one edits no list.

A verb's module with `DATABASE = False` needs no database, as a noun's would say (`cli.main`).
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

import click

DATABASE = False
"""The noun itself needs none; each verb says for itself."""


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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, with the database ready for it unless it is only asked for help."""
        from paraat.cli.main import ready

        name, command, rest = super().resolve_command(ctx, args)
        if name and not {"--help", "-h"} & set(rest) and not ctx.resilient_parsing:
            ready(import_module(f"paraat.cli.cloud.{name}"))
        return name, command, rest


@click.group("cloud", cls=Verbs)
def command() -> None:
    """The emergency cloud: minimal services for a victim within minutes."""
