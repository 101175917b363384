"""Written in four languages, approved by somebody else, gone by time itself; an approved statement never changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.utils import DatabaseError
from django.utils import translation

from paraat.accounts.models import WaitingTask
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Role, Tlp, Viewer
from paraat.platform import moment
from paraat.warroom.actions import press, statements
from paraat.warroom.models import PressCall, Statement, StatementText
from tests import cast
from tests.warroom import rooms
from tests.warroom.rooms import at_once
from tests.warroom.test_rules_statement import FAIR

pytestmark = pytest.mark.django_db


def written(room: Any = None, **more: Any) -> Statement:
    values: dict[str, Any] = {
        "room": room or rooms.room(), "subject": "Voting machines", "text": FAIR, "authority": "FPS Interior",
        "quoted_at": date(2024, 10, 1), "expires_at": moment.now() + timedelta(hours=6), "by": rooms.officer(),
    }  # fmt: skip
    return statements.write_statement(**(values | more))


def approved(room: Any = None, **more: Any) -> Statement:
    submitted = statements.submit_statement(statement=written(room, **more), by=rooms.officer())
    return statements.approve_statement(statement=submitted, by=rooms.second())


def changed(statement: Statement, **more: Any) -> Statement:
    values: dict[str, Any] = {
        "statement": statement, "edit": statement.edit, "subject": statement.subject, "text": FAIR | {"en": "Other words."},
        "authority": statement.authority, "quoted_at": statement.quoted_at, "expires_at": statement.expires_at, "by": rooms.officer(),
    }  # fmt: skip
    return statements.edit_statement(**(values | more))


def test_a_second_person_approves_and_his_words_are_kept() -> None:
    draft = written()
    with pytest.raises(Conflict):
        statements.approve_statement(statement=draft, by=rooms.second())
    statements.submit_statement(statement=draft, by=rooms.officer())
    waiting = WaitingTask.objects.open().filter(key=statements.waiting_key(draft.pk))
    assert waiting.exists()
    for by in (rooms.officer(), rooms.actor(cast.auditor()), rooms.actor(cast.partner_user())):
        with pytest.raises(NotAllowed):
            statements.approve_statement(statement=draft, by=by)
    statements.approve_statement(statement=draft, by=rooms.second())
    assert (draft.state, draft.approved_label, waiting.exists()) == ("approved", "Second duty officer", False)
    assert StatementText.objects.get(statement=draft).text == FAIR


def test_who_changed_it_does_not_approve_it_either() -> None:
    draft = written()
    changed(draft, by=rooms.second())
    statements.submit_statement(statement=draft, by=rooms.officer())
    with pytest.raises(NotAllowed):
        statements.approve_statement(statement=draft, by=rooms.second())


def test_words_changed_after_they_were_read_are_not_approved() -> None:
    draft = statements.submit_statement(statement=written(), by=rooms.officer())
    read = draft.edit
    changed(draft)
    statements.submit_statement(statement=draft, by=rooms.officer())
    with pytest.raises(Conflict):
        statements.approve_statement(statement=draft, by=rooms.second(), edit=read)
    with pytest.raises(Conflict):
        changed(draft, edit=read)


def test_what_nobody_can_promise_is_not_approved_until_it_is_quoted() -> None:
    bold = FAIR | {"en": "The voting machines cannot be hacked."}
    draft = written(text=bold)
    with pytest.raises(Invalid, match="nobody can promise"):
        statements.submit_statement(statement=draft, by=rooms.officer())
    changed(draft, text=FAIR | {"en": "FPS Interior: “The voting machines cannot be hacked.”"})
    statements.submit_statement(statement=draft, by=rooms.officer())
    statements.approve_statement(statement=draft, by=rooms.second())


def test_a_statement_lacks_nothing_when_it_is_submitted() -> None:
    now = moment.now()
    for wrong in (
        {"subject": " "},
        {"text": {}},
        {"authority": ""},
        {"quoted_at": date(2099, 1, 1)},
        {"expires_at": now},
    ):
        with pytest.raises(Invalid):
            written(**wrong)
    with pytest.raises(Invalid, match="four languages"):
        statements.submit_statement(statement=written(text={"en": "Only this."}), by=rooms.officer())


def test_time_itself_takes_it_off_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    statement = approved()
    at = statement.expires_at
    assert Statement.objects.standing(at - timedelta(seconds=1)).get() == statement
    assert not Statement.objects.standing(at).exists()
    assert statement.stands(at - timedelta(seconds=1))
    assert not statement.stands(at)
    monkeypatch.setattr(moment, "now", lambda: at)
    with pytest.raises(Conflict, match="may not be said"):
        press.log_call(
            room=statement.room, medium="Radio", asked="Is it safe?", by=rooms.officer(), statement=statement
        )


def test_what_was_said_today_may_be_quoted_between_midnight_and_two(monkeypatch: pytest.MonkeyPatch) -> None:
    place = rooms.room()
    monkeypatch.setattr(moment, "now", lambda: datetime(2024, 10, 13, 22, 30, tzinfo=UTC))  # half past midnight here
    assert written(place, quoted_at=date(2024, 10, 14)).quoted_at == date(2024, 10, 14)
    with pytest.raises(Invalid, match="future"):
        written(place, quoted_at=date(2024, 10, 15))


def test_changing_what_is_approved_makes_a_draft_that_replaces_it_when_it_is_approved() -> None:
    first = approved()
    draft = changed(first)
    assert (draft.pk != first.pk, draft.state, draft.replaces_id) == (True, "draft", first.pk)
    first.refresh_from_db()
    assert first.text == FAIR
    assert first.stands(moment.now()), "until the new words are approved"
    statements.submit_statement(statement=draft, by=rooms.officer())
    statements.approve_statement(statement=draft, by=rooms.second())
    first.refresh_from_db()
    assert (first.state, draft.text["en"]) == ("withdrawn", "Other words.")


def test_it_is_withdrawn_with_a_reason_once() -> None:
    statement = approved()
    with pytest.raises(Invalid):
        statements.withdraw_statement(statement=statement, by=rooms.officer(), because=" ")
    statements.withdraw_statement(statement=statement, by=rooms.officer(), because="The authority corrected itself")
    assert not Statement.objects.standing(moment.now()).exists()
    with pytest.raises(Conflict):
        statements.withdraw_statement(statement=statement, by=rooms.officer(), because="again")


@pytest.mark.parametrize("change", [
    {"text": {"en": "x"}}, {"authority": "x"}, {"expires_at": datetime(2099, 1, 1, tzinfo=UTC)}, {"tlp": Tlp.CLEAR}, {"state": "draft"},
    {"subject": "x"}, {"quoted_at": date(2020, 1, 1)},
])  # fmt: skip
def test_the_database_refuses_to_change_an_approved_statement(change: dict[str, Any]) -> None:
    statement = approved()
    with pytest.raises(DatabaseError, match="does not change"):
        Statement.objects.filter(pk=statement.pk).update(**change)


def test_the_database_keeps_the_approved_words() -> None:
    statement = approved()
    with pytest.raises(DatabaseError):
        StatementText.objects.filter(statement=statement).update(text={})


def test_a_draft_is_the_teams() -> None:
    room = rooms.room()
    rooms.participant(room, cast.partner(), ceiling=Tlp.AMBER)
    draft, standing = written(room), approved(room)
    partner = Viewer(roles=frozenset({Role.PARTNER}), own=frozenset({cast.partner().pk}))
    assert list(Statement.objects.readable_by(partner)) == [standing]
    assert set(Statement.objects.readable_by(cast.team_viewer())) == {draft, standing}


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_keep_the_words_once() -> None:
    submitted = statements.submit_statement(statement=written(), by=rooms.officer())
    people = [rooms.second(), rooms.actor(cast.coordinator())]
    done = at_once(
        *(
            lambda by=by: statements.approve_statement(statement=Statement.objects.get(pk=submitted.pk), by=by)
            for by in people
        )
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Statement"]
    assert StatementText.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_approved_while_edited_keeps_what_was_read() -> None:
    submitted = statements.submit_statement(statement=written(), by=rooms.officer())
    author, second, copy = rooms.officer(), rooms.second(), Statement.objects.get(pk=submitted.pk)
    at_once(
        lambda: statements.approve_statement(statement=submitted, by=second, edit=1),
        lambda: changed(copy, by=author, edit=1),
    )
    now = Statement.objects.get(pk=submitted.pk)
    if now.state == "approved":
        assert now.text == FAIR == now.approved_text.text
    else:
        assert (now.state, now.text["en"]) == ("draft", "Other words.")
        assert not StatementText.objects.exists()


# The press ------------------------------------------------------------------------------------------------------------------------


def test_the_press_is_told_a_line_that_stands_or_what_was_said_is_written_down() -> None:
    statement = approved()
    room = statement.room
    call = press.log_call(room=room, medium="Radio (fictitious)", asked="Are they connected?", by=rooms.officer())
    assert (call.told_at, call.tlp) == (None, room.tlp)
    with pytest.raises(Invalid):
        press.answer_call(call=call, by=rooms.officer())
    press.answer_call(call=call, by=rooms.second(), statement=statement)
    assert call.statement == statement
    with pytest.raises(Conflict, match="answered already"):
        press.answer_call(call=call, by=rooms.officer(), told="something else")
    said = press.log_call(room=room, medium="Paper", asked="Who?", by=rooms.officer(), told="No comment")
    assert (said.told, said.statement) == ("No comment", None)


@pytest.mark.parametrize("kind", ["draft", "elsewhere", "withdrawn"])
def test_a_line_that_may_not_be_said_is_not_told(kind: str) -> None:
    room = rooms.room()
    statement = {"draft": lambda: written(room), "elsewhere": approved, "withdrawn": lambda: approved(room)}[kind]()
    if kind == "withdrawn":
        statements.withdraw_statement(statement=statement, by=rooms.officer(), because="wrong")
    with pytest.raises(Conflict):
        press.log_call(room=room, medium="Radio", asked="?", by=rooms.officer(), statement=statement)
    assert not PressCall.objects.exists(), "both or none"


def test_no_shipped_text_promises_what_nobody_can() -> None:
    """Catalogues, pages, data files and documentation: nothing of ours says that something cannot be hacked."""
    from paraat.warroom.rules.statement import absolute_claims
    from tests.house import house

    wrong = []
    for path in [
        *house.templates(),
        *house.SOURCE.rglob("*.json"),
        *house.SOURCE.rglob("*.po"),
        *house.ROOT.glob("docs/*.md"),
    ]:
        if "statements.md" in path.name:
            continue  # quotes what is refused
        found = absolute_claims({"en": path.read_text(encoding="utf-8")})
        wrong += [f"{path.name}: {claim.sentence[:80]}" for claim in found if "hack" in claim.sentence.lower()]
    assert not wrong
    with translation.override("en"):
        assert absolute_claims({"en": "It cannot be hacked"})
