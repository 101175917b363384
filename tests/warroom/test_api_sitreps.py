"""Reports for machines: by API and command line, as they were frozen and to whom their marking allows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from paraat.cli import handover as handover_command
from paraat.cli import sitrep as sitrep_command
from paraat.kernel.marking import Tlp
from paraat.warroom import shared
from paraat.warroom.actions import handovers
from paraat.warroom.rules import sitrep
from tests import cast
from tests.api.stage import Caller
from tests.warroom import rooms
from tests.warroom.test_statements import approved

pytestmark = pytest.mark.django_db


def run(command: Any, *arguments: str) -> Any:
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0, done.output
    return done


def test_frozen_reports_are_listed_and_read_with_a_digest_that_fits() -> None:
    room = rooms.room()
    rooms.fill(room)
    rooms.draft(room)
    report = rooms.frozen(room, tlp=Tlp.AMBER)
    officer = Caller(cast.duty_officer())
    listed = officer.get("/situation-reports").json()
    assert [(one["id"], one["room"], one["sequence"], one["tlp"]) for one in listed["items"]] == [
        (str(report.pk), room.number, 1, "TLP:AMBER")
    ]
    assert officer.get(f"/situation-reports?room={room.pk}&exercise=false").json()["total"] == 1
    assert officer.get("/situation-reports?exercise=true").json()["total"] == 0
    read = officer.get(f"/situation-reports/{report.pk}").json()
    assert sitrep.digest(read["content"]) == read["digest"] == report.digest
    assert rooms.SECRETS[Tlp.RED] not in json.dumps(read)


def test_a_participant_reads_up_to_his_ceiling_and_no_draft() -> None:
    room = rooms.room(tlp=Tlp.GREEN)
    rooms.participant(room, cast.partner(), ceiling=Tlp.GREEN)
    draft, green, amber = (
        rooms.draft(room, tlp=Tlp.GREEN),
        rooms.frozen(room, tlp=Tlp.GREEN),
        rooms.frozen(room, tlp=Tlp.AMBER),
    )
    partner = Caller(cast.partner_user())
    assert [one["id"] for one in partner.get("/situation-reports").json()["items"]] == [str(green.pk)]
    answers = {one.pk: partner.get(f"/situation-reports/{one.pk}").status_code for one in (draft, green, amber)}
    assert answers == {draft.pk: 404, green.pk: 200, amber.pk: 404}


def test_what_may_be_said_is_there_until_it_expires() -> None:
    room = rooms.room(tlp=Tlp.GREEN)
    rooms.participant(room, cast.partner(), ceiling=Tlp.GREEN)
    line = approved(room, subject="Green")
    approved(room, subject="Amber", tlp=Tlp.AMBER)
    assert Caller(cast.duty_officer()).get("/statements").json()["total"] == 2
    (one,) = Caller(cast.partner_user()).get("/statements").json()["items"]
    assert (one["subject"], one["text"]) == ("Green", line.text)


def test_the_command_lists_shows_and_exports(tmp_path: Path) -> None:
    report = rooms.frozen(rooms.room(), tlp=Tlp.GREEN)
    name = f"{report.room.number}/tactical/1"
    (listed,) = json.loads(run(sitrep_command.command, "list", "--json").output)["sitreps"]
    assert (listed["id"], listed["digest"]) == (str(report.pk), report.digest)
    assert report.room.number in run(sitrep_command.command, "list", "--room", report.room.number).output
    assert json.loads(run(sitrep_command.command, "show", str(report.pk), "--json").output)["content"] == report.content
    assert "bottom_line" in run(sitrep_command.command, "show", name).output
    for form, head in [("pdf", b"%PDF"), ("docx", b"PK"), ("json", b"{")]:
        place = tmp_path / f"x.{form}"
        run(sitrep_command.command, "export", name, "--format", form, "--to", str(place))
        assert place.read_bytes().startswith(head)
    jsonschema.validate(json.loads((tmp_path / "x.json").read_text()), shared.SCHEMA)


def test_the_command_exports_no_draft_and_knows_what_is_not_there() -> None:
    draft = rooms.draft(rooms.room())
    assert CliRunner().invoke(sitrep_command.command, ["export", str(draft.pk)]).exit_code != 0
    for wrong in ("x", "a/b/c", "W2024-9999/tactical/1", "01a200d8-0000-7000-8000-000000000000"):
        assert CliRunner().invoke(sitrep_command.command, ["show", wrong]).exit_code != 0


def test_the_hand_over_is_read_on_the_command_line() -> None:
    assert json.loads(run(handover_command.command, "--json").output) == {"handover": None}
    rooms.case("No owner yet")
    handovers.make_handover(by=rooms.officer())
    assert "No owner yet" in run(handover_command.command).output
    assert json.loads(run(handover_command.command, "--json").output)["handover"]["taken_at"] is None


def test_the_schema_in_the_documentation_is_the_one_of_the_code() -> None:
    from tests.house import house

    text = (house.ROOT / "docs" / "sitreps.md").read_text(encoding="utf-8")
    shown = text.split("```json\n", 1)[1].split("\n```", 1)[0]
    assert json.loads(shown) == shared.SCHEMA
