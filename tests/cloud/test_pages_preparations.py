"""The pages of what is prepared: the population, the editor part by part, the page of citizens, and who may do it for whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from paraat.cloud import standing
from paraat.cloud.models import DnsCheck, Drill, Preparation, PreparedAccount
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from tests import cast
from tests.cloud import screens
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db
BASICS: dict[str, object] = {
    "services": ["web"],
    "domain": "nood.ronse.be",
    "label": "ronse",
    "target_rto_minutes": "240",
    "drill_every_days": "0",
}


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def at(rest: str = "") -> str:
    return f"/cloud/preparations/{cast.ronse().pk}/{rest}"


def score(town: Any) -> standing.Standing:
    return standing.of(standing.rows(cast.team_viewer(), moment.today()).get(pk=town.pk))


# The population -------------------------------------------------------------------------------------------------------------------


def test_the_list_says_who_is_not_prepared_and_what_others_lack() -> None:
    screens.prepared(cast.ronse())
    cast.eupen()
    text = page(officer(), "/cloud/preparations/")
    assert "not prepared" in text
    assert "the list of accounts" in text or "and" in text
    only = page(officer(), "/cloud/preparations/?prepared=no")
    assert "Eupen" in only
    assert ">Ronse<" not in only
    assert "Eupen" not in page(officer(), "/cloud/preparations/?prepared=yes")
    assert "Ronse" in page(officer(), "/cloud/preparations/?page=no&dns=wrong&q=ronse")


def test_the_list_is_a_file_with_scores() -> None:
    screens.prepared(cast.ronse())
    lines = body(officer().get("/cloud/preparations/?format=csv")).splitlines()
    assert lines[0].startswith("Name,")
    assert any(line.startswith(f"Ronse,{score(cast.ronse()).percent},") for line in lines)
    assert officer().get("/cloud/preparations/?format=xlsx").status_code == 200


def test_the_list_takes_the_same_queries_for_one_and_for_many() -> None:
    client = officer()
    screens.prepared(cast.ronse())

    def count() -> int:
        caches["local"].clear()
        with CaptureQueriesContext(connection) as caught:
            page(client, "/cloud/preparations/")
        return len(caught)

    before = count()
    for town in (cast.eupen(), cast.ixelles(), cast.drogenbos(), cast.spiere_helkijn()):
        screens.prepared(town)
    assert count() == before
    assert before <= 9


def test_a_town_sees_its_own_preparation_only() -> None:
    screens.prepared(cast.ronse())
    screens.prepared(cast.eupen())
    spoc = client_of(cast.spoc_user(cast.ronse()))
    text = page(spoc, "/cloud/preparations/")
    assert "Ronse" in text
    assert "Eupen" not in text
    assert "Eupen" not in body(spoc.get("/cloud/preparations/?format=csv"))
    theirs = f"/cloud/preparations/{cast.eupen().pk}/"
    for rest in ("", "page/nl.html"):
        page(spoc, theirs + rest, 404)
    for rest, data in (("save/basics/", BASICS), ("approve/", {}), ("look/", {})):
        assert spoc.post(theirs + rest, data).status_code == 404
    assert Preparation.objects.get(organisation=cast.eupen()).domain == ""


def test_who_only_reads_cannot_save() -> None:
    screens.prepared(cast.ronse())
    auditor = client_of(cast.auditor())
    assert "/save/" not in page(auditor, at())
    assert auditor.post(at("save/basics/"), BASICS).status_code == 403
    for user in (cast.observer(), cast.provider_user(), cast.partner_user()):
        page(client_of(user), at(), 403)
    assert Client().get(at()).status_code == 302


# The score ------------------------------------------------------------------------------------------------------------------------


def test_the_score_grows_with_what_is_prepared_and_each_gap_links_to_where_it_is_mended() -> None:
    town, now = cast.ronse(), moment.now()
    assert score(town).percent == 20  # two people can be called: the cast sees to that
    row = screens.prepared(
        town,
        domain="nood.ronse.be",
        page={"message": {"nl": "Bel ons"}, "phone": "+3255"},
        claimed_rto_minutes=600,
        data_mb=9,
    )
    before = score(town)
    assert {"the list of accounts", "a drill that passed in the last year"} <= {one.words for one in before.missing}
    assert all(f'id="{one.href.partition("#")[2]}"' in page(officer(), at()) for one in before.missing)
    PreparedAccount.objects.create(preparation=row, login="crisis", name="Crisis", language="nl")
    DnsCheck.objects.create(preparation=row, at=now, right=True)
    Preparation.objects.update(page_approved_at=now)
    Drill.objects.create(
        number="D2026-0001", organisation=town, state="passed", requested_at=now, by="x", target_rto_minutes=60, tlp=3
    )
    assert score(town) == standing.Standing(100, ())
    assert "Nothing is missing" in page(officer(), at())


def test_a_look_that_found_wrong_records_takes_the_points_back() -> None:
    row = screens.prepared(cast.ronse(), domain="nood.ronse.be")
    DnsCheck.objects.create(preparation=row, at=moment.now(), right=True)
    good = score(cast.ronse()).percent
    DnsCheck.objects.create(preparation=row, at=moment.now(), right=False)
    assert score(cast.ronse()).percent < good


# The editor -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "spoc"])
def test_services_names_and_targets_are_saved(who: str) -> None:
    client = officer() if who == "officer" else client_of(cast.spoc_user(cast.ronse()))
    assert "Saved" in said(client, at("save/basics/"), BASICS)
    row = Preparation.objects.get()
    assert (row.services, row.domain, row.target_rto_minutes) == (["web"], "nood.ronse.be", 240)
    text = page(client, at())
    assert "DNS records to set now" in text
    assert "nood.ronse.be" in text
    assert "not looked at" in text


def test_accounts_are_pasted_and_every_wrong_line_is_named() -> None:
    answer = officer().post(
        at("save/accounts/"), {"accounts": "crisis; Crisiscel; nl\nx; Y\nmayor; Mayor; xx\ncrisis; Again; nl"}
    )
    text = body(answer)
    assert answer.status_code == 400
    for words in ("Line 2", "Line 3", "Line 4"):
        assert words in text
    assert "Line 1" not in text
    assert not PreparedAccount.objects.exists()
    said(officer(), at("save/accounts/"), {"accounts": "crisis; Crisiscel\nmayor\tBurgemeester\tfr"})
    assert set(PreparedAccount.objects.values_list("login", "name", "language")) == {
        ("crisis", "Crisiscel", "nl"),
        ("mayor", "Burgemeester", "fr"),
    }
    assert "crisis; Crisiscel; nl" in page(officer(), at())


def test_the_citizens_page_is_written_previewed_approved_and_asks_again_when_it_changes() -> None:
    client = client_of(cast.spoc_user(cast.ronse()))
    given: dict[str, object] = {"title_nl": "Noodpagina", "message_nl": "Bel <b>ons</b>", "message_fr": "Appelez", "phone": "+32 55 00 00 00",
             "services": "Loket; limited; Enkel dringend", "counters": "Stadhuis; Markt 1; Mon-Fri 09:00-12:00",
             "links": "Stad; https://ronse.example"}  # fmt: skip
    assert "Saved" in said(client, at("save/page/"), given)
    shown = client.get(at("page/nl.html"))
    text = body(shown)
    assert "Bel &lt;b&gt;ons&lt;/b&gt;" in text
    assert "Loket" in text
    assert "script-src" not in shown.headers["Content-Security-Policy"]
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert client.get(at("page/style.css")).headers["Content-Type"].startswith("text/css")
    page(client, at("page/secret.txt"), 404)
    assert "Appelez" in page(client, at("page/fr.html"))
    assert "Approved" in said(client, at("approve/"), {})
    assert Preparation.objects.get().page_approved_at
    said(client, at("save/page/"), given)
    assert Preparation.objects.get().page_approved_at, "the same words stay approved"
    said(client, at("save/page/"), given | {"message_nl": "Kom morgen"})
    assert Preparation.objects.get().page_approved_at is None
    assert "Mon-Fri 09:00-12:00" in page(client, at())


def test_wrong_lines_of_the_page_are_named() -> None:
    answer = officer().post(
        at("save/page/"),
        {
            "services": "Loket; maybe",
            "phones": "Desk; call us",
            "links": "x; javascript:1",
            "counters": "Hall; Street; whenever",
        },
    )
    text = body(answer)
    assert answer.status_code == 400
    for words in ("works, limited or down", "telephone number", "begins with https", "Mon-Fri 09:00-12:00"):
        assert words in text
    assert not Preparation.objects.exists()


def test_counters_and_forms_of_the_intake_are_saved() -> None:
    said(officer(), at("save/intake/"), {"counters": "Burgerzaken\nBurgerzaken\nSociale dienst", "forms_": ""})
    row = Preparation.objects.get()
    assert (row.counters, row.forms) == (["Burgerzaken", "Sociale dienst"], [])


def test_the_organisation_shows_how_it_stands() -> None:
    screens.prepared(cast.ronse())
    tenant = screens.running(cast.ronse())
    text = page(officer(), f"/organisations/{cast.ronse().pk}/")
    assert tenant.number in text
    assert f"{score(cast.ronse()).percent} of 100" in text
    other = page(client_of(cast.observer()), f"/organisations/{cast.ronse().pk}/")
    assert tenant.number not in other
    assert "Emergency cloud" not in other


# What a town or an auditor may not -------------------------------------------------------------------------------------------------


def test_the_team_alone_says_where_backups_go() -> None:
    place = {"backup_location": "/srv/elsewhere"}
    spoc = client_of(cast.spoc_user(cast.ronse()))
    assert "backup_location" not in page(spoc, at())
    assert spoc.post(at("save/basics/"), BASICS | place).status_code == 302
    assert Preparation.objects.get().backup_location == ""
    assert officer().post(at("save/basics/"), BASICS | place).status_code == 302
    spoc.post(at("save/basics/"), BASICS | {"backup_location": "", "data_mb": "5"})
    row = Preparation.objects.get()
    assert (row.backup_location, row.data_mb) == ("/srv/elsewhere", 5)


def test_what_is_for_named_people_is_not_prepared_to_an_auditor() -> None:
    row = screens.prepared(cast.ronse())
    DnsCheck.objects.create(preparation=row, at=moment.now(), right=True)
    Preparation.objects.filter(pk=row.pk).update(tlp=Tlp.RED, domain="secret.ronse.be", page_approved_at=moment.now())
    auditor = client_of(cast.auditor())
    assert "secret.ronse.be" not in page(auditor, at())
    assert "secret.ronse.be" in page(officer(), at())
    for which in ("prepared=yes", "page=yes", "dns=right"):
        assert "Ronse" not in page(auditor, f"/cloud/preparations/?{which}").split("<tbody")[-1], which
        assert "Ronse" in page(officer(), f"/cloud/preparations/?{which}").split("<tbody")[-1], which
