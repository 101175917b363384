"""The pages of reports, statements, press and hand-over: who sees what, what a click does, and what nobody learns from them."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from paraat.kernel.marking import Tlp
from paraat.platform import files
from paraat.warroom import shared
from paraat.warroom.actions import handovers, press, statements
from paraat.warroom.models import Handover, PressCall, Room, SituationReport, Statement
from paraat.warroom.rules import sitrep
from tests import cast
from tests.warroom import rooms
from tests.warroom.test_statements import FAIR, approved, written

pytestmark = pytest.mark.django_db


def client(user: Any) -> Client:
    made = Client(headers={"accept-language": "en"})
    made.force_login(user)
    return made


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_report_goes_from_the_room_to_paper_by_clicks_of_two_people() -> None:
    room = rooms.room()
    rooms.fill(room)
    officer, second = client(cast.duty_officer()), client(cast.second_officer())
    drafted = officer.post(
        reverse("sitrep_new", args=[room.pk]), {"version": "tactical", "language": "en", "tlp": int(Tlp.GREEN)}
    )
    report = SituationReport.objects.get()
    page = reverse("sitrep", args=[room.pk, report.pk])
    assert drafted.url == page
    assert rooms.SECRETS[Tlp.GREEN] in text(officer.get(page))
    assert rooms.SECRETS[Tlp.AMBER] not in text(officer.get(page))
    key = report.content["bottom_line"][0]["id"]
    officer.post(
        reverse("sitrep_line", args=[room.pk, report.pk, key]), {"deed": "text", "edit": 1, "text": "It is calm"}
    )
    officer.post(
        reverse("sitrep_add_line", args=[room.pk, report.pk]),
        {"section": "forecast", "text": "Rain", "tlp": 0, "edit": 2},
    )
    officer.post(reverse("sitrep_submit", args=[room.pk, report.pk]))
    officer.post(reverse("sitrep_approve", args=[room.pk, report.pk]), {"edit": 3})
    report.refresh_from_db()
    assert report.state == "submitted", "not by its author"
    assert "I approve it" not in text(officer.get(page))
    assert "I approve it" in text(second.get(page))
    second.post(reverse("sitrep_approve", args=[room.pk, report.pk]), {"edit": 3})
    report.refresh_from_db()
    assert (report.state, report.sequence) == ("frozen", 1)
    shown = text(second.get(page))
    assert "It is calm" in shown
    assert "Rain" in shown
    assert 'name="deed"' not in shown
    for form in ("pdf", "docx", "json"):
        assert second.get(reverse("sitrep_file", args=[room.pk, report.pk, form])).status_code == 200
    assert second.get(reverse("sitrep_file", args=[room.pk, report.pk, "exe"])).status_code == 404


def test_a_stale_form_changes_nothing_and_says_so() -> None:
    report = rooms.draft(rooms.room())
    officer, key = client(cast.duty_officer()), report.content["bottom_line"][0]["id"]
    address = reverse("sitrep_line", args=[report.room_id, report.pk, key])
    officer.post(address, {"deed": "text", "edit": 1, "text": "First"})
    answer = officer.post(address, {"deed": "text", "edit": 1, "text": "Second"}, follow=True)
    assert "Somebody else changed this report" in text(answer)
    report.refresh_from_db()
    assert report.content["bottom_line"][0]["text"] == "First"


def test_a_line_that_is_not_there_is_not_found() -> None:
    report = rooms.draft(rooms.room())
    officer = client(cast.duty_officer())
    for key, deed in [("nobody", "out"), (report.content["bottom_line"][0]["id"], "sing")]:
        address = reverse("sitrep_line", args=[report.room_id, report.pk, key])
        assert officer.post(address, {"deed": deed, "edit": 1}).status_code == 404


@pytest.mark.parametrize("who", ["auditor", "partner_user", "observer", "administrator"])
def test_only_the_team_writes(who: str) -> None:
    report = rooms.draft(rooms.room())
    other, args = client(getattr(cast, who)()), [report.room_id, report.pk]
    for name in ("sitrep_submit", "sitrep_approve", "sitrep_discard", "sitrep_add_line"):
        assert other.post(reverse(name, args=args)).status_code == 403
    assert other.post(reverse("sitrep_new", args=[report.room_id])).status_code == 403


def test_a_draft_is_not_there_for_a_participant_and_a_frozen_one_is_up_to_his_ceiling() -> None:
    room = rooms.room(tlp=Tlp.GREEN)
    rooms.participant(room, cast.partner(), ceiling=Tlp.AMBER)
    draft, green, red = (
        rooms.draft(room, tlp=Tlp.GREEN),
        rooms.frozen(room, tlp=Tlp.GREEN),
        rooms.frozen(room, tlp=Tlp.RED),
    )
    partner = client(cast.partner_user())
    seen = {one.pk: partner.get(reverse("sitrep", args=[room.pk, one.pk])).status_code for one in (draft, green, red)}
    assert seen == {draft.pk: 404, green.pk: 200, red.pk: 404}
    for form in ("pdf", "docx", "json"):
        assert partner.get(reverse("sitrep_file", args=[room.pk, red.pk, form])).status_code == 404
        assert partner.get(reverse("sitrep_file", args=[room.pk, green.pk, form])).status_code == 200
    assert text(partner.get(reverse("all_sitreps"))).count("/sitreps/0") == 1
    outsider = client(cast.spoc_user(cast.ronse()))
    assert outsider.get(reverse("sitrep", args=[room.pk, green.pk])).status_code == 404


def test_the_difference_never_shows_words_of_a_report_above_this_one() -> None:
    room = rooms.room(tlp=Tlp.GREEN)
    rooms.signal(room, "the red word", tlp=Tlp.RED)
    rooms.frozen(room, tlp=Tlp.RED)
    report = rooms.frozen(room, tlp=Tlp.GREEN)
    page = text(client(cast.duty_officer()).get(reverse("sitrep", args=[room.pk, report.pk])))
    assert "the red word" not in page
    rooms.signal(room, "a later word", tlp=Tlp.GREEN)
    later = rooms.frozen(room, tlp=Tlp.GREEN)
    page = text(client(cast.duty_officer()).get(reverse("sitrep", args=[room.pk, later.pk])))
    assert re.search(r"<ins>\+ a later word", page)


def test_the_json_fits_its_schema_and_its_digest_can_be_computed_by_whoever_has_it() -> None:
    room = rooms.room()
    rooms.fill(room)
    report = rooms.frozen(room, tlp=Tlp.AMBER)
    answer = client(cast.duty_officer()).get(reverse("sitrep_file", args=[room.pk, report.pk, "json"]))
    form = json.loads(b"".join(answer.streaming_content))
    jsonschema.validate(form, shared.SCHEMA)
    assert sitrep.digest(form["content"]) == form["digest"] == report.digest


def test_a_paper_that_was_tampered_with_is_not_handed_out() -> None:
    report = rooms.frozen(rooms.room())
    place = files.locate(report.pdf)
    kept = place.read_bytes()
    try:
        place.chmod(0o600)
        place.write_bytes(kept + b" ")
        with pytest.raises(shared.Damaged):
            shared.kept(report, "pdf")
    finally:
        place.write_bytes(kept)


# Statements -----------------------------------------------------------------------------------------------------------------------


def test_a_statement_is_written_approved_by_another_and_read_out() -> None:
    room = rooms.room()
    officer, second = client(cast.duty_officer()), client(cast.second_officer())
    sent = {
        "subject": "Voting machines", "authority": "FPS Interior", "quoted_at": "2024-10-01", "expires_at": "2099-01-01T12:00", "tlp": 1,
        **{f"text_{code}": words for code, words in FAIR.items()},
    }  # fmt: skip
    officer.post(reverse("statement_new", args=[room.pk]), sent)
    statement = Statement.objects.get()
    args = [room.pk, statement.pk]
    officer.post(reverse("statement_submit", args=args))
    assert FAIR["nl"] not in text(officer.get(reverse("say")))
    second.post(reverse("statement_approve", args=args), {"edit": 1})
    for address in (reverse("say"), reverse("room_say", args=[room.pk])):
        shown = text(officer.get(address))
        assert all(words in shown for words in FAIR.values())
        assert "FPS Interior" in shown
    officer.post(reverse("statement_withdraw", args=args), {"because": "The authority corrected itself"})
    assert FAIR["nl"] not in text(officer.get(reverse("say")))


def test_the_page_warns_of_what_nobody_can_promise() -> None:
    statement = written(text=FAIR | {"en": "It cannot be hacked."})
    officer = client(cast.duty_officer())
    page = reverse("statement", args=[statement.room_id, statement.pk])
    assert "claims what nobody can promise" in text(officer.get(page))
    officer.post(reverse("statement_submit", args=[statement.room_id, statement.pk]))
    statement.refresh_from_db()
    assert statement.state == "draft"


def test_what_may_be_said_is_said_to_whom_its_tlp_allows() -> None:
    room = rooms.room(tlp=Tlp.GREEN)
    rooms.participant(room, cast.partner(), ceiling=Tlp.GREEN)
    approved(room, subject="Green line"), approved(room, subject="Amber line", tlp=Tlp.AMBER)
    shown = text(client(cast.partner_user()).get(reverse("room_say", args=[room.pk])))
    assert ("Green line" in shown, "Amber line" in shown) == (True, False)


def test_the_press_log_names_no_statement_that_its_reader_may_not_see() -> None:
    room = rooms.room(tlp=Tlp.GREEN)
    rooms.participant(room, cast.partner(), ceiling=Tlp.GREEN)
    line = approved(room, subject="Amber line", tlp=Tlp.AMBER)
    press.log_call(room=room, medium="Radio", asked="Is it so?", by=rooms.officer(), statement=line)
    for form in ("", "?format=csv"):
        answer = client(cast.partner_user()).get(reverse("press", args=[room.pk]) + form)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"Is it so?" in content
        assert b"Amber line" not in content


def test_a_call_is_written_down_and_answered_later() -> None:
    line = approved()
    officer = client(cast.duty_officer())
    officer.post(reverse("press_new", args=[line.room_id]), {"medium": "Radio", "asked": "Is it so?"})
    call = PressCall.objects.get()
    assert "not answered yet" in text(officer.get(reverse("press", args=[line.room_id])))
    officer.post(reverse("press_answer", args=[line.room_id, call.pk]), {"statement": str(line.pk)})
    call.refresh_from_db()
    assert call.statement_id == line.pk
    assert officer.get(reverse("press_answer", args=[line.room_id, call.pk])).status_code == 404


def test_editing_an_approved_statement_makes_a_draft() -> None:
    line = approved()
    officer = client(cast.duty_officer())
    page = officer.get(reverse("statement_edit", args=[line.room_id, line.pk]))
    assert "takes its place" in text(page)
    sent = {
        "subject": line.subject, "authority": "FPS Interior", "quoted_at": "2024-10-01", "expires_at": "2099-01-01T12:00", "edit": line.edit,
        **{f"text_{code}": f"{words} Really." for code, words in FAIR.items()},
    }  # fmt: skip
    officer.post(reverse("statement_edit", args=[line.room_id, line.pk]), sent)
    draft = Statement.objects.get(replaces=line)
    assert (draft.state, draft.tlp) == ("draft", line.tlp)


# Hand-over ------------------------------------------------------------------------------------------------------------------------


def test_a_shift_is_handed_over_and_taken_by_clicks() -> None:
    rooms.case("No owner yet")
    officer, second = client(cast.duty_officer()), client(cast.second_officer())
    officer.post(reverse("handover_make"), {"remarks": "Mind the mayor"})
    made = Handover.objects.get()
    page = reverse("handover", args=[made.pk])
    shown = text(officer.get(page))
    assert "No owner yet" in shown
    assert "Mind the mayor" in shown
    assert "I have the shift" not in shown
    assert "Waits to be taken over" in text(second.get(reverse("handovers")))
    assert "I have the shift" in text(second.get(page))
    second.post(reverse("handover_take", args=[made.pk]))
    made.refresh_from_db()
    assert made.taken_label == "Second duty officer"
    assert client(cast.partner_user()).get(page).status_code == 403


def test_an_auditor_reads_no_hand_over_that_names_red_things() -> None:
    rooms.case("for named recipients", tlp=Tlp.RED)
    made = handovers.make_handover(by=rooms.officer())
    assert client(cast.auditor()).get(reverse("handover", args=[made.pk])).status_code == 404


# How many questions to the database -----------------------------------------------------------------------------------------------


def _queries(room: Room, page: str) -> int:
    someone = client(cast.duty_officer())
    someone.get(page)
    caches["local"].clear()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert someone.get(page).status_code == 200
    return len(asked)


@pytest.mark.parametrize("name", ["all_sitreps", "sitreps", "statements", "press", "say", "room_say"])
def test_lists_ask_the_same_whatever_their_length(name: str) -> None:
    room = rooms.room()
    page = reverse(name, args=[] if name in {"all_sitreps", "say"} else [room.pk])
    counts = []
    for _round in range(2):
        for _ in range(3):
            rooms.draft(room)
            line = approved(room)
            press.log_call(room=room, medium="Radio", asked="?", by=rooms.officer(), statement=line)
        counts.append(_queries(room, page))
    assert counts[0] == counts[1] <= 12


def test_a_draft_asks_the_same_whatever_the_room_holds() -> None:
    room, counts = rooms.room(), []
    for _ in range(2):
        rooms.fill(room) if not counts else [rooms.signal(room, "more") for _ in range(20)]
        with CaptureQueriesContext(connection) as asked:
            rooms.draft(room)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert statements.WRITING
