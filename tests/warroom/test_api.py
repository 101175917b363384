"""War rooms through the API and on the command line: the same rights and the same rules as on the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from paraat.cli.room import command
from paraat.kernel.marking import Tlp
from paraat.warroom.actions.signals import report_signal
from paraat.warroom.models import Room, Signal
from tests import cast
from tests.api.stage import Caller
from tests.warroom import staging

pytestmark = pytest.mark.django_db


def test_rooms_and_signals_are_listed_up_to_ones_ceiling() -> None:
    room = staging.room()
    low, other = Caller(staging.taking_part(room, "observer")), Caller(cast.partner_user())
    for words, tlp in (("Seen by all", Tlp.AMBER), ("For few", Tlp.RED)):
        report_signal(room=room, lane="general", text=words, by=staging.by(), tlp=tlp)
    assert [one["number"] for one in low.get("/rooms").json()["items"]] == [room.number]
    assert low.get(f"/rooms/{room.pk}").json()["tlp"] == "TLP:AMBER"
    assert [one["text"] for one in low.get(f"/rooms/{room.pk}/signals").json()["items"]] == ["Seen by all"]
    assert Caller(cast.duty_officer()).get(f"/rooms/{room.pk}/signals").json()["total"] == 2
    assert other.get("/rooms").json()["items"] == []
    for path in (f"/rooms/{room.pk}", f"/rooms/{room.pk}/signals"):
        assert other.get(path).status_code == 404


@pytest.mark.parametrize(
    ("part", "more", "status"),
    [
        ("responder", {}, 201), ("observer", {}, 403), ("responder", {"tlp": "TLP:RED"}, 403), ("responder", {"text": ""}, 422),
        ("responder", {"lane": "none"}, 422), ("lead", {"tlp": "TLP:CLEAR", "reliability": "B", "credibility": "2"}, 201),
    ],
)  # fmt: skip
def test_a_signal_is_reported_by_who_may(part: str, more: dict[str, Any], status: int) -> None:
    room = staging.room()
    caller = Caller(staging.taking_part(room, part))
    answer = caller.post(f"/rooms/{room.pk}/signals", {"lane": "general", "text": "Mail is down"} | more)
    assert answer.status_code == status, answer.content
    assert Signal.objects.count() == (status == 201)
    if status == 201:
        assert answer.json()["lane"] == "general" and answer.json()["verified"] is None


def test_the_same_key_reports_once() -> None:
    room = staging.room()
    caller = Caller(cast.duty_officer())
    for _ in range(2):
        given = {"lane": "general", "text": "Once"}
        assert caller.post(f"/rooms/{room.pk}/signals", given, **{"Idempotency_Key": "a"}).status_code == 201
    assert Signal.objects.count() == 1


def test_a_private_person_is_refused_here_too() -> None:
    room = staging.election()
    given = {"lane": "disinformation", "claim": "Says @somebody", "channel": "App", "legal_basis": "GDPR 6(1)(e)"}
    answer = Caller(cast.duty_officer()).post(f"/rooms/{room.pk}/signals", given)
    assert answer.status_code == 422 and "account" in answer.json()["detail"]


def run(*arguments: str) -> Any:
    done = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_the_command_line_opens_a_room_and_reports_a_signal() -> None:
    made = run("open", "Elections", "--kind", "election", "--exercise", "--tlp", "GREEN")
    assert (made["kind"], made["exercise"], made["tlp"]) == ("election", True, "TLP:GREEN")
    one = run("signal", made["number"], "Site is slow", "--lane", "cyber", "--grade", "B2", "--tlp", "AMBER")
    assert (one["grade"], one["lane"], one["tlp"]) == ("B2", "cyber", "TLP:AMBER")
    shown = run("show", made["id"])
    assert shown["lanes"] == ["cyber", "public_order", "disinformation", "operational"]
    assert [signal["text"] for signal in shown["signals"]] == ["Site is slow"]
    assert [room["number"] for room in run("list", "--exercise")["rooms"]] == [made["number"]]
    assert run("list", "--real")["rooms"] == []
    assert Room.objects.get().opened_by.startswith("command line")
