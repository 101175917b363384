"""The pages of ethical hacking: what each role is shown, and what it may do there."""

from __future__ import annotations

import io
import json
import re

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from paraat.platform import moment
from paraat.readiness.actions import engagements, stopping
from paraat.readiness.models import Authorisation, Engagement, Finding, TargetCheck
from paraat.readiness.rules import terms
from tests import cast
from tests.readiness import tested
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db


def test_from_plan_to_signed_on_the_pages() -> None:
    today = moment.today().isoformat()
    form = {
        "organisation": cast.ronse().nis, "title": "Counters", "starts_on": today, "ends_on": today, "allowed": ["web"], "forbidden": ["load"],
        "stop_phone": "+447700900911",
    }  # fmt: skip
    text = said(officer(), "/engagements/new/", form)
    row = Engagement.objects.get()
    at = f"/engagements/{row.pk}/"
    assert "Put at least one asset in the scope." in text and "Begin testing" not in text
    asset = cast.ronse().assets.get()
    text = said(officer(), f"{at}scope/", {"asset": str(asset.pk)})
    assert "ronse.be" in text and "Put at least one asset" not in text
    assert "waits for a signature" in said(officer(), f"{at}do/papers/", {})
    paper = Authorisation.objects.get()
    content = officer().get(f"{at}papers/{paper.pk}/").content
    words = " ".join("".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(content)).pages).split())
    assert terms.control(paper.digest) in words and "ronse.be" in words and "+447700900911" in words
    spoc = client_of(cast.spoc_user(cast.ronse()))
    signed = {"file": SimpleUploadedFile("signed.pdf", b"%PDF signed"), "signed_by": "Head", "signed_on": today}
    assert "signed, not compared yet" in said(spoc, f"{at}papers/{paper.pk}/bring/", signed)
    assert "in force" in said(
        officer(), f"{at}papers/{paper.pk}/check/", {"control": terms.control(paper.digest), "same": "on"}
    )
    assert spoc.get(f"{at}papers/{paper.pk}/signed/").getvalue() == b"%PDF signed"
    assert "Emergency stop by telephone" in said(officer(), f"{at}do/begin/", {})


def test_a_tester_sees_his_engagement_and_nothing_else() -> None:
    mine, other = tested.going(), tested.authorised(cast.eupen())
    tester = client_of(cast.tester())
    assert tester.get("/")["Location"] == "/engagements/"
    text = page(tester, "/engagements/")
    assert mine.number in text and other.number not in text
    assert '<details class="more"' not in text, "few entries stand in the bar itself"
    assert "May I touch this?" in page(tester, f"/engagements/{mine.pk}/")
    page(tester, f"/engagements/{other.pk}/", 404)
    for path in (
        "/search/?q=ronse",
        "/wall/",
        "/journal/",
        "/organisations/",
        f"/organisations/{cast.ronse().pk}/",
        "/alerts/",
        "/cases/",
        "/disclosures/",
    ):
        page(tester, path, 403)
    menu = text.split("</header>")[0]
    assert "/engagements/" in menu and "/organisations/" not in menu and "/search/" not in menu
    engagements.report_engagement(engagement=mine, by=tested.officer())
    engagements.close_engagement(engagement=mine, by=tested.officer())
    assert client_of(cast.tester()).get(f"/engagements/{mine.pk}/").status_code in {403, 404}


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (cast.duty_officer, 200), (cast.coordinator, 200), (cast.auditor, 200), (cast.observer, 403), (cast.partner_user, 403),
        (cast.provider_user, 403), (cast.administrator, 403), (cast.assessor, 403), (lambda: cast.tester(2), 404),
        (lambda: cast.spoc_user(cast.ronse()), 200), (lambda: cast.spoc_user(cast.eupen()), 404),
    ],
)  # fmt: skip
def test_who_opens_an_engagement(who: object, status: int) -> None:
    row = tested.going()
    client = client_of(who())  # type: ignore[operator]
    for path in ("", "parts/", "questions/"):
        assert client.get(f"/engagements/{row.pk}/{path}").status_code == status, path
    if status == 404:
        assert row.number not in page(client, "/engagements/")


def test_an_auditor_changes_nothing() -> None:
    row = tested.going()
    client = client_of(cast.auditor())
    for path in ("do/stop/", "do/close/", "ask/", "scope/", "testers/"):
        assert client.post(f"/engagements/{row.pk}/{path}", {"because": "x"}).status_code == 403, path
    assert "EMERGENCY STOP" not in page(client, f"/engagements/{row.pk}/")


def test_a_question_is_answered_and_kept() -> None:
    row = tested.going()
    tester = client_of(cast.tester())
    at = f"/engagements/{row.pk}/"
    assert "YES. www.ronse.be" in said(tester, f"{at}ask/", {"target": "www.ronse.be"})
    assert "NO. www.eupen.be" in said(tester, f"{at}ask/", {"target": "www.eupen.be"})
    assert list(TargetCheck.objects.order_by("at").values_list("allowed", "reason")) == [
        (True, "in_scope"),
        (False, "not_in_scope"),
    ]
    lines = body(tester.get(f"{at}questions/?format=csv")).splitlines()
    assert len(lines) == 3 and lines[0].startswith("When,Target")


def test_everybody_of_it_can_stop_it_and_reads_so() -> None:
    for who in (cast.tester, cast.duty_officer, lambda: cast.spoc_user(cast.ronse())):
        row = tested.going()
        client = client_of(who())  # type: ignore[operator]
        at = f"/engagements/{row.pk}/"
        assert "EMERGENCY STOP" in page(client, at)
        client.post(f"{at}do/stop/", {"because": "A counter is down"})  # without the tick
        assert Engagement.objects.get(pk=row.pk).state == "going"
        text = said(client, f"{at}do/stop/", {"because": "A counter is down", "sure": "on"})
        assert "STOPPED" in text and "A counter is down" in text
        for other in (cast.tester(), cast.duty_officer(), cast.spoc_user(cast.ronse()), cast.auditor()):
            assert "Nobody touches anything." in page(client_of(other), at)
        assert "Testing is STOPPED" in said(client_of(cast.tester()), f"{at}ask/", {"target": "www.ronse.be"})
        stopping.agree_to_go_on(engagement=row, who="Head", by=tested.officer())
        stopping.resume_testing(engagement=row, because="The counter works", by=tested.officer())
        engagements.report_engagement(engagement=row, by=tested.officer())
        engagements.close_engagement(engagement=row, by=tested.officer())


def test_who_has_not_stopped_is_listed() -> None:
    row = tested.going(with_testers=2)
    stopping.stop_testing(engagement=row, because="Slow", by=tested.officer())
    at = f"/engagements/{row.pk}/"
    assert page(officer(), at).count("has not confirmed") == 2
    tester = client_of(cast.tester())
    assert "STOPPED: " in page(tester, "/findings/")  # on every page of his
    assert "has stopped" in said(tester, f"{at}do/confirm/", {})
    assert page(officer(), at).count("has not confirmed") == 1


def test_a_finding_is_first_of_its_testers_then_of_its_owner_then_of_the_team() -> None:
    row = tested.going(with_testers=2)
    tester = client_of(cast.tester())
    form = {
        "title": "Open door",
        "target": "www.ronse.be",
        "what": "w",
        "reproduction": "r",
        "vector": tested.VECTOR,
        "pattern": "CWE-306",
    }
    assert "Open door" in said(tester, f"/engagements/{row.pk}/findings/new/", form)
    finding = Finding.objects.get()
    at = f"/findings/{finding.pk}/"
    spoc, eupen = client_of(cast.spoc_user(cast.ronse())), client_of(cast.spoc_user(cast.eupen()))
    assert "Open door" in page(client_of(cast.tester(2)), at)
    for client in (officer(), spoc, eupen, client_of(cast.auditor()), client_of(cast.tester(3))):
        page(client, at, 404)
    said(tester, f"{at}do/disclose/", {})
    for client in (eupen, client_of(cast.auditor()), client_of(cast.tester(3))):
        page(client, at, 404)
    text = page(officer(), at)
    assert "Open door" not in text and "critical" in text and finding.number in text
    assert "Open door" not in page(officer(), f"/engagements/{row.pk}/") and "Open door" not in page(
        officer(), "/findings/"
    )
    assert "1 more was told to its owner" in page(officer(), "/findings/")
    assert "Nothing found" in page(officer(), "/search/?q=Open+door")
    assert "Open door" in page(spoc, at) and "Open door" in page(spoc, "/portal/")
    assert officer().post(f"{at}do/seen/").status_code == 404  # nobody sees it for the owner
    said(spoc, f"{at}do/seen/", {})
    assert "Open door" in page(officer(), at)
    page(client_of(cast.auditor()), at, 404)
    said(spoc, f"{at}do/fixed/", {"how": "Closed it"})
    other = client_of(cast.tester(2))
    assert "by another tester" in said(other, f"{at}do/retest/", {"gone": "yes", "note": "Tried"})
    assert Finding.objects.get().state == "retested"


def test_evidence_is_saved_and_read_by_whoever_reads_the_finding() -> None:
    finding = tested.disclosed(tested.going())
    at = f"/findings/{finding.pk}/"
    tester = client_of(cast.tester())
    said(tester, f"{at}evidence/", {"file": SimpleUploadedFile("shot.png", b"picture")})
    file = finding.evidence.get()
    answer = client_of(cast.spoc_user(cast.ronse())).get(f"{at}evidence/{file.pk}/")
    assert answer.getvalue() == b"picture" and answer["Content-Type"] == "application/octet-stream"
    for user in (cast.duty_officer(), cast.spoc_user(cast.eupen()), cast.auditor(), cast.tester(2)):
        assert client_of(user).get(f"{at}evidence/{file.pk}/").status_code == 404


def test_the_report_holds_what_its_reader_may_read() -> None:
    row = tested.going()
    tested.disclosed(row)
    engagements.report_engagement(engagement=row, by=tested.officer())
    spoc = client_of(cast.spoc_user(cast.ronse()))
    whole = json.loads(spoc.get(f"/engagements/{row.pk}/report/json/").content)
    assert whole["findings"][0]["severity"] == "critical" and whole["withheld"] == 0
    less = json.loads(officer().get(f"/engagements/{row.pk}/report/json/").content)
    assert less["findings"] == [] and less["withheld"] == 1
    for client, shown in ((spoc, True), (officer(), False)):
        pdf = pypdf.PdfReader(io.BytesIO(client.get(f"/engagements/{row.pk}/report/pdf/").content))
        text = " ".join("".join(one.extract_text() for one in pdf.pages).split())
        assert ("Search box" in text) is shown
    assert client_of(cast.spoc_user(cast.eupen())).get(f"/engagements/{row.pk}/report/pdf/").status_code == 404


def test_lists_are_saved_and_take_a_constant_number_of_queries(django_assert_max_num_queries: object) -> None:
    for town in (cast.ronse(), cast.eupen(), cast.ixelles()):
        tested.disclosed(tested.going(town))
    assert len(body(officer().get("/engagements/?format=csv")).splitlines()) == 4
    assert len(body(officer().get("/findings/?format=csv")).splitlines()) == 1  # none opened yet
    client = officer()
    page(client, "/engagements/")
    for path, most in (("/engagements/", 8), ("/findings/", 9)):
        with django_assert_max_num_queries(most):  # type: ignore[operator]
            page(client, path)


def test_the_smaller_deeds_of_the_page() -> None:
    row = tested.going()
    at, client = f"/engagements/{row.pk}/", officer()
    assert "It must be signed anew" in said(
        client, f"{at}scope/", {"kind": "host", "value": "oud.ronse.be", "excluded": "on"}
    )
    line = row.scope.get(value="oud.ronse.be")
    assert "Must be left alone" in page(client, at)
    assert "Taken out" in said(client, f"{at}scope/{line.pk}/out/", {})
    assert client.post(f"{at}scope/", {"kind": "host"}).status_code == 400
    said(client, f"{at}do/papers/", {})
    paper = Authorisation.objects.open().get()
    assert "Refused" in said(client, f"{at}papers/{paper.pk}/refuse/", {"because": "The wrong person signed"})
    form = {"title": "Counters", "allowed": ["web"], "forbidden": ["web"]}
    assert "allowed or forbidden, not both" in body(client.post(f"{at}terms/", form))
    assert "Counters" in said(client, f"{at}terms/", form | {"forbidden": []})
    tester = row.testers.get()
    assert "no longer" in said(client, f"{at}testers/{tester.pk}/away/", {})
    assert client_of(cast.tester()).get(at).status_code in {403, 404}
    assert client.post(f"{at}do/nothing/").status_code == 404
    assert client_of(cast.spoc_user(cast.ronse())).post(f"{at}do/close/").status_code == 403


def test_it_stands_on_other_pages_of_the_owner_and_of_nobody_else() -> None:
    finding = tested.disclosed(tested.going())
    spoc, eupen = client_of(cast.spoc_user(cast.ronse())), client_of(cast.spoc_user(cast.eupen()))
    ronse = f"/organisations/{cast.ronse().pk}/"
    assert finding.number in page(spoc, "/portal/") and finding.number not in page(eupen, "/portal/")
    text = page(officer(), ronse)
    assert finding.number in text and finding.title not in text
    for user in (cast.observer(), cast.partner_user(), cast.auditor()):
        answer = client_of(user).get(ronse)
        assert answer.status_code != 200 or finding.number not in body(answer), user
    assert f"{reverse('measure_new')}?" in page(spoc, f"/findings/{finding.pk}/")  # it plans a measure from here


def test_patterns_are_for_the_house_and_become_a_lesson() -> None:
    towns = (cast.ronse(), cast.eupen(), cast.ixelles(), cast.spiere_helkijn(), cast.east_flanders())
    for town in towns:
        tested.disclosed(tested.going(town))
    Finding.objects.update(opens_at=moment.now())
    text = page(client_of(cast.auditor()), "/findings/patterns/")
    assert "CWE-79" in text and "Ronse" not in text.split("<main")[1] and "Draft a lesson" not in text
    for user in (cast.spoc_user(cast.ronse()), cast.tester(), cast.assessor()):
        page(client_of(user), "/findings/patterns/", 403)
    assert "CWE-79" in said(officer(), "/findings/patterns/CWE-79/lesson/", {})


def test_a_page_that_is_open_is_told_and_fetches_the_stop() -> None:
    row = tested.going()
    client = client_of(cast.auditor())
    text = page(client, f"/engagements/{row.pk}/")
    assert f'data-topics="engagement.{row.pk}"' in text
    have = "~".join(
        f"{name}.{version}" for name, version in re.findall(r'data-part="([\w-]+)" data-version="(\w+)"', text)
    )
    assert client.get(f"/engagements/{row.pk}/parts/", {"have": have}).status_code == 204
    with CaptureQueriesContext(connection) as asked:
        stopping.stop_testing(engagement=row, because="A counter is down", by=tested.officer())
    assert any("pg_notify" in one["sql"] and f"engagement.{row.pk}" in one["sql"] for one in asked.captured_queries)
    assert "A counter is down" in body(client.get(f"/engagements/{row.pk}/parts/", {"have": have}))
    parts = body(officer().get(f"/engagements/{row.pk}/parts/")).split('<div data-part="')
    alarm = next(one for one in parts if one.startswith("alarm"))
    assert "A counter is down" in alarm and "<form" not in alarm, "a part with a form waits until it was filled in"
