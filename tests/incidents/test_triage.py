"""Triage: a report becomes part of a case or is dismissed, once, whoever decides first."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from paraat.incidents.actions.triage import accept_report, dismiss_report
from paraat.incidents.models import Case, CaseService, Report
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import facts, moment
from tests import cast
from tests.incidents import stories
from tests.incidents.test_cases import FORM
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db


def test_a_report_opens_a_case_and_its_words_stand_in_the_timeline() -> None:
    now = moment.now()
    report = stories.report(
        cast.ronse(),
        happened_at=now - timedelta(hours=5),
        known_at=now - timedelta(hours=2),
        services=["Mail", "Counters"],
    )
    case = accept_report(report=report, by=stories.officer(), title="Ransomware", severity=4)
    report.refresh_from_db()
    assert (report.state, report.case, report.triaged_by) == ("accepted", case, "Duty officer")
    assert (case.organisation, case.happened_at, case.severity) == (cast.ronse(), report.happened_at, 4)
    told = case.timeline.get(kind="communication")
    assert report.text in told.text and (told.happened_at, told.known_at) == (report.happened_at, report.received_at)
    aware = case.timeline.get(kind="event", report=report)
    assert (aware.happened_at, aware.known_at) == (report.known_at, report.received_at)
    assert set(case.services.values_list("name", "status")) == {("Mail", "down"), ("Counters", "down")}


def test_the_clocks_are_told_when_the_organisation_became_aware() -> None:
    heard: list[facts.CaseOpened] = []
    known = moment.now() - timedelta(hours=2)
    facts.subscribe(facts.CaseOpened)(heard.append)
    try:
        case = accept_report(report=stories.report(cast.ronse(), known_at=known), by=stories.officer())
    finally:
        facts._subscribers[facts.CaseOpened].remove(heard.append)
    assert [(one.case, one.aware_at) for one in heard] == [(case.pk, known)]


def test_an_exercise_stays_an_exercise() -> None:
    report = stories.report(cast.ronse(), exercise=True)
    with pytest.raises(Invalid):
        accept_report(report=report, case=stories.case(), by=stories.officer())
    report.refresh_from_db()
    assert report.state == "new"
    case = accept_report(report=report, by=stories.officer())
    assert case.exercise and all(entry.exercise for entry in case.timeline.all())


def test_a_report_joins_a_case_and_does_not_overrule_what_is_known_of_a_service() -> None:
    case = stories.case()
    CaseService.objects.create(case=case, name="Mail", status="up", changed_at=moment.now())
    accept_report(
        report=stories.report(cast.ronse(), services=["Mail", "Web"], tlp=Tlp.RED), case=case, by=stories.officer()
    )
    assert dict(case.services.values_list("name", "status")) == {"Mail": "up", "Web": "down"}
    assert case.timeline.get(kind="communication").tlp == Tlp.RED


def test_nobody_is_made_a_victim_by_a_report_that_names_nobody() -> None:
    report = stories.report(None, organisation_text="some town")
    with pytest.raises(Invalid):
        accept_report(report=report, by=stories.officer())
    case = accept_report(report=report, by=stories.officer(), organisation=cast.eupen())
    report.refresh_from_db()
    assert case.organisation == report.organisation == cast.eupen()


def test_only_one_of_two_officers_decides() -> None:
    report = stories.report(cast.ronse())
    late = Report.objects.get(pk=report.pk)
    case = accept_report(report=report, by=stories.officer())
    with pytest.raises(Conflict):
        accept_report(report=late, by=stories.person(cast.second_officer()))
    with pytest.raises(Conflict):
        dismiss_report(report=late, by=stories.person(cast.second_officer()), reason="a test")
    assert list(Case.objects.all()) == [case]


def test_what_was_decided_pages_nobody_any_more() -> None:
    settled: list[facts.Settled] = []
    facts.subscribe(facts.Settled)(settled.append)
    report, other = stories.report(cast.ronse()), stories.report(cast.ronse())
    try:
        accept_report(report=report, by=stories.officer())
        dismiss_report(report=other, by=stories.officer(), reason="a test")
    finally:
        facts._subscribers[facts.Settled].remove(settled.append)
    assert {UUID(one.key.partition(":")[2]) for one in settled} == {report.pk, other.pk}


def test_dismissing_needs_a_reason() -> None:
    report, client = stories.report(cast.ronse()), officer()
    assert client.post(f"/reports/{report.pk}/triage/dismiss/", {"reason": " "}).status_code == 400
    said(client, f"/reports/{report.pk}/triage/dismiss/", {"reason": "a printer without paper"})
    report.refresh_from_db()
    assert (report.state, report.dismissed_because) == ("dismissed", "a printer without paper")


def test_the_page_proposes_what_the_report_says() -> None:
    report, client = stories.report(cast.ronse(), kind="ddos"), officer()
    text = page(client, f"/reports/{report.pk}/triage/")
    assert 'value="DDoS, Ronse"' in text and 'value="availability.ddos" selected' in text
    said(client, f"/reports/{report.pk}/triage/", FORM | {"organisation": "Ronse"})
    report.refresh_from_db()
    assert report.case is not None and report.case.title == FORM["title"]
    assert "does not wait for triage any more" in page(client, f"/reports/{report.pk}/triage/")


def test_the_page_offers_only_open_cases_of_the_same_victim_and_world() -> None:
    fits, other, played = stories.case(), stories.case(cast.eupen()), stories.case(exercise=True)
    report, client = stories.report(cast.ronse()), officer()
    text = page(client, f"/reports/{report.pk}/triage/")
    assert fits.number in text and other.number not in text and played.number not in text
    assert client.post(f"/reports/{report.pk}/triage/into/", {"case": str(other.pk)}).status_code == 400
    said(client, f"/reports/{report.pk}/triage/into/", {"case": str(fits.pk)})
    report.refresh_from_db()
    assert report.case == fits


def test_triage_is_for_the_team() -> None:
    report = stories.report(cast.ronse())
    for user in (cast.auditor(), cast.spoc_user(cast.ronse())):
        assert client_of(user).get(f"/reports/{report.pk}/triage/").status_code == 403
    assert "Triage" in body(officer().get(f"/reports/{report.pk}/triage/"))
