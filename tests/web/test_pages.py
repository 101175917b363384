"""The pages around the board: wall, search, journal, language, what one reads when something is wrong; and what holds for every page."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django.utils import translation

from paraat.accounts.models import User
from paraat.alerts import actions
from paraat.platform.models import JournalEntry
from paraat.web import errors
from tests import cast
from tests.alerts import staging
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/wall/",
    "/search/",
    "/search/?q=ronse",
    "/journal/",
    "/alerts/",
    "/alerts/notices/",
    "/coverage/",
    "/outbox/",
    "/calls/",
    "/calls/print/",
    "/announcements/",
    "/announcements/new/",
]
_inline = re.compile(
    r"<style|<script(?![^>]* src=)|\sstyle=|\son[a-z]+=|hx-on|javascript:|https?://(?!localhost|testserver)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_code_or_style_or_a_foreign_host(path: str) -> None:
    staging.alert_for(cast.ronse(), cast.wemmel())
    found = _inline.search(page(officer(), path))
    assert found is None, found


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_heading_a_title_and_a_language(path: str) -> None:
    staging.alert_for(cast.ronse())
    text = page(officer(), path)
    assert len(re.findall(r"<h1[ >]", text)) == 1, path
    assert re.search(r"<title>[^<]+ · Paraat</title>", text) and '<html lang="en"' in text
    assert "&lt;p&gt;" not in text and "None" not in re.sub(r"<[^>]*>", "", text)


def test_the_wall_shows_only_who_needs_somebody() -> None:
    alert = staging.alert_for(cast.ronse(), cast.spiere_helkijn())
    actions.acknowledge_notice(
        notice=staging.notice_of(alert, cast.ronse()), by=staging.spoc(cast.ronse()), through="link", name="SPOC"
    )
    staging.later(alert, minutes=11)
    text = page(officer(), "/wall/")
    assert 'data-theme="wall"' in text
    assert "Spiere-Helkijn" in text and "Ronse" not in text


def test_the_stripe_is_on_every_page_while_an_exercise_runs() -> None:
    staging.alert_for(cast.ronse(), exercise=True)
    for path in PAGES:
        assert '<div class="stripe exercise"' in page(officer(), path), path


def test_everybody_reads_that_sending_is_stopped() -> None:
    actions.stop_sending(by=staging.officer(), reason="A wrong list")
    assert "All sending is stopped: A wrong list" in page(client_of(cast.auditor()), "/alerts/")


# Search ---------------------------------------------------------------------------------------------------------------------------


def test_search_finds_organisations_alerts_and_codes() -> None:
    alert = staging.alert_for(cast.ronse())
    notice = staging.notice_of(alert, cast.ronse())
    assert "/organisations/" in page(officer(), "/search/?q=renaix").split("<main")[1]
    assert f"/alerts/{alert.pk}/" in page(officer(), f"/search/?q={alert.number}")
    assert f"/alerts/notices/{notice.pk}/" in page(officer(), f"/search/?q={notice.code}")
    assert f"/alerts/notices/{notice.pk}/" in page(officer(), "/search/?q=www.ronse.be")


def test_search_finds_nothing_that_one_may_not_see() -> None:
    alert = staging.alert_for(cast.ronse())
    type(alert).objects.update(tlp=4)
    text = page(client_of(cast.observer()), f"/search/?q={alert.number}")
    assert str(alert.pk) not in text and "Nothing found" in text


# Journal --------------------------------------------------------------------------------------------------------------------------


def test_the_journal_says_what_happened_in_words() -> None:
    alert = staging.alert_for(cast.ronse())
    actions.acknowledge_notice(
        notice=staging.notice_of(alert, cast.ronse()), by=staging.spoc(cast.ronse()), through="link", name="SPOC"
    )
    text = page(officer(), "/journal/")
    assert "acknowledges" in text and "SPOC, Ronse" in text and "an alert was sent" in text


def test_a_spoc_reads_the_journal_of_its_own_town_only() -> None:
    cast.contact(cast.ronse())
    staging.alert_for(cast.ronse(), cast.eupen())
    text = page(client_of(cast.spoc_user(cast.ronse())), "/journal/")
    assert "Ronse" in text and "Eupen" not in text


def test_the_journal_is_filtered_by_object_and_saved_whole() -> None:
    alert = staging.alert_for(cast.ronse(), cast.eupen())
    one = page(officer(), f"/journal/?object_type=alert&object_id={alert.pk}")
    assert "an alert was sent" in one and "is warned" not in one
    lines = body(officer().get("/journal/?format=csv")).splitlines()
    assert len(lines) == 1 + JournalEntry.objects.count()
    assert lines[0].startswith("When,Who,About,What")


def test_the_journal_takes_a_constant_number_of_queries(django_assert_max_num_queries: object) -> None:
    staging.alert_for(cast.ronse(), cast.eupen(), cast.ixelles())
    client = officer()
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        page(client, "/journal/")


# Language -------------------------------------------------------------------------------------------------------------------------


def test_the_language_is_kept_with_the_account() -> None:
    client = officer()
    text = said(client, "/language/", {"language": "fr", "next": "/alerts/"})
    assert '<html lang="fr"' in text
    assert User.objects.get(pk=cast.duty_officer().pk).language == "fr"


def test_who_is_not_signed_in_keeps_it_in_a_cookie() -> None:
    client = Client()
    answer = client.post("/language/", {"language": "de", "next": "/accounts/login/"})
    assert answer["Location"] == "/accounts/login/"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "de"


def test_the_way_back_never_leads_to_another_site() -> None:
    assert Client().post("/language/", {"language": "de", "next": "https://evil.example/"})["Location"] == "/"


# When something is wrong ----------------------------------------------------------------------------------------------------------


def test_what_does_not_exist_says_what_to_do() -> None:
    text = page(officer(), "/no-such-page/", 404)
    assert "There is nothing here" in text and "To the first page" in text


def test_a_page_that_is_not_for_you_says_whom_to_ask() -> None:
    text = page(client_of(cast.observer()), "/calls/", 403)
    assert "You may not see this" in text and "coordinator" in text


def test_who_is_not_signed_in_is_sent_to_sign_in() -> None:
    assert Client().get("/alerts/")["Location"].startswith("/accounts/login/?next=")


def test_a_broken_page_needs_no_database_and_gives_a_reference(django_db_blocker: object) -> None:
    with django_db_blocker.block(), translation.override("en"):  # type: ignore[attr-defined]
        answer = errors.broken(RequestFactory().get("/"))
    assert answer.status_code == 500 and b"Something is broken here" in answer.content


def test_the_handlers_are_ours() -> None:
    for status in (400, 403, 404, 500):
        assert get_resolver().resolve_error_handler(status).__module__ == "paraat.web.errors"
    assert errors.bad_request(RequestFactory().get("/")).status_code == 400


def test_the_menu_shows_what_a_role_may_open() -> None:
    menu = page(client_of(cast.observer()), "/alerts/").split("</header>")[0]
    assert "/alerts/" in menu and "/calls/" not in menu
