"""`paraat NOUN VERB`: parse, call one action, print. One file per noun in this package; adding one edits no list.

A noun's module is named after it and has `command`, a click command or group. `DATABASE = False` in the module says that its command needs
no database; every other one finds it started (the embedded server) and, outside production, its schema up to date.
"""

from __future__ import annotations

import os
import pkgutil
import sys
from importlib import import_module
from types import ModuleType

import click

import paraat
from paraat.kernel.errors import ParaatError
from paraat.platform import configuration

_NOT_NOUNS = {"main"}
_WITHOUT_DJANGO = {"live", "web"}
"""Nouns whose process never needs Django, or loads it itself: they start a second sooner."""


class Nouns(click.Group):
    """The nouns of this package, each imported only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click gives it
        """All nouns, by their files."""
        package = import_module("paraat.cli")
        return sorted(found.name for found in pkgutil.iter_modules(package.__path__) if found.name not in _NOT_NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a noun, with Django ready for it."""
        if cmd_name not in self.list_commands(ctx):
            return None
        if cmd_name not in _WITHOUT_DJANGO:
            start_django()
        module = import_module(f"paraat.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, with the database ready for it unless it is only asked for help."""
        name, command, rest = super().resolve_command(ctx, args)
        if name and not {"--help", "-h"} & set(rest) and not ctx.resilient_parsing:
            ready(import_module(f"paraat.cli.{name}"))
        return name, command, rest


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(paraat.__version__, prog_name="Paraat")
def paraat_command() -> None:
    """Paraat: warn, respond, recover, learn."""


def start_django() -> None:
    """Load Django's settings and apps, once."""
    import django
    from django.apps import apps
    from django.utils import translation

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paraat.settings")
    if not apps.ready:
        django.setup()
        if configuration.PROCESS.get() == "command":
            translation.activate("en")  # what scripts read does not change with the language of the pages


def main() -> None:
    """Run the command; what went wrong is one line on standard error and exit code 1 (2: the command line itself is wrong)."""
    try:
        paraat_command(prog_name="paraat")
    except ParaatError as error:
        click.echo(f"paraat: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:  # `paraat ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def ready(module: ModuleType) -> None:
    """Start the embedded server and, outside production, bring the schema up to date, unless the noun needs no database."""
    if not getattr(module, "DATABASE", True):
        return
    from paraat.platform import database, embedded

    if embedded.wanted():
        embedded.start()
    if not configuration.is_production():
        database.ensure_migrated()


if __name__ == "__main__":
    main()
