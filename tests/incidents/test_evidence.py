"""Evidence: kept once, checked, handed over and destroyed, with a chain of custody that the database keeps."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from paraat.accounts.models import WaitingTask
from paraat.incidents import checking
from paraat.incidents.actions import evidence as actions
from paraat.incidents.models import Content, Custody, Evidence
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import files, moment, vault
from paraat.platform.models import JournalEntry
from tests.incidents import holding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    monkeypatch.setenv("PARAAT_FIELD_KEY", "k" * 40)


def deeds(piece: Evidence) -> list[str]:
    return list(piece.custody.values_list("deed", flat=True))


def stored() -> int:
    return len(list((files.root() / "vault").glob("*/*")))


def test_it_is_kept_with_its_digest_and_its_first_link() -> None:
    piece = holding.piece(source="server FS01")
    piece.refresh_from_db()
    assert piece.number.startswith("E20")
    assert piece.sha256 == hashlib.sha256(holding.NOTE).hexdigest()
    assert piece.size == len(holding.NOTE)
    assert piece.tlp == Tlp.AMBER_STRICT
    link = piece.custody.get()
    assert (link.deed, link.why, link.by) == ("received", "server FS01", "Duty officer")
    assert b"".join(vault.read(piece.content.kept)) == holding.NOTE
    assert JournalEntry.objects.filter(verb="evidence.received", object_id=str(piece.pk)).exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\temp\\passwd", "a\nb/passwd", "/passwd"])
def test_a_name_is_no_path(name: str) -> None:
    assert actions.tidy_name(name) == "passwd"


def test_an_ending_that_is_not_accepted_is_refused_before_anything_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_EVIDENCE_ENDINGS", ".pcap,.eml")
    with pytest.raises(Invalid, match="ending"):
        holding.piece()
    assert stored() == 0


def test_what_is_too_large_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_EVIDENCE_LIMIT", "2000")
    with pytest.raises(files.TooLarge):
        holding.piece()
    assert stored() == 0
    assert not Evidence.objects.exists()


def test_the_same_content_is_kept_once(django_capture_on_commit_callbacks: object) -> None:
    first = holding.piece()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        second = holding.piece()
    assert first.content == second.content
    assert stored() == 1
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.destroy_evidence(evidence=first, confirmation=first.number, why="Of no use", by=holding.officer())
    assert b"".join(vault.read(Content.objects.get().kept)) == holding.NOTE, "the other one still has it"
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.destroy_evidence(evidence=second, confirmation=second.number, why="Of no use", by=holding.officer())
    assert stored() == 0
    assert Content.objects.get().key == ""
    with pytest.raises(Conflict):
        actions.take_out(evidence=second, by=holding.officer(), why="once more")


def test_destroying_asks_twice_and_why_and_happens_once() -> None:
    piece = holding.piece()
    for confirmation, why in (("yes", "because"), (piece.number, " ")):
        with pytest.raises(Invalid):
            actions.destroy_evidence(evidence=piece, confirmation=confirmation, why=why, by=holding.officer())
    actions.destroy_evidence(
        evidence=piece, confirmation=piece.number.lower(), why="Asked by victim", by=holding.officer()
    )
    with pytest.raises(Conflict):
        actions.destroy_evidence(evidence=piece, confirmation=piece.number, why="Again", by=holding.officer())
    assert deeds(piece) == ["received", "destroyed"]


def test_the_database_refuses_to_change_the_chain() -> None:
    piece = holding.piece()
    for sql in ("UPDATE incidents_custody SET by = 'x'", "DELETE FROM incidents_custody"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert deeds(piece) == ["received"]


def test_looking_twice_within_the_hour_is_one_link() -> None:
    piece = holding.piece()
    actions.look_up(evidence=piece, by=holding.officer())
    actions.look_up(evidence=piece, by=holding.officer())
    assert deeds(piece) == ["received", "viewed"]


def test_taking_it_out_and_handing_it_over_want_a_reason() -> None:
    piece = holding.piece()
    with pytest.raises(Invalid):
        actions.take_out(evidence=piece, by=holding.officer(), why="")
    actions.take_out(evidence=piece, by=holding.officer(), why="Analysis")
    with pytest.raises(Invalid):
        actions.hand_over(evidence=piece, to="", why="Complaint", by=holding.officer())
    actions.hand_over(evidence=piece, to="Federal police", why="Complaint", by=holding.officer())
    last = Custody.objects.filter(evidence=piece).last()
    assert last is not None
    assert (last.deed, last.to, last.sha256) == ("handed_over", "Federal police", piece.sha256)
    assert deeds(piece) == ["received", "downloaded", "handed_over"]


def test_damage_is_found_waits_for_a_person_and_is_mended_by_the_same_content(
    django_capture_on_commit_callbacks: object,
) -> None:
    piece = holding.piece()
    holding.spoil(piece.content)
    assert checking.verify(piece.content, by=holding.officer()) == "damaged"
    checking.verify(piece.content, by=holding.officer())
    piece.refresh_from_db()
    assert piece.state == "damaged"
    assert deeds(piece) == ["received", "failed"], "the same damage is one link"
    waiting = WaitingTask.objects.open().get(kind="evidence")
    assert str(piece.pk) in waiting.url
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        again = holding.piece()
    piece.refresh_from_db()
    assert piece.state == again.state == "whole"
    assert stored() == 1
    assert b"".join(vault.read(Content.objects.get().kept)) == holding.NOTE
    assert not WaitingTask.objects.open().filter(kind="evidence").exists()


def test_what_is_missing_is_found() -> None:
    piece = holding.piece()
    vault.forget(piece.content.kept)
    assert checking.verify(piece.content, by=holding.officer()) == "missing"


def test_the_schedule_takes_the_oldest_checks_and_only_those_that_are_due() -> None:
    old, fresh = holding.piece(), holding.piece(content=b"other")
    Content.objects.filter(pk=old.content.pk).update(verified_at=moment.now() - timedelta(days=31))
    assert checking.verify_due() == {"whole": 1}
    assert deeds(old) == ["received", "verified"]
    assert deeds(fresh) == ["received"]
    assert checking.verify_due() == {}


def test_one_that_cannot_be_read_now_does_not_keep_the_others_waiting() -> None:
    first, second = holding.piece(), holding.piece(content=b"other")
    long_ago = moment.now() - timedelta(days=40)
    Content.objects.update(verified_at=long_ago)
    Content.objects.filter(pk=first.content.pk).update(verified_at=long_ago - timedelta(days=1), key="lost")
    assert checking.verify_due() == {"whole": 1}
    assert deeds(second) == ["received", "verified"] and deeds(first) == ["received"]


def test_a_file_without_a_row_is_swept_and_one_with_a_row_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    piece = holding.piece()
    vault.keep([b"killed before its row was written"], limit=1 << 20)
    assert checking.sweep() == 0, "it may be about to get its row"
    monkeypatch.setattr(checking, "ORPHANED", timedelta(hours=-1))
    assert checking.sweep() == 1
    vault.check(piece.content.kept)


def test_a_new_field_key_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    piece = holding.piece()
    monkeypatch.setenv("PARAAT_FIELD_KEY", "n" * 40 + "," + "k" * 40)
    assert actions.rewrap_contents(by=holding.officer()) == 1
    monkeypatch.setenv("PARAAT_FIELD_KEY", "n" * 40)
    piece.content.refresh_from_db()
    vault.check(piece.content.kept)


def test_evidence_moves_with_a_case() -> None:
    piece, other = holding.piece(), holding.case(title="Another")
    actions.move_evidence(evidence=piece, to=other, by=holding.officer(), why="merged")
    assert deeds(piece) == ["received", "moved"]
    assert other.evidence.get() == piece


def test_a_backup_holds_what_lies_in_the_vault() -> None:
    holding.piece()
    assert [path for path in files.root().rglob("*") if path.is_file()], "backup takes everything below files.root()"
    assert (files.root() / "vault").is_relative_to(files.root())
