"""Several people write the same note: joined by line where they can be, both kept where they cannot."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from paraat.accounts.models import Membership
from paraat.incidents.actions import notes as actions
from paraat.incidents.models import Note, NoteVersion
from paraat.kernel.errors import Invalid, NotFound
from paraat.kernel.marking import Role, Tlp
from tests import cast
from tests.incidents import working
from tests.web.pages import client_of, officer, page, said

BY = working.actor
BEGIN = "Server A: down\nServer B: down\nServer C: down"


def note(text: str = BEGIN, **more: Any) -> Note:
    return actions.write_note(
        case=working.case(), title="Servers", text=text, by=BY(), author=cast.duty_officer(), **more
    )


def second() -> dict[str, Any]:
    user = cast.second_officer()
    return {"by": BY(user), "author": user}


@pytest.mark.django_db
def test_two_people_at_two_places_become_one_text() -> None:
    row = note()
    actions.save_note(note=row, base=1, text=BEGIN.replace("A: down", "A: up"), by=BY())
    saved = actions.save_note(note=row, base=1, text=BEGIN.replace("C: down", "C: wiped"), **second())
    assert saved.merged and not saved.conflict
    assert saved.text == "Server A: up\nServer B: down\nServer C: wiped"
    assert actions.head_of(row).number == 3


@pytest.mark.django_db
def test_the_same_line_keeps_both_until_a_person_joins_them() -> None:
    row = note()
    mine = actions.save_note(note=row, base=1, text=BEGIN.replace("A: down", "A: up"), by=BY())
    theirs = actions.save_note(note=row, base=1, text=BEGIN.replace("A: down", "A: burnt"), **second())
    assert theirs.conflict and actions.head_of(row).number == mine.number
    assert "burnt" in NoteVersion.objects.get(pk=theirs.pk).text
    joined = actions.join_versions(
        note=row, conflict=theirs, base=mine.number, text=BEGIN.replace("A: down", "A: up, smells burnt"), by=BY()
    )
    theirs.refresh_from_db()
    assert theirs.joined_in == joined.number and theirs.conflict and actions.head_of(row) == joined


@pytest.mark.django_db
def test_a_note_can_be_written_on_while_a_conflict_waits() -> None:
    row = note()
    mine = actions.save_note(note=row, base=1, text="A", by=BY())
    theirs = actions.save_note(note=row, base=1, text="B", **second())
    more = actions.save_note(note=row, base=mine.number, text="A\nmore", by=BY())
    assert not more.conflict
    again = actions.join_versions(note=row, conflict=theirs, base=mine.number, text="A and B", by=BY())
    assert again.conflict, "somebody wrote meanwhile, at the same place: still nothing is lost"
    theirs.refresh_from_db()
    assert theirs.joined_in is None


@pytest.mark.django_db
def test_saving_what_stands_there_makes_no_version() -> None:
    row = note()
    assert actions.save_note(note=row, base=1, text=BEGIN.replace("\n", "\r\n"), by=BY()).number == 1
    assert row.versions.count() == 1


@pytest.mark.django_db
def test_a_version_that_never_was_is_no_base() -> None:
    with pytest.raises(NotFound):
        actions.save_note(note=note(), base=9, text="x", by=BY())
    with pytest.raises(Invalid):
        note("x" * (actions.LONGEST + 1))


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_lose_nothing() -> None:
    lines = [f"line {n}" for n in range(12)]
    row = note("\n\n".join(lines))

    def write(n: int) -> None:
        try:
            text = "\n\n".join(f"{line} by {n}" if place == n * 2 else line for place, line in enumerate(lines))
            actions.save_note(note=row, base=1, text=text, by=BY())
        finally:
            connection.close()

    cast.duty_officer()
    writers = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    texts = "\n".join(row.versions.values_list("text", flat=True))
    assert all(f"by {n}" in texts for n in range(6))
    assert all(f"by {n}" in actions.head_of(row).text for n in range(6)), "they wrote at different places"
    assert sorted(row.versions.values_list("number", flat=True)) == list(range(1, 8))


# On screen ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_shows_a_conflict_side_by_side_and_joins_it() -> None:
    row = note()
    url = f"/cases/{row.case_id}/notes/{row.pk}/"
    mine, other = officer(), client_of(cast.second_officer())
    assert "Saved." in said(mine, url, {"text": BEGIN.replace("A: down", "A: up"), "base": 1})
    text = said(other, url, {"text": BEGIN.replace("A: down", "A: burnt"), "base": 1})
    assert "Both texts are kept" in text and "A: up" in text and "A: burnt" in text
    assert "two texts to join" in page(mine, f"/cases/{row.case_id}/")
    form = page(mine, f"{url}3/join/")
    assert "A: burnt" in form and "A: up" in form
    text = said(mine, f"{url}3/join/", {"text": "Server A: up, smells burnt", "base": 2})
    assert "smells burnt" in text and "joined in 4" in text and "Join them" not in text
    assert "A: burnt" in page(mine, f"{url}3/")


@pytest.mark.django_db
def test_who_may_not_see_the_case_finds_no_note() -> None:
    row = note()
    stranger = client_of(cast.spoc_user(cast.eupen()))
    page(stranger, f"/cases/{row.case_id}/notes/{row.pk}/", 404)
    assert stranger.post(f"/cases/{row.case_id}/notes/{row.pk}/", {"text": "x", "base": 1}).status_code == 404
    assert "Servers" in page(client_of(cast.spoc_user(cast.ronse())), f"/cases/{row.case_id}/notes/{row.pk}/")
    assert (
        client_of(cast.auditor()).post(f"/cases/{row.case_id}/notes/{row.pk}/", {"text": "x", "base": 1}).status_code
        == 403
    )
    assert row.versions.count() == 1, "an auditor changes nothing"


@pytest.mark.django_db
def test_who_reads_along_does_not_write_whatever_else_he_may_be() -> None:
    case = working.case(tlp=Tlp.GREEN)
    row = actions.write_note(case=case, title="Servers", text=BEGIN, by=BY(), author=cast.duty_officer(), tlp=Tlp.GREEN)
    both = cast.partner_user()
    Membership.objects.create(user=both, role=Role.SPOC, organisation=cast.eupen())
    for user in (cast.provider_user(), both):
        client = client_of(user)
        assert "Server A" in page(client, f"/cases/{case.pk}/notes/{row.pk}/")
        assert client.post(f"/cases/{case.pk}/notes/{row.pk}/", {"text": "mine", "base": 1}).status_code == 403
        new = {"title": "T", "text": "mine", "tlp": 1}
        assert client.post(f"/cases/{case.pk}/notes/new/", new).status_code == 403
        assert f"/cases/{case.pk}/notes/new/" not in page(client, f"/cases/{case.pk}/")
    assert NoteVersion.objects.count() == 1
    victim = client_of(cast.spoc_user(cast.ronse()))
    said(victim, f"/cases/{case.pk}/notes/{row.pk}/", {"text": f"{BEGIN}\nours", "base": 1})
    assert NoteVersion.objects.count() == 2
