"""Drafted from what its author may see, approved by somebody else, numbered without gaps, frozen for good."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.db import connection
from django.db.utils import DatabaseError
from docx import Document
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pypdf import PdfReader

from paraat.accounts.models import WaitingTask
from paraat.incidents.models import Case
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Tlp
from paraat.platform import files
from paraat.platform.models import JournalEntry
from paraat.warroom.actions import freezing, sitreps
from paraat.warroom.models import Signal, SituationReport
from paraat.warroom.rules import sitrep
from tests import cast
from tests.warroom import rooms
from tests.warroom.rooms import at_once

pytestmark = pytest.mark.django_db


def said(report: SituationReport) -> str:
    return json.dumps(report.content, ensure_ascii=False)


def line_with(report: SituationReport, words: str) -> dict[str, Any]:
    return next(one for _section, one in sitrep.lines(report.content) if words in one["text"])


@pytest.mark.parametrize("tlp", list(Tlp))
@pytest.mark.parametrize("version", ["tactical", "executive"])
def test_a_report_holds_what_its_tlp_allows_and_counts_what_it_leaves_out(tlp: Tlp, version: str) -> None:
    room = rooms.room(tlp=Tlp.AMBER, title="Title of the amber room")
    rooms.fill(room)
    report = rooms.draft(room, tlp=tlp, version=version)
    text = said(report)
    for level, secret in rooms.SECRETS.items():
        assert (secret in text) == (level <= tlp), (level, tlp)
    assert ("Title of the amber room" in text) == (tlp >= Tlp.AMBER)
    assert sitrep.highest(report.content) <= tlp
    assert (report.left_out > 0) == (tlp < Tlp.RED)
    assert line_with(report, "open cases")["figures"]["cases"] == sum(one <= tlp for one in Tlp)


def test_the_papers_and_the_json_of_a_clear_report_hold_no_word_of_more() -> None:
    room = rooms.room(tlp=Tlp.AMBER, title="Title of the amber room")
    rooms.fill(room)
    report = rooms.frozen(room, tlp=Tlp.CLEAR)
    pdf = PdfReader(files.open_stored(report.pdf))
    paper = zipfile.ZipFile(files.open_stored(report.docx))
    words = " ".join(page.extract_text() for page in pdf.pages)
    words += " ".join(paper.read(name).decode("utf-8", "ignore") for name in paper.namelist())
    words += str(pdf.metadata) + said(report)
    assert rooms.SECRETS[Tlp.CLEAR] in words
    for level in Tlp:
        if level > Tlp.CLEAR:
            assert rooms.SECRETS[level] not in words
            assert level.label not in words
    assert "amber room" not in words


def test_only_what_its_author_may_see_is_in_it() -> None:
    room = rooms.room(tlp=Tlp.GREEN)
    rooms.fill(room)
    rooms.participant(room, cast.partner(), ceiling=Tlp.GREEN)
    by = rooms.actor(cast.partner_user())
    report = sitreps.draft_report(room=room, version="tactical", language="en", tlp=Tlp.RED, by=by)
    assert rooms.SECRETS[Tlp.GREEN] in said(report)
    for level in (Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED):
        assert rooms.SECRETS[level] not in said(report)


def test_disinformation_is_counted_and_never_repeated() -> None:
    room = rooms.room()
    rooms.signal(room, "the false claim itself", lane="disinformation", claim="the false claim itself")
    report = rooms.draft(room)
    assert "false claim" not in said(report)
    assert line_with(report, "Disinformation")["figures"]["open"] == 1


def test_it_is_written_in_the_language_asked_for() -> None:
    room = rooms.room()
    report = rooms.draft(room, language="nl")
    assert report.content["lanes"][0]["text"] == "Cyber"
    with pytest.raises(Invalid, match="language"):
        rooms.draft(room, language="it")


def test_reality_and_exercise_do_not_mix() -> None:
    room = rooms.room()
    room.cases.add(rooms.case("an exercise", exercise=True))
    assert "an exercise" not in said(rooms.draft(room))
    played = rooms.frozen(rooms.room(exercise=True))
    assert played.exercise
    assert "EXERCISE" in PdfReader(files.open_stored(played.pdf)).pages[0].extract_text()


# Editing --------------------------------------------------------------------------------------------------------------------------


def test_lines_are_edited_one_at_a_time_and_the_second_of_two_is_told() -> None:
    report = rooms.draft(rooms.room())
    key = report.content["bottom_line"][0]["id"]
    stale = SituationReport.objects.get(pk=report.pk)
    sitreps.edit_line(report=report, edit=1, key=key, text="It is calm", by=rooms.officer())
    with pytest.raises(Conflict):
        sitreps.edit_line(report=stale, edit=1, key=key, text="It is not", by=rooms.second())
    report.refresh_from_db()
    assert (report.content["bottom_line"][0]["text"], report.edit) == ("It is calm", 2)
    sitreps.add_line(report=report, edit=2, section="forecast", text="Rain", tlp=Tlp.CLEAR, by=rooms.officer())
    assert line_with(report, "Rain")["tlp"] == Tlp.CLEAR
    sitreps.remove_line(report=report, edit=3, key=line_with(report, "Rain")["id"], by=rooms.officer())
    assert "Rain" not in said(report)


def test_a_marking_changes_with_a_reason_that_only_the_journal_keeps() -> None:
    report = rooms.draft(rooms.room(), tlp=Tlp.GREEN)
    key = report.content["bottom_line"][0]["id"]
    with pytest.raises(Invalid, match="why"):
        sitreps.mark_line(report=report, edit=1, key=key, tlp=Tlp.CLEAR, because=" ", by=rooms.officer())
    with pytest.raises(Invalid, match="above the report"):
        sitreps.mark_line(report=report, edit=1, key=key, tlp=Tlp.AMBER, because="It is sensitive", by=rooms.officer())
    with pytest.raises(Invalid, match="above the report"):
        sitreps.add_line(report=report, edit=1, section="actions", text="x", tlp=Tlp.RED, by=rooms.officer())
    sitreps.mark_line(report=report, edit=1, key=key, tlp=Tlp.GREEN, because="the mayor agreed", by=rooms.officer())
    assert report.content["bottom_line"][0]["tlp"] == Tlp.GREEN
    assert "mayor" not in said(report)
    entry = JournalEntry.objects.get(verb="sitrep.marked")
    assert entry.tlp >= Tlp.AMBER_STRICT


# Approval -------------------------------------------------------------------------------------------------------------------------


def test_neither_the_author_nor_who_changed_it_approves_and_nobody_outside_the_team() -> None:
    report = rooms.draft(rooms.room())
    key = report.content["bottom_line"][0]["id"]
    sitreps.edit_line(report=report, edit=1, key=key, text="Changed by the second", by=rooms.second())
    sitreps.submit_report(report=report, by=rooms.officer())
    for by in (rooms.officer(), rooms.second(), rooms.actor(cast.auditor()), rooms.actor(cast.partner_user()), SYSTEM):
        with pytest.raises(NotAllowed):
            freezing.approve_report(report=report, by=by)
    freezing.approve_report(report=report, by=rooms.actor(cast.coordinator()))
    assert (report.state, report.sequence, report.approved_label) == ("frozen", 1, "Coordinator")
    assert report.digest == sitrep.digest(report.content)


def test_it_waits_for_a_second_person_until_somebody_approved_or_changed_it() -> None:
    report = sitreps.submit_report(report=rooms.draft(rooms.room()), by=rooms.officer())
    waiting = WaitingTask.objects.open().filter(key=sitreps.waiting_key(report.pk))
    assert waiting.count() == 1
    with pytest.raises(Conflict):
        sitreps.submit_report(report=report, by=rooms.officer())
    sitreps.edit_line(
        report=report, edit=1, key=report.content["bottom_line"][0]["id"], text="Other", by=rooms.officer()
    )
    assert (report.state, waiting.count()) == ("draft", 0)
    with pytest.raises(Conflict):
        freezing.approve_report(report=report, by=rooms.second())


def test_what_was_changed_after_somebody_read_it_is_not_approved() -> None:
    report = sitreps.submit_report(report=rooms.draft(rooms.room()), by=rooms.officer())
    read = report.edit
    sitreps.edit_line(
        report=report, edit=read, key=report.content["bottom_line"][0]["id"], text="New", by=rooms.officer()
    )
    sitreps.submit_report(report=report, by=rooms.officer())
    with pytest.raises(Conflict):
        freezing.approve_report(report=report, by=rooms.second(), edit=read)
    assert freezing.approve_report(report=report, by=rooms.second(), edit=read + 1).state == "frozen"


def test_reports_are_numbered_per_version_and_the_next_supersedes_the_one_before() -> None:
    room = rooms.room()
    first, second, other = rooms.frozen(room), rooms.frozen(room), rooms.frozen(room, version="executive")
    first.refresh_from_db()
    assert [first.sequence, second.sequence, other.sequence] == [1, 2, 1]
    assert (first.state, second.state, second.supersedes_id) == ("superseded", "frozen", first.pk)


def test_a_discarded_draft_takes_no_number() -> None:
    room = rooms.room()
    dropped = rooms.draft(room)
    with pytest.raises(Invalid):
        sitreps.discard_report(report=dropped, by=rooms.officer(), because="")
    sitreps.discard_report(report=dropped, by=rooms.officer(), because="Superseded by events")
    with pytest.raises(Conflict):
        sitreps.submit_report(report=dropped, by=rooms.officer())
    assert rooms.frozen(room).sequence == 1


# Frozen ---------------------------------------------------------------------------------------------------------------------------


def test_what_happens_afterwards_changes_nothing_of_a_frozen_report() -> None:
    room = rooms.room(tlp=Tlp.CLEAR)
    rooms.fill(room)
    report = rooms.frozen(room, tlp=Tlp.RED)
    kept = (said(report), report.digest, report.pdf, report.docx)
    before = {path: files.open_stored(path).read() for path in (report.pdf, report.docx)}
    Signal.objects.filter(room=room).update(text="something else", state="closed")
    Case.objects.update(title="renamed", state="closed")
    type(room).objects.filter(pk=room.pk).update(title="renamed")
    rooms.frozen(room, tlp=Tlp.RED)
    report.refresh_from_db()
    assert (said(report), report.digest, report.pdf, report.docx) == kept
    for path, content in before.items():
        assert files.open_stored(path).read() == content
        assert hashlib.sha256(content).hexdigest() == path.rsplit("/", 1)[-1], "kept under its digest"


@pytest.mark.parametrize("change", [
    {"content": {}}, {"tlp": Tlp.CLEAR}, {"state": "draft"}, {"sequence": 9}, {"digest": "0" * 64}, {"pdf": "x"}, {"docx": "x"},
    {"left_out": 5}, {"exercise": True}, {"language": "fr"},
])  # fmt: skip
def test_the_database_refuses_to_change_a_frozen_report(change: dict[str, Any]) -> None:
    report = rooms.frozen(rooms.room())
    with pytest.raises(DatabaseError, match="frozen situation report"):
        SituationReport.objects.filter(pk=report.pk).update(**change)


def test_the_database_refuses_to_remove_a_frozen_report() -> None:
    report = rooms.frozen(rooms.room())
    with pytest.raises(DatabaseError, match="not removed"):
        report.delete()


@pytest.mark.parametrize("line", [{"tlp": Tlp.AMBER}, {"tlp": "0"}, {"tlp": None}, {}])
def test_the_database_refuses_to_freeze_a_line_above_the_report(line: dict[str, Any]) -> None:
    report = rooms.draft(rooms.room(), tlp=Tlp.CLEAR)
    with pytest.raises(DatabaseError, match="no line above its TLP"):
        SituationReport.objects.filter(pk=report.pk).update(
            state="frozen", sequence=1, digest="0" * 64, content={"actions": [{"text": "x", **line}]}
        )


def test_a_line_that_came_in_behind_the_rules_back_does_not_freeze() -> None:
    report = sitreps.submit_report(report=rooms.draft(rooms.room(), tlp=Tlp.CLEAR), by=rooms.officer())
    smuggled = sitrep.line("amber", Tlp.AMBER, key="x")
    SituationReport.objects.filter(pk=report.pk).update(content=report.content | {"actions": [smuggled]})
    with pytest.raises(Invalid, match="above the marking"):
        freezing.approve_report(report=report, by=rooms.second())


def test_its_papers_are_accessible_and_say_what_the_content_says() -> None:
    room = rooms.room(tlp=Tlp.CLEAR)
    rooms.fill(room)
    report = rooms.frozen(room, tlp=Tlp.AMBER, language="nl")
    pdf = PdfReader(files.open_stored(report.pdf))
    root = pdf.trailer["/Root"]
    assert root["/Lang"].startswith("nl")
    assert "/StructTreeRoot" in root
    raw = json.dumps(_structure(root["/StructTreeRoot"]))
    assert raw.count('"/Figure"') == 2, "two charts, as drawings"
    alternatives = _alternatives(root["/StructTreeRoot"])
    assert len(alternatives) == 2
    assert any("Oost-Vlaanderen" in one or "40000" in one for one in alternatives)
    assert report.digest in " ".join(page.extract_text() for page in pdf.pages).replace("\n", "").replace(" ", "")
    paper = Document(io.BytesIO(files.open_stored(report.docx).read()))
    assert next(one.style.name for one in paper.paragraphs if one.style.name.startswith("Heading")) == "Heading 1"
    assert paper.core_properties.language == "nl"
    assert len(paper.tables) == 4
    assert paper.tables[0].rows[0]._tr.trPr.xpath("./w:tblHeader"), "a header that is repeated and read out"
    assert 'w:val="nl-BE"' in paper.styles["Normal"].element.xml


def _structure(node: Any) -> Any:
    node = node.get_object()
    if not isinstance(node, dict):
        return None
    children = node.get("/K", [])
    children = children if isinstance(children, list) else [children]
    return [str(node.get("/S", "")), [_structure(child) for child in children]]


def _alternatives(node: Any) -> list[str]:
    node = node.get_object()
    if not isinstance(node, dict):
        return []
    children = node.get("/K", [])
    children = children if isinstance(children, list) else [children]
    own = [str(node["/Alt"])] if "/Alt" in node else []
    return own + [one for child in children for one in _alternatives(child)]


@hypothesis_settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from(list(Tlp)), st.booleans()), max_size=6), st.sampled_from(list(Tlp)))
def test_whatever_is_in_the_room_no_report_holds_more_than_its_tlp(rows: list[tuple[Tlp, bool]], tlp: Tlp) -> None:
    room = rooms.room(tlp=Tlp.CLEAR)
    for level, closed in rows:
        state = {"state": "closed", "verified": True} if closed else {}
        rooms.signal(room, f"word-{level.name}.", tlp=level, **state)
    report = rooms.draft(room, tlp=tlp)
    text = said(report)
    assert all(f"word-{level.name}." not in text for level in Tlp if level > tlp)
    figures = report.content["lanes"][0]["figures"]
    assert figures["open"] == sum(not closed for level, closed in rows if level <= tlp)
    assert figures["confirmed"] == sum(closed for level, closed in rows if level <= tlp)
    assert report.left_out == sum(level > tlp and not closed for level, closed in rows), "what is over is counted only"


# At once --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_approvals_of_one_report_at_once_freeze_it_once() -> None:
    report = sitreps.submit_report(report=rooms.draft(rooms.room()), by=rooms.officer())
    people = [rooms.second(), rooms.actor(cast.coordinator())]
    done = at_once(
        *(
            lambda by=by: freezing.approve_report(report=SituationReport.objects.get(pk=report.pk), by=by)
            for by in people
        )
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "SituationReport"]
    assert JournalEntry.objects.filter(verb="sitrep.frozen").count() == 1


@pytest.mark.django_db(transaction=True)
def test_approvals_of_several_reports_at_once_leave_no_gap_and_no_double_number() -> None:
    room, by = rooms.room(), rooms.second()
    waiting = [sitreps.submit_report(report=rooms.draft(room), by=rooms.officer()) for _ in range(4)]
    done = at_once(*(lambda one=one: freezing.approve_report(report=one, by=by) for one in waiting))
    assert sorted(one.sequence for one in done) == [1, 2, 3, 4]
    states = SituationReport.objects.filter(room=room).order_by("sequence").values_list("state", flat=True)
    assert list(states) == ["superseded"] * 3 + ["frozen"]


@pytest.mark.django_db(transaction=True)
def test_approved_while_edited_is_one_or_the_other() -> None:
    for _ in range(3):
        report = sitreps.submit_report(report=rooms.draft(rooms.room()), by=rooms.officer())
        key, author, by = report.content["bottom_line"][0]["id"], rooms.officer(), rooms.second()
        copy = SituationReport.objects.get(pk=report.pk)
        at_once(
            lambda report=report, by=by: freezing.approve_report(report=report, by=by, edit=1),
            lambda copy=copy, key=key, author=author: sitreps.edit_line(
                report=copy, edit=1, key=key, text="Late words", by=author
            ),
        )
        now = SituationReport.objects.get(pk=report.pk)
        assert (now.state, "Late words" in said(now)) in {("frozen", False), ("draft", True)}
        assert bool(now.digest) == (now.state == "frozen")


def test_the_turn_is_given_back_with_the_transaction() -> None:
    rooms.frozen(rooms.room())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        assert cursor.fetchone() == (0,)
