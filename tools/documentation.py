"""Write docs/settings.md and docs/commands.md from the code, which they must match: a test compares. Usage: make docs"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from paraat.cli.main import paraat_command, start_django
from paraat.platform import configuration
from paraat.platform.setting import SETTINGS, Setting

PLATFORM = Path(configuration.__file__)

_SETTINGS_HEAD = """# Settings

Every setting is an environment variable. Paraat starts only when all of them can be read; a wrong or missing one is named. A secret
may be put in a file instead: its name with `_FILE` added says which. `paraat check` warns of a variable that is spelt like none of these.

<!-- Written by `make docs` from src/paraat/platform/configuration.py and the `configuration.py` of apps. -->
"""
_COMMANDS_HEAD = """# Commands

`bin/paraat` needs no activated environment; an installed package has `paraat`. What goes wrong is one line on standard error with exit
code 1; a wrong command line is 2. Commands start the embedded database when they need it, and leave it running; `paraat down` stops it.

<!-- Written by `make docs` from src/paraat/cli/. -->
"""


def settings_page() -> str:
    """docs/settings.md."""
    sections = _sections()
    lines = [_SETTINGS_HEAD]
    for title, names in sections:
        lines += [f"## {title}\n", "| setting | default | what |", "|---|---|---|"]
        lines += [_row(SETTINGS[name]) for name in names] + [""]
    return "\n".join(lines).rstrip() + "\n"


def _sections() -> list[tuple[str, list[str]]]:
    """The settings under the headings of the modules that declare them: the platform's, and those of apps with settings of their own."""
    declaring = [path for path in sorted((ROOT / "src" / "paraat").glob("*/configuration.py")) if path != PLATFORM]
    for path in declaring:
        import_module(f"paraat.{path.parent.name}.configuration")
    source = "\n".join(path.read_text(encoding="utf-8") for path in [PLATFORM, *declaring])
    found: list[tuple[str, list[str]]] = []
    for heading, name in re.findall(r'^# (.+?) -{5,}|^\w+ = declare\(\s*"(\w+)"', source, re.MULTILINE):
        if heading:
            found.append((heading, []))
        else:
            found[-1][1].append(name)
    return [(title, names) for title, names in found if names]


def _row(setting: Setting[object]) -> str:
    default = (setting.default or "").replace(str(configuration.root()), ".")
    given = f"`{default}`" if default else ""
    secret = f" Secret: `{setting.name}_FILE` is possible." if setting.secret else ""
    return f"| `{setting.name}` | {given} | {setting.doc.replace('|', '/')}{secret} |"


def commands_page() -> str:
    """docs/commands.md."""
    start_django()
    context = click.Context(paraat_command, info_name="paraat")
    lines = [_COMMANDS_HEAD]
    for name in paraat_command.list_commands(context):  # type: ignore[attr-defined]
        command = paraat_command.get_command(context, name)  # type: ignore[attr-defined]
        lines += [f"## paraat {name}\n", *_describe(command, context, f"paraat {name}")]
    return "\n".join(lines).rstrip() + "\n"


def _describe(command: click.Command, parent: click.Context, path: str) -> list[str]:
    context = click.Context(command, info_name=path.rpartition(" ")[2], parent=parent)
    lines = [_prose(command), ""]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            nested = command.get_command(context, name)
            lines += [f"### {path} {name}\n", *_describe(nested, context, f"{path} {name}")] if nested else []
        return lines
    arguments = " ".join(piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]")
    lines += [f"    {path} {arguments}".rstrip(), ""]
    records = [record for one in command.get_params(context) if (record := one.get_help_record(context))]
    options = [(names, words) for names, words in records if words and "--help" not in names]
    if options:
        lines += [f"- `{names}`: {help_text}" for names, help_text in options] + [""]
    return lines


def _prose(command: click.Command) -> str:
    return re.sub(r"\s*\n\s*", " ", (command.help or "").strip())


def rights_page() -> str:
    """docs/rights.md."""
    start_django()
    from paraat.web import rights

    return rights.page()


PAGES = {"docs/settings.md": settings_page, "docs/commands.md": commands_page, "docs/rights.md": rights_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")
