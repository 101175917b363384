"""`paraat assessment`: opened, answered with a version, submitted and compared."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from paraat.cli.assessment import command
from paraat.kernel.errors import Conflict, NotFound
from tests import cast
from tests.readiness import assessed

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


def run(*arguments: str) -> Any:
    done = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_an_assessment_from_opened_to_compared() -> None:
    cast.ronse()
    assessed.edition()
    number = run("open", "45041", "--framework", "small", "--due", "2060-01-01")["number"]
    assert run("list", "--organisation", "Ronse", "--state", "open")["assessments"][0]["number"] == number
    assert run("answer", number, "c01", "not_testable", "--explanation", "No access")["version"] == 1
    with pytest.raises(Conflict):
        run("answer", number, "C01", "met", "--version", "0")
    shown = run("show", number)
    assert (shown["answered"], shown["untestable"]) == (1, 1)
    assert shown["answers"][0]["explanation"] == "No access"
    audit = run("open", "Ronse", "--framework", "small", "--kind", "external")["number"]
    run("answer", audit, "C01", "met", "--implementation", "3")
    assert run("submit", number)["result"]["counts"]["open"] == 5
    found = run("compare", number)
    assert found["assessments"] == {"self": number, "external": audit}
    assert found["controls"][0] == {
        "control": "C01",
        "difference": "unclear",
        "said": {"self": "not_testable", "external": "met"},
    }


def test_people_get_tables_and_what_does_not_exist_is_said() -> None:
    cast.ronse()
    assessed.edition()
    run("open", "Ronse", "--framework", "small")
    for words in (["list"], ["show", "S2026-0001"], ["compare", "S2026-0001"]):
        number = run("list")["assessments"][0]["number"]
        done = CliRunner().invoke(
            command, [word.replace("S2026-0001", number) for word in words], catch_exceptions=False
        )
        assert done.exit_code == 0
        assert "C01" in done.output or number[:4] in done.output
    with pytest.raises(NotFound):
        run("show", "S1999-0001")
