"""Researchers' reports: saved first, found again by a code, timed by the law, attributed, passed on and answered."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from paraat.accounts.models import WaitingTask
from paraat.alerts.models import Delivery
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import crypto, keys, moment
from paraat.platform.models import JournalEntry
from paraat.readiness.actions import disclosures
from paraat.readiness.models import Disclosure, Finding
from paraat.readiness.views import researchers
from tests import cast
from tests.readiness import tested
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db

CODE = re.compile(r'<strong class="mono">([A-Z0-9]{5}(?:-[A-Z0-9]{5}){3})</strong>')


def reported(client: Client | None = None, **more: str) -> str:
    """Send the form; gives the code."""
    answer = (client or Client()).post(
        "/disclosure/?language=en", {"text": "The search answers with scripts", "form_id": "a1"} | more, follow=True
    )
    assert answer.status_code == 200, answer.content[:2000]
    found = CODE.search(body(answer))
    assert found, body(answer)[:3000]
    return found[1]


def test_it_is_saved_without_a_name_and_found_again_by_its_code() -> None:
    code = reported()
    row = Disclosure.objects.get()
    assert (row.researcher, row.address, row.state, row.tlp) == ("", "", "new", 4)
    assert code.replace("-", "") not in row.code and row.code == disclosures.digest_of(code)
    client = Client()
    answer = client.post("/disclosure/code/?language=en", {"code": code.lower().replace("-", " ")}, follow=True)
    text = body(answer)
    assert "We have it and are reading it." in text and "The search answers with scripts" in text
    assert not client.cookies.get("sessionid")
    assert WaitingTask.objects.get(key=f"disclosure:{row.pk}").urgent


def test_the_code_is_shown_for_an_hour_only() -> None:
    reported()
    row = Disclosure.objects.get()
    late = crypto.sign_link(researchers.RECEIPT, row.pk, moment.now() - timedelta(seconds=1))
    assert Client().get(f"/disclosure/receipt/{late}/").status_code == 404
    other = crypto.sign_link(researchers.CASE, row.pk, moment.now() + timedelta(hours=1))
    assert Client().get(f"/disclosure/receipt/{other}/").status_code == 404  # one key does not open the other door


def test_a_code_outlives_a_new_key(monkeypatch: pytest.MonkeyPatch) -> None:
    code = reported()
    row, ring = Disclosure.objects.get(), keys.link_keys()
    monkeypatch.setattr(keys, "link_keys", lambda: ("a new one", *ring))
    assert disclosures.code_again(row) == code
    monkeypatch.setattr(keys, "link_keys", lambda: ("a new one",))
    assert disclosures.code_again(row) == ""


def test_the_same_form_twice_is_one_report_other_words_are_another() -> None:
    assert reported() == reported()
    assert Disclosure.objects.count() == 1
    assert reported(text="Something else") != reported()
    assert Disclosure.objects.count() == 2


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_it_speaks_four_languages(language: str) -> None:
    text = body(Client().get(f"/disclosure/?language={language}"))
    assert f'<html lang="{language}"' in text
    Client().post(f"/disclosure/?language={language}", {"text": "x", "form_id": language})
    assert Disclosure.objects.get().language == language


def test_only_missing_words_stop_it() -> None:
    assert Client().post("/disclosure/", {"text": " "}).status_code == 400
    reported(found_at="yesterday-ish", target="x" * 500, address="not an address")
    row = Disclosure.objects.get()
    assert row.found_at is None and row.full_due_at is None and len(row.target) <= 300


def test_a_robot_is_asked_and_loses_nothing() -> None:
    answer = Client().post("/disclosure/?language=en", {"text": "Real words", "website": "x"})
    assert answer.status_code == 400 and "Real words" in body(answer) and not Disclosure.objects.exists()
    reported(website="x", person="1")


def test_too_many_are_not_saved_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(researchers, "HARD", 1)
    reported()
    answer = Client().post("/disclosure/?language=en", {"text": "Second"})
    assert answer.status_code == 429 and "This was not saved" in body(answer) and "Second" in body(answer)
    assert Disclosure.objects.count() == 1


def test_codes_cannot_be_tried_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(researchers, "CODES", 2)
    client = Client()
    assert [client.post("/disclosure/code/", {"code": "AAAAA-AAAAA-AAAAA-AAAAA"}).status_code for _ in range(3)] == [
        404,
        404,
        429,
    ]


def test_the_clocks_of_the_law_run_from_the_discovery_and_are_shown_to_both() -> None:
    now = moment.now()
    row = disclosures.take_disclosure(text="x", found_at=now - timedelta(hours=30))
    assert row.simple_due_at == row.found_at + timedelta(hours=24) and row.full_due_at == row.found_at + timedelta(
        hours=72
    )
    assert [one["standing"] for one in researchers.clocks_of(row, now)] == ["late", "waiting"]
    assert [one["standing"] for one in researchers.clocks_of(row, now + timedelta(hours=50))] == ["late", "overdue"]
    disclosures.add_words(disclosure=row, text="How I found it", full=True)
    row.refresh_from_db()
    assert [one["standing"] for one in researchers.clocks_of(row, now + timedelta(hours=50))] == ["late", "in_time"]
    token = crypto.sign_link(researchers.CASE, row.pk, now + timedelta(hours=1))
    for text in (page(Client(), f"/disclosure/case/{token}/?language=en"), page(officer(), f"/disclosures/{row.pk}/")):
        assert "came late" in text and "came in time" in text and "article 23" in text
    early = disclosures.take_disclosure(text="y", found_at=now + timedelta(days=1))
    assert early.found_at <= moment.now()  # a clock that is wrong


def test_attributed_passed_on_answered_and_closed() -> None:
    code = reported()
    row = Disclosure.objects.get()
    at, ronse = f"/disclosures/{row.pk}/", cast.ronse()
    spoc, eupen = client_of(cast.spoc_user(ronse)), client_of(cast.spoc_user(cast.eupen()))
    assert "Next: say whose system it is" in page(officer(), at)
    said(officer(), f"{at}do/attribute/", {"organisation": ronse.nis})
    page(spoc, at, 404)
    assert not JournalEntry.objects.filter(chain=ronse.pk, object_type="disclosure").exists()
    said(officer(), f"{at}do/pass-on/", {})
    told = Delivery.objects.filter(key__startswith=f"disclosure:{row.pk}")
    assert told.count() == 3 and all("scripts" not in f"{one.subject}{one.body}" for one in told)
    assert "The search answers" in page(spoc, at)
    page(eupen, at, 404)
    assert row.number not in page(eupen, "/disclosures/")
    assert spoc.post(f"{at}do/answer/", {"text": "x"}).status_code == 403
    said(officer(), f"{at}do/answer/", {"text": "Thank you, it is being mended"})
    case = Client().post("/disclosure/code/?language=en", {"code": code}, follow=True)
    assert "Thank you, it is being mended" in body(case) and "Duty officer" not in body(case)
    path = case.redirect_chain[-1][0]
    more = Client().post(path, {"text": "There is another door"}, follow=True)
    assert "There is another door" in body(more) and "There is another door" in page(officer(), at)
    assert WaitingTask.objects.open().filter(key=f"disclosure:{row.pk}").exists()
    said(officer(), f"{at}do/close/", {"because": "It is mended"})
    assert (
        "It is mended" in page(Client(), path)
        and not WaitingTask.objects.open().filter(key=f"disclosure:{row.pk}").exists()
    )
    assert Client().post(path, {"text": "Late"}).status_code == 400


def test_it_becomes_a_finding_of_the_owner() -> None:
    row = disclosures.take_disclosure(text="It answers with scripts", target="www.ronse.be")
    disclosures.attribute_disclosure(disclosure=row, organisation=cast.ronse(), by=tested.officer())
    form = {"title": "Scripts", "target": "www.ronse.be", "what": "w", "reproduction": "r", "vector": tested.VECTOR}
    text = said(officer(), f"/disclosures/{row.pk}/finding/", form)
    assert "Scripts" in text
    finding = Finding.objects.get()
    page(client_of(cast.second_officer()), f"/findings/{finding.pk}/", 404)  # a draft is its author's
    said(officer(), f"/findings/{finding.pk}/do/disclose/", {})
    assert "Scripts" in page(client_of(cast.second_officer()), f"/findings/{finding.pk}/")  # the team knew it already


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(Invalid):
        disclosures.take_disclosure(text=" ")
    row = disclosures.take_disclosure(text="x")
    with pytest.raises(Invalid):
        disclosures.pass_on(disclosure=row, by=tested.officer())
    with pytest.raises(Invalid):
        disclosures.end_disclosure(disclosure=row, because="", by=tested.officer())
    disclosures.end_disclosure(disclosure=row, because="Not ours", refuse=True, by=tested.officer())
    with pytest.raises(Conflict):
        disclosures.attribute_disclosure(disclosure=row, organisation=cast.ronse(), by=tested.officer())
    with pytest.raises(Conflict):
        disclosures.answer_researcher(disclosure=row, text="x", by=tested.officer())


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (cast.duty_officer, 200), (cast.auditor, 404), (cast.observer, 403), (cast.partner_user, 403), (cast.provider_user, 403),
        (cast.administrator, 403), (cast.tester, 403), (cast.assessor, 403), (lambda: cast.spoc_user(cast.ronse()), 404),
    ],
)  # fmt: skip
def test_before_it_is_passed_on_it_is_the_teams_alone(who: object, status: int) -> None:
    row = disclosures.take_disclosure(text="x")
    disclosures.attribute_disclosure(disclosure=row, organisation=cast.ronse(), by=tested.officer())
    client = client_of(who())  # type: ignore[operator]
    assert client.get(f"/disclosures/{row.pk}/").status_code == status
    if status == 200:
        assert len(body(client.get("/disclosures/?format=csv")).splitlines()) == 2


def test_a_moment_that_no_calendar_holds_breaks_no_page_of_the_team() -> None:
    for said_at in ("0001-01-01T00:00", "0044-03-15T12:00", "9999-12-31T23:59"):
        reported(found_at=said_at, form_id=said_at)
    assert (
        Client().post("/disclosure/?language=en", {"text": "Older", "found_at": "1969-12-31T23:00"}).status_code == 302
    )
    assert "V20" in page(officer(), "/disclosures/")
    assert all(row.found_at is None or row.found_at.year > 1980 for row in Disclosure.objects.all())
