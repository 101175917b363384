"""Recommendations are shown where they matter, in versions of which the older stay readable; a link that nobody looked at says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from paraat.accounts.middleware import actor_of
from paraat.accounts.models import User
from paraat.alerts import links
from paraat.alerts.guidance import all_kinds
from paraat.alerts.models import Delivery
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.readiness import guidance
from paraat.readiness.actions.frameworks import load_built_in
from paraat.readiness.actions.guidance import (
    add_recommendation,
    check_recommendation,
    load_guidance,
    withdraw_recommendation,
)
from paraat.readiness.models import Control, Measure, Recommendation
from paraat.readiness.rules.guidance import WORDS
from tests import cast
from tests.alerts import staging
from tests.readiness import assessed, measured, taught

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def add(version: str = "1", **more: Any) -> Recommendation:
    values: dict[str, Any] = {
        "key": "backup", "title": {"en": "Backups apart", "nl": "Back-ups apart"}, "summary": {"en": "Keep one copy offline."},
        "links": {"en": "https://backup.example/"}, "publisher": "Somebody", "topics": ["lesson", "control:B02"],
    }  # fmt: skip
    return add_recommendation(version=version, by=SYSTEM, **(values | more))


def test_what_ships_is_whole_and_says_that_nobody_checked_it() -> None:
    assert load_guidance() == len(guidance.shipped()) >= 10
    assert load_guidance() == 0
    for row in Recommendation.objects.all():
        assert set(row.title) == set(row.summary) == {"nl", "fr", "de", "en"}, row.key
        assert row.checked_on is None
        assert row.topics
        assert all(link.startswith("https://") for link in row.links.values())


def test_what_the_team_did_with_what_ships_stays() -> None:
    load_guidance()
    row = Recommendation.objects.current().get(key="tlp-2")
    withdraw_recommendation(row=row, by=SYSTEM, because="We say it ourselves")
    add(key="safeonweb", version="ours")
    assert load_guidance() == 0
    assert not Recommendation.objects.current().filter(key="tlp-2").exists()
    assert Recommendation.objects.current().get(key="safeonweb").version == "ours"


def test_a_newer_version_takes_the_place_and_the_older_stays_readable() -> None:
    add("1")
    newer = add("2", summary={"en": "Keep two copies offline."})
    assert list(Recommendation.objects.current()) == [newer]
    with pytest.raises(Conflict):
        add("2")
    page = text(as_(cast.observer()), "/guidance/backup/")
    assert "Keep two copies" in page
    assert "Keep one copy" in text(as_(cast.observer()), "/guidance/backup/?version=1")
    assert Client().get("/guidance/backup/").status_code == 302


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"links": {"en": "javascript:alert(1)"}}, "links"),
        ({"links": {}}, "links"),
        ({"publisher": " "}, "publisher"),
        ({"topics": ["No topic"]}, "topics"),
    ],
)
def test_what_is_no_recommendation_is_refused_at_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as error:
        add(**wrong)
    assert error.value.context["field"] == field


def test_the_readers_language_comes_first() -> None:
    add(key="a", title={"en": "Alpha"})
    dutch = add(key="b", links={"nl": "https://nl.example/"}, title={"nl": "Beta"})
    assert guidance.for_topics(["lesson"], "nl")[0] == dutch
    assert guidance.for_topics(["lesson"], "en")[0].key == "a"
    assert guidance.for_topics(["measure"], "en") == []
    assert guidance.for_topics([], "en") == []


def test_a_check_is_of_the_version_in_force_and_names_who_looked() -> None:
    row, officer = add(), cast.duty_officer()
    check_recommendation(row=row, by=actor_of(officer))
    assert (row.checked_on, row.checked_by) == (moment.today(), officer.name)
    add("2")
    with pytest.raises(Conflict):
        check_recommendation(row=row, by=SYSTEM)
    with pytest.raises(Invalid):
        withdraw_recommendation(row=row, by=SYSTEM, because="")


def test_it_stands_with_the_alert_the_notice_the_link_and_the_lesson() -> None:
    load_guidance()
    alert = staging.alert_for(cast.ronse())
    notice = staging.notice_of(alert, cast.ronse())
    officer, spoc = as_(cast.duty_officer()), as_(cast.spoc_user(cast.ronse()))
    delivery = Delivery.objects.filter(alert=alert).first()
    assert delivery is not None
    wanted = {
        f"/alerts/{alert.pk}/": officer,
        f"/portal/{notice.pk}/": spoc,
        f"/n/{links.notice_token(delivery)}/": Client(),
    }
    for path, client in wanted.items():
        assert "understanding-and-responding-distributed" in text(client, path), path
    lesson = taught.released(happened={"en": "Ransomware locked everything"})
    assert "No More Ransom" in text(officer, f"/lessons/{lesson.pk}/")
    assert "No More Ransom" in text(spoc, f"/lessons/answers/{taught.answer_of(lesson, cast.ronse()).pk}/")


def test_it_stands_with_the_measure_the_answer_and_the_item_of_the_checklist() -> None:
    load_guidance()
    officer, spoc = as_(cast.duty_officer()), as_(cast.spoc_user(cast.ronse()))
    guide = "https://www.cisa.gov/stopransomware/ransomware-guide"
    for topic, stands in {"backups": True, "old": False}.items():
        row = measured.planned(topic=topic)
        for client in (officer, spoc):
            page = text(client, f"/measures/{row.pk}/")
            assert "CyberFundamentals" in page, "it is for every measure"
            assert (guide in page) is stands
    edition = assessed.edition(2)
    asked = edition.controls.get(identifier="C01")
    type(asked).objects.filter(pk=asked.pk).update(maps_to=["B02"], recommendations=["gdpr"])
    answer = assessed.answer(assessed.opened(cast.ronse(), edition), "C01")
    for client in (officer, spoc):
        for path in (f"/frameworks/controls/{asked.pk}/", f"/assessments/answers/{answer.pk}/"):
            page = text(client, path)
            assert page.count(guide) == 1, path
            assert page.count('id="guidance"') == 1, path
            assert Recommendation.objects.current().get(key="gdpr").links["en"] in page, path
    other = edition.controls.get(identifier="C02")
    assert 'id="guidance"' not in text(officer, f"/frameworks/controls/{other.pk}/")


def test_what_ships_is_shown_somewhere() -> None:
    load_built_in()
    items = Control.objects.values_list("identifier", flat=True)
    kinds = {"measure": Measure.Topic.values, "word": WORDS, "alert": all_kinds(), "control": items}
    pages = {"lesson", "measure"} | {f"{kind}:{one}" for kind, some in kinds.items() for one in some}
    for one in guidance.shipped():
        assert set(one.topics) <= pages, one.key


def test_the_team_writes_and_everybody_else_reads() -> None:
    officer, reader = as_(cast.duty_officer()), as_(cast.spoc_user(cast.ronse()))
    fields = {"key": "backup", "version": "1", "publisher": "Somebody", "title_en": "Backups apart", "summary_en": "Apart", "links_en": "https://b.example/",
              "topics": "lesson\ncontrol:B02"}  # fmt: skip
    assert reader.post("/guidance/new/", fields).status_code == 403
    assert officer.post("/guidance/new/", fields).status_code == 302
    assert officer.post("/guidance/new/", fields).status_code == 400, "there is one with this key"
    assert officer.post("/guidance/backup/version/", fields).status_code == 400, "this version is there"
    assert officer.post("/guidance/backup/version/", fields | {"version": "2"}).status_code == 302
    officer.post("/guidance/backup/check/")
    assert Recommendation.objects.current().get().checked_on == moment.today()
    for query, found in {
        "": True,
        "?place=control": True,
        "?place=measure": False,
        "?language=en": True,
        "?q=nothing": False,
        "?stands=gone": True,
    }.items():
        assert ("Backups apart" in text(reader, f"/guidance/{query}")) is found, query
    assert "older version" in text(reader, "/guidance/?stands=gone")
    assert "b.example" in text(reader, "/guidance/?format=csv")
    officer.post("/guidance/backup/withdraw/", {"because": "It is out of date"})
    assert "out of date" in text(reader, "/guidance/backup/")
    assert reader.get("/guidance/unknown/").status_code == 404
