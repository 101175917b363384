"""`paraat framework`: loaded, listed, shown, an edition imported after a look, answers there and back, differences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from paraat.cli.framework import command
from paraat.formats.workbook import read_book
from paraat.kernel.errors import NotFound
from paraat.readiness.frameworks import current
from paraat.readiness.models import Edition
from paraat.readiness.rules.cyfun_workbook import SHEETS, recognise
from tests import cast
from tests.readiness import assessed, official

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


def run(*arguments: str) -> Any:
    done = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_what_ships_is_loaded_listed_and_shown() -> None:
    loaded = run("load")["editions"]
    assert [(one["framework"], one["controls"]) for one in loaded] == [("basics", 22), ("cyfun-2025", 218)]
    assert run("list")["editions"] == sorted(loaded, key=lambda one: one["framework"])
    assert len(run("show", "cyfun-2025", "--level", "important")["items"]) == 133
    first = run("show", "basics")["items"][0]
    assert (first["identifier"], first["maps_to"][0]) == ("B01", "PR.AA-03.2")
    with pytest.raises(NotFound):
        run("show", "cyfun-2025", "--edition", "1999")


def test_a_workbook_is_looked_at_imported_and_compared(tmp_path: Path) -> None:
    file = tmp_path / "official.xlsx"
    file.write_bytes(official.workbook(rows=official.controls()[1:], answers={"GV.OC-02.1": (9, 1, "")}))
    looked = run("import", str(file), "--edition", "own", "--dry-run")
    assert (looked["removed"], looked["lines"], looked["level"]) == (["GV.OC-01.1"], 217, "essential")
    assert looked["quarantine"] == [
        {"sheet": "GOVERN", "row": 3, "field": "documentation", "found": "9", "why": "no_score"}
    ]
    assert not Edition.objects.filter(imported=True).exists()
    made = run("import", str(file), "--edition", "own", "--published-on", "2026-02-25")["edition"]
    assert (made["edition"], made["published_on"], made["controls"]) == ("own", "2026-02-25", 217)
    assert run("diff", "cyfun-2025", "2025-10-01")["removed"] == ["GV.OC-01.1"]
    assert run("diff", "cyfun-2025", "own", "2025-10-01")["added"] == ["GV.OC-01.1"]


def test_answers_there_and_back_and_along(tmp_path: Path) -> None:
    row = assessed.opened(cast.ronse(), current("cyfun-2025"), level="basic")
    given, empty, filled = tmp_path / "given.xlsx", tmp_path / "empty.xlsx", tmp_path / "filled.xlsx"
    given.write_bytes(official.workbook("basic", {"PR.AA-03.2": (4, 3, "Overal"), "GV.OC-03.1": ("N/A", "N/A", "")}))
    empty.write_bytes(official.workbook("basic"))
    assert run("answers", row.number, str(given), "--dry-run")["saved"] is False
    assert run("answers", row.number, str(given))["changed"] == ["GV.OC-03.1", "PR.AA-03.2"]
    told = run("export", row.number, "--workbook", str(empty), "--out", str(filled))
    assert (told["cells"], told["formulas"], told["no_row"]) == (5, [], [])
    book = read_book(filled.read_bytes(), SHEETS)
    lines = {one.identifier: one for one in recognise(book.names, book.rows).lines}
    assert (lines["PR.AA-03.2"].documentation, lines["PR.AA-03.2"].comments) == (4, "Overal")
    assert lines["GV.OC-03.1"].not_applicable
    run("import", str(empty), "--edition", "own")
    assert run("along", row.number)["answered"] == 2


def test_people_get_tables_and_lines(tmp_path: Path) -> None:
    run("load")
    for words, seen in ((["list"], "cyfun-2025"), (["show", "basics"], "B01"), (["diff", "basics", "1"], "same: 22")):
        done = CliRunner().invoke(command, words, catch_exceptions=False)
        assert seen in done.output
