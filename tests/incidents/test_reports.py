"""A report is saved as it came, pages whoever is on call, and is shown to the team only."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.db import connection

from paraat.accounts.models import WaitingTask
from paraat.incidents.actions import reports
from paraat.incidents.models import Report
from paraat.kernel import codes
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.facts import Settled, announce
from tests import cast
from tests.web.pages import client_of, officer, page, said

pytestmark = pytest.mark.django_db


def taken(**more: object) -> Report:
    values = {"through": "phone", "text": "Files end in .play", "by": SYSTEM} | more
    return reports.take_report(**values)  # type: ignore[arg-type]


def test_a_report_is_saved_and_waits_for_whoever_is_on_call() -> None:
    report = taken(organisation=cast.ronse(), services=["mail", " "], kind="ransomware")
    assert report.number.startswith("R") and codes.read(report.code) == report.code
    assert report.services == ["mail"] and report.state == "new" and report.verification == "none"
    task = WaitingTask.objects.get(key=reports.waiting_key(report))
    assert task.urgent and task.organisation_id == cast.ronse().pk and task.url == f"/reports/{report.pk}/"
    announce(Settled(reports.waiting_key(report)))
    assert not WaitingTask.objects.open().exists()


def test_a_report_without_words_is_none() -> None:
    with pytest.raises(Invalid):
        taken(text=" ")


def test_a_clock_that_is_wrong_loses_no_report() -> None:
    ahead = moment.now() + timedelta(days=3)
    report = taken(known_at=ahead, happened_at=ahead)
    assert report.known_at == report.happened_at == report.received_at


def test_what_the_database_does_not_hold_is_left_out_and_not_the_report() -> None:
    report = taken(text="a\0b", reporter="x" * 500, reachable_at="y" * 500, services=["z" * 500] * 50)
    assert report.text == "ab" and len(report.reporter) == 200 and len(report.services) == 30


def test_the_same_form_twice_is_one_report_and_a_correction_is_another() -> None:
    form = str(uuid4())
    first = taken(submission=reports.submission_of(form, "a"))
    assert taken(submission=reports.submission_of(form, "a")) == first
    assert taken(submission=reports.submission_of(form, "b")) != first
    assert Report.objects.count() == WaitingTask.objects.open().count() == 2


def test_an_exercise_is_one_and_its_page_too() -> None:
    report = taken(exercise=True)
    assert report.exercise and WaitingTask.objects.get(key=reports.waiting_key(report)).exercise


def test_a_flood_of_nobody_is_kept_and_does_not_page_for_each() -> None:
    made = [taken(through="emergency", organisation_text=f"town {number}") for number in range(reports.FLOOD + 3)]
    urgent = WaitingTask.objects.filter(urgent=True).count()
    assert len(made) == reports.FLOOD + 3 == WaitingTask.objects.count() and urgent == reports.FLOOD
    known = taken(through="mail", organisation=cast.ronse())
    assert WaitingTask.objects.get(key=reports.waiting_key(known)).urgent


@pytest.mark.django_db(transaction=True)
def test_a_double_click_in_two_processes_is_one_report_and_numbers_have_no_gap() -> None:
    made: list[Report] = []
    start = threading.Barrier(4)

    def click() -> None:
        start.wait()
        try:
            made.append(taken(submission="s" * 64))
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {one.pk for one in made} == {Report.objects.get().pk} and len(made) == 4
    assert int(taken().number[-4:]) == int(made[0].number[-4:]) + 1


def test_a_report_is_placed_once() -> None:
    report = taken(organisation_text="Ronse")
    reports.place_report(report=report, organisation=cast.ronse(), by=SYSTEM)
    assert report.organisation == cast.ronse()
    with pytest.raises(Conflict):
        reports.place_report(report=report, organisation=cast.wemmel(), by=SYSTEM)


# On screen ------------------------------------------------------------------------------------------------------------------------
def test_what_waits_for_triage_stands_first() -> None:
    waits, done = taken(text="old"), taken(text="new")
    Report.objects.filter(pk=waits.pk).update(received_at=moment.now() - timedelta(days=40))
    Report.objects.filter(pk=done.pk).update(state="dismissed")
    text = page(officer(), "/reports/")
    assert text.index(waits.number) < text.index(done.number)
    assert done.number not in page(officer(), "/reports/?state=new")
    assert waits.code in page(officer(), f"/reports/?q={waits.code.lower()}")
    assert waits.number in page(officer(), "/reports/?format=csv")


def test_a_report_is_for_the_team_and_an_auditor_and_no_red_one_for_an_auditor() -> None:
    report = taken(organisation=cast.ronse())
    for user, status in [
        (cast.duty_officer(), 200), (cast.coordinator(), 200), (cast.auditor(), 200), (cast.observer(), 403), (cast.partner_user(), 403),
        (cast.administrator(), 403), (cast.provider_user(), 403), (cast.spoc_user(cast.ronse()), 403),
    ]:  # fmt: skip
        for path in ("/reports/", f"/reports/{report.pk}/"):
            assert client_of(user).get(path).status_code == status, (user, path)
    assert client_of(cast.auditor()).get("/reports/new/").status_code == 403
    Report.objects.filter(pk=report.pk).update(tlp=Tlp.RED)
    assert client_of(cast.auditor()).get(f"/reports/{report.pk}/").status_code == 404
    assert report.number not in page(client_of(cast.auditor()), "/reports/")


def test_an_officer_writes_down_a_call_for_an_organisation_on_file_or_not() -> None:
    cast.ronse()
    form = {
        "text": "No mail",
        "reporter": "SPOC",
        "reachable_at": "055 00 00 00",
        "kind": "ransomware",
        "services": "mail\ncounters",
    }
    text = said(officer(), "/reports/new/", form | {"organisation": "ronse"})
    report = Report.objects.get(organisation=cast.ronse())
    assert report.number in text and report.through == "phone" and report.services == ["mail", "counters"]
    said(officer(), "/reports/new/", form | {"organisation": "Somewhere else"})
    assert Report.objects.get(organisation=None).organisation_text == "Somewhere else"
    assert officer().post("/reports/new/", {"organisation": "x"}).status_code == 400


def test_a_name_that_a_reporter_wrote_is_proposed_to_the_team() -> None:
    cast.ronse()
    report = taken(organisation_text="Stad Ronse (dienst ICT)")
    text = page(officer(), f"/reports/{report.pk}/")
    assert "Stad Ronse (dienst ICT)" in text


def test_the_list_costs_the_same_however_long_it_is(django_assert_num_queries: object) -> None:
    client = officer()
    for number in range(3):
        taken(organisation=cast.ronse(), text=f"{number}")
    client.get("/reports/")
    caches["local"].clear()
    with connection.execute_wrapper(counter := _Counter()):
        client.get("/reports/")
    few = counter.count
    for number in range(30):
        taken(organisation=cast.eupen(), text=f"{number}")
    caches["local"].clear()
    with connection.execute_wrapper(counter := _Counter()):
        client.get("/reports/")
    assert counter.count == few


class _Counter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.count += 1
        return execute(sql, params, many, context)
