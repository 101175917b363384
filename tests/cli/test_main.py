"""The command line itself: found by files, quick to help, one line when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from paraat.cli import main
from paraat.kernel.errors import SettingError


def test_every_noun_has_a_command_of_its_name() -> None:
    context = click.Context(main.paraat_command)
    for name in main.paraat_command.list_commands(context):  # type: ignore[attr-defined]
        command = main.paraat_command.get_command(context, name)  # type: ignore[attr-defined]
        assert command.help, f"paraat {name} does not say what it does"


def test_help_needs_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "ready", lambda module: pytest.fail("the database was started"))
    for arguments in (["--help"], ["backup", "--help"], ["backup", "create", "--help"], ["up", "-h"]):
        done = CliRunner().invoke(main.paraat_command, arguments)
        assert done.exit_code == 0, done.output
        assert "Usage: " in done.output


def test_an_unknown_noun_is_said_so() -> None:
    done = CliRunner().invoke(main.paraat_command, ["allert"])
    assert done.exit_code == 2
    assert "allert" in done.output


def test_an_error_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(**_: object) -> None:
        raise SettingError("PARAAT_X is missing")

    monkeypatch.setattr(main, "paraat_command", wrong)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "paraat: PARAAT_X is missing\n"


@pytest.mark.parametrize(
    ("name", "value"), [("PARAAT_PORT", "eighty"), ("PARAAT_MODE", "prod"), ("PARAAT_HOST", "0.0.0.0")]
)
def test_a_wrong_setting_is_named_before_anything_starts(name: str, value: str) -> None:
    environment = os.environ | {"PARAAT_MODE": "demonstration", name: value}
    command = [sys.executable, "-m", "paraat.cli.main", "check"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"paraat: {name}=")
    assert len(done.stderr.splitlines()) == 1
