"""The emergency page: saved before verified, one report per form, open to all, and it tells nothing of what is on file."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import pytest
from django.test import Client

from paraat.accounts.models import WaitingTask
from paraat.incidents import authorities
from paraat.incidents.models import Report
from paraat.incidents.views import emergency
from paraat.platform import crypto, moment
from tests import cast
from tests.web.pages import body, client_of, page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _phone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_TEAM_PHONE", "+44 7700 900000")


def filled(**more: str) -> dict[str, str]:
    return {
        "organisation_text": "Ronse", "reporter": "Head of ICT", "reachable_at": "+44 7700 900111", "kind": "ransomware",
        "text": "All files end in .play", "services": "mail\ncounters", "form_id": uuid4().hex,
    } | more  # fmt: skip


def strict() -> Client:
    """A browser that keeps no cookie and against which CSRF is enforced."""
    return Client(enforce_csrf_checks=True)


def test_who_has_no_account_and_no_cookie_reports_and_reads_what_to_do_now() -> None:
    assert "Send the report" in page(strict(), "/emergency/?language=en")
    answer = strict().post("/emergency/?language=en", filled())
    assert answer.status_code == 302
    report = Report.objects.get()
    assert (report.through, report.verification, report.organisation, report.kind) == (
        "emergency",
        "none",
        None,
        "ransomware",
    )
    assert report.services == ["mail", "counters"] and report.language == "en"
    text = page(Client(), answer["Location"])
    assert report.code in text and "Pull the network cable" in text and "+44 7700 900000" in text and "CERT.be" in text
    assert "contact that your organisation has given us" in text
    assert WaitingTask.objects.get().urgent


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_it_speaks_four_languages(language: str) -> None:
    text = page(Client(), f"/emergency/?language={language}")
    assert f'<html lang="{language}"' in text
    answer = Client().post(f"/emergency/?language={language}", filled())
    assert f"language={language}" in answer["Location"]
    assert Report.objects.get().language == language


def test_a_second_click_is_the_same_report_and_shows_the_same_code() -> None:
    form, client = filled(), Client()
    first, second = client.post("/emergency/", form), client.post("/emergency/", form)
    report = Report.objects.get()
    assert report.code in page(client, first["Location"]) and report.code in page(client, second["Location"])
    client.post("/emergency/", form | {"text": "And now the backups too"})
    assert Report.objects.count() == 2


def test_only_missing_words_stop_a_report() -> None:
    wrong = filled(happened_at="yesterday evening", kind="no such kind", reporter="x" * 900, reachable_at="y" * 900)
    assert Client().post("/emergency/", wrong).status_code == 302
    report = Report.objects.get()
    assert report.happened_at is None and report.kind == "" and len(report.reporter) == 200
    answer = Client().post("/emergency/", filled(text=""))
    assert answer.status_code == 400 and "Head of ICT" in body(answer)


def test_who_fills_in_the_hidden_field_is_asked_and_not_refused() -> None:
    form = filled(website="https://spam.example")
    answer = Client().post("/emergency/?language=en", form)
    assert answer.status_code == 400 and "I am a person" in body(answer) and not Report.objects.exists()
    assert Client().post("/emergency/", form | {"person": "1"}).status_code == 302
    assert Report.objects.count() == 1


@pytest.fixture
def within_an_hour() -> None:
    """Windows are hours of the clock: a test that counts does not begin in the last seconds of one."""
    left = 3600 - moment.now().timestamp() % 3600
    if left < 30:
        time.sleep(left + 1)


@pytest.mark.usefixtures("within_an_hour")
def test_who_sends_many_is_still_saved_and_told_to_telephone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emergency, "SOFT", 2)
    monkeypatch.setattr(emergency, "HARD", 4)
    for number in range(4):
        answer = Client().post("/emergency/?language=en", filled(text=f"{number}"))
        assert ("Rather call +44 7700 900000" in page(Client(), answer["Location"])) is (number >= 2)
    answer = Client().post("/emergency/?language=en", filled(text="the fifth"))
    assert answer.status_code == 429 and Report.objects.count() == 4
    assert "This was not saved" in body(answer) and "+44 7700 900000" in body(answer) and "the fifth" in body(answer)
    other = Client(REMOTE_ADDR="192.0.2.7").post("/emergency/", filled(text="somebody else"))
    assert other.status_code == 302 and Report.objects.count() == 5


@pytest.mark.usefixtures("within_an_hour")
def test_the_whole_world_together_cannot_fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emergency, "EVERYBODY", 3)
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{n}").post("/emergency/", filled(text=f"{n}")).status_code for n in range(5)
    ]
    assert answers == [302, 302, 302, 429, 429]


def test_it_tells_nothing_of_the_register() -> None:
    """A name on file and one that is not give the same pages but for the code, whoever looks."""
    cast.ronse()
    texts = []
    for name in ("Ronse", "45041", "spoc@ronse.example", "Nowhere at all"):
        client = Client(REMOTE_ADDR=f"192.0.2.{len(texts)}")
        answer = client.post("/emergency/?language=en", filled(organisation_text=name))
        report = Report.objects.latest("received_at")
        assert report.organisation is None and report.contact is None
        text = page(client, answer["Location"])
        texts.append(
            re.sub(
                r'name="csrfmiddlewaretoken" value="[^"]*"',
                "",
                text.replace(report.code, "CODE").replace(answer["Location"].split("?")[0], ""),
            )
        )
        assert name == "Nowhere at all" or name not in text
    assert len(set(texts)) == 1
    assert "spoc@ronse.example" not in texts[0] and "+447700900" not in texts[0]


def test_an_answer_is_behind_its_own_link_only() -> None:
    report_link = Client().post("/emergency/", filled())["Location"].split("?")[0]
    assert Client().get("/emergency/nonsense/").status_code == 404
    other = crypto.sign_link("notice", Report.objects.get().pk, moment.now() + emergency.ANSWER_VALID)
    assert Client().get(f"/emergency/{other}/").status_code == 404
    text = page(Client(), report_link)
    assert "All files end in .play" not in text and "Head of ICT" not in text


def test_who_is_signed_in_reports_as_nobody_there() -> None:
    client_of(cast.duty_officer()).post("/emergency/", filled())
    report = Report.objects.get()
    assert report.user is None and report.verification == "none"


def test_the_team_sees_a_proposal_for_the_name_that_was_written() -> None:
    ronse = cast.ronse()
    Client().post("/emergency/", filled(organisation_text="Stad Ronse, dienst ICT"))
    assert Report.objects.get().organisation is None
    from paraat.incidents.proposing import owner_of_address, proposals

    assert proposals("stad ronse") == [ronse] and proposals("") == [] and proposals("de gemeente") == []
    assert owner_of_address("spoc@ronse.example") == ronse == owner_of_address("clerk@mail.ronse.be")
    assert owner_of_address("x@example.com") is None and owner_of_address("nonsense") is None


def test_authorities_are_data_with_a_source_and_the_right_one_is_named() -> None:
    assert all(
        one.source.startswith("https://") and set(one.name) == set(one.what) == {"nl", "fr", "de", "en"}
        for one in authorities.load()
    )
    keys = {
        (region, kind): [one.key for one in authorities.load() if one.is_for(region, kind)]
        for region, kind in [("02000", "municipality"), ("03000", "municipality"), ("02000", "police_zone")]
    }
    assert keys["02000", "municipality"] == ["ccb", "police", "vtc"]
    assert keys["03000", "municipality"] == ["ccb", "police", "dpa"]
    assert keys["02000", "police_zone"] == ["ccb", "police", "coc"]
