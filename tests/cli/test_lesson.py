"""`paraat lesson`: drafted from a file, held while somebody is recognisable, released, answered, closed and withdrawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from paraat.cli.lesson import command, find
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Invalid, NotFound
from paraat.readiness.actions.lessons import answer_lesson
from tests import cast
from tests.readiness import taught

pytestmark = pytest.mark.django_db


def run(*words: str) -> Any:
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_from_a_file_to_figures(tmp_path: Path) -> None:
    case = taught.case_of(cast.eupen())
    file = tmp_path / "lesson.yaml"
    words = taught.WORDS | {
        "audience": {"organisations": [str(cast.ronse().pk), str(cast.spiere_helkijn().pk)]},
        "tlp": "TLP:AMBER",
    }
    file.write_text(json.dumps(words | {"advice": {"en": "Not as in Eupen"}}))
    made = json.loads(run("draft", str(file), "--case", case.number, "--json"))
    assert (made["recognised"], made["tlp"], made["goes_to"]["constituents"]) == (["Eupen"], "TLP:AMBER", 2)
    with pytest.raises(Invalid, match="recognised"):
        run("release", made["number"])
    file.write_text(json.dumps(words))
    number = json.loads(run("draft", str(file), "--case", case.number, "--as", cast.duty_officer().email, "--json"))[
        "number"
    ]
    assert run("release", number).strip() == f"{number} is released to 2 organisations."
    answer_lesson(answer=taught.answer_of(find(number), cast.ronse()), by=SYSTEM, state="done")
    shown = json.loads(run("show", number.lower(), "--json"))
    assert (shown["figures"]["closed"], shown["figures"]["silent"], shown["figures"]["share"]) == (1, 1, 50)
    listed = json.loads(run("answers", number, "--state", "done", "--json"))["answers"]
    assert [one["organisation"] for one in listed] == ["Ronse"]
    assert number in run("list")
    assert run("close", number).strip() == f"{number} is closed."
    assert json.loads(run("withdraw", number, "--because", "It was wrong", "--json"))["state"] == "withdrawn"
    assert json.loads(run("list", "--state", "released", "--json")) == {"lessons": []}


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    file = tmp_path / "lesson.yaml"
    file.write_text("colour: red\n")
    with pytest.raises(Invalid, match="no lesson"):
        run("draft", str(file))
    file.write_text("title: {en: x}\n")
    with pytest.raises(Invalid, match="missing"):
        run("draft", str(file))
    for words in (("show", "L1"), ("approve", "L1", "--as", "nobody@x.example"), ("draft", str(file), "--case", "C1")):
        with pytest.raises((NotFound, Invalid)):
            run(*words)
