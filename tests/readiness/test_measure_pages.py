"""The pages of measures: who sees what, what may be done where, and how many questions a list asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from paraat.readiness.actions import measures_states
from paraat.readiness.models import Answer, Assessment, Control, Edition, Framework, Measure
from tests import cast
from tests.readiness import measured

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def client(user: Any) -> Client:
    """A browser in which this account is signed in, in English."""
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def text(answer: Any) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", answer.content.decode())


def audited(auditor: Any = None) -> Answer:
    """An answer of an external audit of Ronse: not in place."""
    framework = Framework.objects.get_or_create(key="t", defaults={"title": {"en": "T"}})[0]
    edition = Edition.objects.get_or_create(
        framework=framework, version="1", defaults={"source": "test", "digest": "d", "added_at": moment.now()}
    )[0]
    number = Control.objects.count() + 1
    title = {"en": "A second factor for remote access"}
    control = Control.objects.create(edition=edition, identifier=f"PR.AA-03.{number}", position=number, title=title)
    fields = {
        "number": "S2026-0001",
        "kind": "external",
        "auditor": auditor,
        "opened_at": moment.now(),
        "opened_by": "x",
        "state": "submitted",
        "submitted_at": moment.now(),
    }
    assessment = Assessment.objects.get_or_create(organisation=cast.ronse(), edition=edition, defaults=fields)[0]
    return Answer.objects.create(assessment=assessment, control=control, status="not_met")


def test_the_list_shows_what_is_late_first_and_asks_little(django_assert_max_num_queries: Any) -> None:
    firm = measured.supplied()
    today = moment.today()
    for number in range(1, 9):
        measured.planned(title=f"Number {number}", due_on=today + timedelta(days=number * 10 - 25))
    measured.planned(title="No day", due_on=None)
    measures_states.finish_measure(measure=measured.planned(title="To look at"), by=measured.spoc())
    browser = client(cast.spoc_user(cast.ronse()))
    browser.get("/measures/")
    caches["local"].clear()
    with django_assert_max_num_queries(12):
        page = text(browser.get("/measures/"))
    assert [int(one) for one in re.findall(r"Number (\d)", page)] == list(range(1, 9))
    assert page.index("Number 8") < page.index("No day") < page.index("To look at")
    assert "15 days late" in page and "Our measures" in page
    assert "Number 3" not in text(browser.get("/measures/?when=late")) and "Number 1" in text(
        browser.get("/measures/?when=late")
    )
    assert "To look at" in text(browser.get("/measures/?state=done&q=look"))
    for address in (
        "?source=finding",
        "?source=none",
        "?supplier=yes",
        "?topic=backups",
        "?when=soon",
        "?when=none",
        "?when=team",
        "?exercise=yes",
    ):
        assert browser.get(f"/measures/{address}").status_code == 200, address
    board = text(browser.get("/measures/board/"))
    assert board.index("Late") < board.index("Planned") < board.index("To be verified") and "Number 2" in board
    assert firm.name not in page


def test_files_equal_the_screen() -> None:
    measured.planned(title="=cmd|calc", due_on=moment.today() - timedelta(days=3))
    browser = client(cast.duty_officer())
    sheet = b"".join(browser.get("/measures/?format=csv&when=late").streaming_content).decode()
    assert "'=cmd|calc" in sheet and "Ronse" in sheet and ",3," in sheet
    book = b"".join(browser.get("/measures/?format=xlsx").streaming_content)
    assert "xl/workbook.xml" in ZipFile(BytesIO(book)).namelist()


@pytest.mark.parametrize(
    "who", ["other", "provider", "tester", "assessor", "observer", "partner_user", "administrator"]
)
def test_nobody_else_sees_it_anywhere(who: str) -> None:
    row = measured.planned(title="A secret of Ronse")
    measured.proven(row)
    cast.provider()
    user = (
        cast.spoc_user(cast.spiere_helkijn())
        if who == "other"
        else cast.provider_user()
        if who == "provider"
        else getattr(cast, who)()
    )
    browser = client(user)
    base = f"/measures/{row.pk}/"
    for path in (base, f"{base}edit/", f"{base}evidence/1/", f"/measures/council/{row.organisation_id}/"):
        assert browser.get(path).status_code in {403, 404}, path
    for path in (
        f"{base}done/",
        f"{base}verify/",
        f"{base}supplier/",
        f"{base}evidence/",
        f"/measures/council/{row.organisation_id}/pdf/",
    ):
        assert browser.post(path, {"because": "x"}).status_code in {403, 404}, path
    for path in ("/measures/", "/measures/board/", "/measures/?format=csv", "/search/?q=secret"):
        answer = browser.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"A secret of Ronse" not in body, path
    assert Measure.objects.get().state == "planned"


def test_an_external_auditor_sees_and_verifies_the_measures_of_its_own_audit_only() -> None:
    assessor = cast.assessor()
    mine = measured.planned(title="Of my audit", answers=[audited(assessor)])
    other = measured.planned(title="Of another")
    for row in (mine, other):
        measures_states.finish_measure(measure=row, by=measured.spoc())
    browser = client(assessor)
    page = text(browser.get("/measures/"))
    assert "Of my audit" in page and "Of another" not in page
    assert browser.get(f"/measures/{mine.pk}/edit/").status_code == 403
    browser.post(f"/measures/{mine.pk}/drop/", {"because": "x"})
    mine.refresh_from_db()
    assert mine.state == "done", "works on nothing"
    browser.post(f"/measures/{mine.pk}/verify/", {"because": "Seen on site"})
    assert browser.post(f"/measures/{other.pk}/verify/", {"because": "x"}).status_code == 404
    mine.refresh_from_db()
    assert (mine.state, mine.verified_by) == ("verified", "External auditor")


def test_the_oversight_body_reads_and_does_nothing() -> None:
    row = measured.planned()
    browser = client(cast.auditor())
    page = text(browser.get(f"/measures/{row.pk}/"))
    assert row.title in page and "What now" not in page
    assert browser.post(f"/measures/{row.pk}/done/", {}).status_code == 403


def test_from_plan_to_verified_on_the_pages() -> None:
    town = cast.ronse()
    finding = measured.found(title="VPN without a second factor")
    browser, other = client(cast.spoc_user(town)), client(measured.deputy_user())
    form = text(browser.get(f"/measures/new/?finding={finding.pk}"))
    assert "VPN without a second factor" in form
    wrong = browser.post(f"/measures/new/?finding={finding.pk}", {"title": "", "every": "500"})
    assert wrong.status_code == 400
    given = {
        "title": "A second factor",
        "due_on": "2027-03-31",
        "owner": cast.contact(town).pk,
        "cost": "1200,50",
        "topic": "signing_in",
    }
    answer = browser.post(f"/measures/new/?finding={finding.pk}", given | {"cost": "1200.50"}, follow=True)
    row = Measure.objects.get()
    assert "The measure is planned." in text(answer) and finding.number in text(answer)
    assert list(row.findings.all()) == [finding] and row.topic == "signing_in"
    base = f"/measures/{row.pk}/"
    stale = {"title": "Other", "due_on": "2027-04-30", "version": "0", "because": "Delivery in April"}
    assert browser.post(f"{base}edit/", stale).status_code == 302
    assert "Somebody else changed this" in text(browser.post(f"{base}edit/", stale | {"title": "Third"}))
    assert "first promised for" in text(browser.get(base))
    assert "Choose a file" in text(browser.post(f"{base}evidence/", {}, follow=True))
    proof = SimpleUploadedFile("<img src=x>.html", b"<script>alert(1)</script>", content_type="text/html")
    assert "The proof is kept." in text(browser.post(f"{base}evidence/", {"file": proof}, follow=True))
    browser.post(f"{base}done/", {"because": "Switched on for everybody"})
    page = text(browser.get(base))
    assert "You said that it is done; another person verifies it." in page and f"{base}verify/" not in page
    assert "Another person than who said" in text(browser.post(f"{base}verify/", {"because": "me"}, follow=True))
    saved = other.get(f"{base}evidence/1/")
    assert saved["Content-Disposition"].startswith("attachment") and saved["Content-Type"] == "application/octet-stream"
    assert b"".join(saved.streaming_content) == b"<script>alert(1)</script>"
    assert JournalEntry.objects.filter(verb="measure.evidence_taken").count() == 1
    assert other.get(f"{base}evidence/2/").status_code == 404
    assert "It is verified." in text(other.post(f"{base}verify/", {}, follow=True))
    assert "&lt;img src=x&gt;.html" in text(other.get(base)), "a name is never markup"
    assert other.post(f"{base}nonsense/", {}).status_code == 404
    assert "It is open again." in text(browser.post(f"{base}reopen/", {"because": "A new VPN"}, follow=True))
    assert "The last step was undone." in text(browser.post(f"{base}undo/", {}, follow=True))
    assert "spared" not in page and browser.post(f"{base}mute/", {"because": ""}, follow=True).status_code == 200


def test_nobody_plans_for_another_town_or_from_what_he_cannot_see() -> None:
    finding = measured.found()
    browser = client(cast.spoc_user(cast.spiere_helkijn()))
    assert browser.get(f"/measures/new/?finding={finding.pk}").status_code == 404
    assert browser.get(f"/measures/new/?organisation={cast.ronse().pk}").status_code == 404
    assert browser.post(f"/measures/new/?organisation={cast.ronse().pk}", {"title": "x"}).status_code == 404
    assert not Measure.objects.exists()
    assert client(cast.duty_officer()).get("/measures/new/").status_code == 404, "for whom?"


def test_measures_for_the_gaps_of_an_assessment_once() -> None:
    first, second = audited(), audited()
    assessment = first.assessment
    Answer.objects.filter(pk=second.pk).update(status="not_testable")
    browser = client(cast.spoc_user(cast.ronse()))
    address = f"/measures/gaps/{assessment.pk}/"
    assert text(browser.get(address)).count('name="answer"') == 2
    assert "Tick at least one line" in text(browser.post(address, {"due_on": "2027-06-30"}, follow=True))
    picked = {"answer": [str(first.pk), str(second.pk)], "due_on": "2027-06-30"}
    assert "2 measures are planned." in text(browser.post(address, picked, follow=True))
    assert "These have a measure already" in text(browser.post(address, picked, follow=True))
    rows = list(Measure.objects.all())
    assert [one.due_on for one in rows] == [date(2027, 6, 30)] * 2 and {one.topic for one in rows} == {"signing_in"}
    assert "Everything that is not in place has a measure." in text(browser.get(address))
    third = audited()
    assert text(browser.get(address)).count('name="answer"') == 1
    finding = measured.found(assessment=assessment, control=third.control)
    measure = measured.planned(findings=[finding])
    assert 'name="answer"' not in text(browser.get(address)), "what was found there has its measure"
    measures_states.drop_measure(measure=measure, because="Twice", by=measured.officer())
    assert text(browser.get(address)).count('name="answer"') == 1
    assert client(cast.spoc_user(cast.spiere_helkijn())).get(address).status_code == 404
    assert client(cast.assessor()).get(address).status_code == 403
    Assessment.objects.update(state="open", submitted_at=None)
    assert browser.get(address).status_code == 404, "an audit that is still going on is not read by whom it is about"
    assert browser.get(f"/measures/new/?answer={first.pk}").status_code == 404
    assert "What asks for it" not in text(browser.get(f"/measures/{rows[0].pk}/"))


def test_panels_show_each_its_own() -> None:
    from paraat.readiness.views.measure_panels import measures_panel

    finding = measured.found()
    row = measured.planned(findings=[finding])
    team, own, other = cast.team_viewer(), cast.spoc_viewer(cast.ronse()), cast.spoc_viewer(cast.spiere_helkijn())
    assert row.number in str(measures_panel("finding", finding, team))
    assert row.number in str(measures_panel("finding", finding, own)) and f"finding={finding.pk}" in str(
        measures_panel("finding", finding, own)
    )
    assert measures_panel("finding", finding, other) is None
    browser = client(cast.duty_officer())
    page = text(browser.get(f"/organisations/{row.organisation_id}/"))
    assert row.number in page and f"/measures/council/{row.organisation_id}/" in page


def test_an_exercise_is_striped_and_counted_apart() -> None:
    row = measured.planned(exercise=True)
    browser = client(cast.spoc_user(cast.ronse()))
    assert "EXERCISE" in text(browser.get(f"/measures/{row.pk}/"))
    assert "No measure was promised yet." in text(browser.get(f"/measures/council/{row.organisation_id}/?language=en"))


def test_the_menu_leads_a_spoc_to_its_measures() -> None:
    assert 'href="/measures/"' in text(client(cast.spoc_user(cast.ronse())).get("/measures/"))
    assert Role.SPOC  # the portal shows them too


def test_the_page_of_an_assessment_leads_to_its_gaps() -> None:
    answer = audited()
    row = measured.planned(answers=[answer])
    browser = client(cast.spoc_user(cast.ronse()))
    page = text(browser.get(f"/assessments/{answer.assessment_id}/"))
    assert row.number in page and f"/measures/gaps/{answer.assessment_id}/" in page
