"""Tasks and playbooks on screen: who sees and does what, and how many queries a list takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraat.incidents.actions import tasks as actions
from paraat.incidents.actions.playbooks import take_in_shipped
from paraat.incidents.models import Playbook, Task
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from tests import cast
from tests.incidents import working
from tests.web.pages import client_of, officer, page, said

pytestmark = pytest.mark.django_db
BY = working.actor


def test_a_case_shows_progress_and_a_task_is_done_with_one_button() -> None:
    case, client = working.case(classification=working.RANSOMWARE), officer()
    text = page(client, f"/cases/{case.pk}/")
    assert "0 of 10 done" in text and "waits for another" in text and "csrfmiddlewaretoken" in text
    task = case.tasks.get(key="ransomware:isolate")
    text = said(client, f"/cases/{case.pk}/tasks/{task.pk}/done/", {})
    assert "1 of 10 done" in text
    text = said(client, f"/cases/{case.pk}/tasks/{task.pk}/reopen/", {"reason": "One was forgotten"})
    assert "0 of 10 done" in text
    text = said(client, f"/cases/{case.pk}/tasks/{task.pk}/drop/", {"reason": "No network"})
    assert "0 of 9 done" in text


def test_a_task_by_hand_and_a_playbook_by_hand() -> None:
    case, client = working.case(), officer()
    assert "Call the mayor" in said(
        client, f"/cases/{case.pk}/tasks/new/", {"title": "Call the mayor", "assigned_to": case.organisation_id}
    )
    assert "Measure from outside" in said(client, f"/cases/{case.pk}/tasks/playbook/", {"key": "ddos"})
    task = Task.objects.get(title="Call the mayor")
    text = said(
        client, f"/cases/{case.pk}/tasks/{task.pk}/", {"owner": cast.coordinator().pk, "due_at": "2030-01-01T10:00"}
    )
    assert "Coordinator" in text
    assert client.post(f"/cases/{case.pk}/tasks/playbook/", {"key": "nothing"}).status_code == 404


def test_the_victim_does_its_own_tasks_and_no_others() -> None:
    case = working.case(classification=working.RANSOMWARE)
    mine, theirs = case.tasks.get(key="ransomware:isolate"), case.tasks.get(key="ransomware:call-back")
    spoc = client_of(cast.spoc_user(cast.ronse()))
    listed = page(spoc, "/cases/tasks/?state=open")
    assert mine.title_in("en") in listed and theirs.title_in("en") not in listed
    assert spoc.post(f"/cases/{case.pk}/tasks/{theirs.pk}/done/").status_code == 404
    assert "Done." in said(spoc, f"/cases/{case.pk}/tasks/{mine.pk}/done/", {"outcome": "Two servers"})
    mine.refresh_from_db()
    assert mine.state == Task.State.DONE and mine.outcome == "Two servers"
    assert spoc.post(f"/cases/{case.pk}/tasks/{theirs.pk}/", {}).status_code == 404


def test_another_towns_spoc_finds_nothing() -> None:
    case = working.case(classification=working.RANSOMWARE)
    task = case.tasks.first()
    stranger = client_of(cast.spoc_user(cast.eupen()))
    page(stranger, f"/cases/{case.pk}/tasks/{task.pk}/", 404)
    assert stranger.post(f"/cases/{case.pk}/tasks/{task.pk}/done/").status_code == 404
    assert task.title not in page(stranger, "/cases/tasks/?state=open")


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [("auditor", "/cases/tasks/?state=open", 200), ("observer", "/cases/tasks/", 403), ("administrator", "/cases/tasks/", 403),
     ("partner_user", "/cases/tasks/", 403), ("observer", "/playbooks/", 200), ("administrator", "/playbooks/", 403),
     ("auditor", "/playbooks/ddos/edit/", 403), ("observer", "/countdowns/", 403), ("auditor", "/countdowns/", 200),
     ("auditor", "/hypotheses/", 200), ("partner_user", "/hypotheses/", 403)],
)  # fmt: skip
def test_who_opens_what(who: str, path: str, status: int) -> None:
    page(client_of(getattr(cast, who)()), path, status)


def test_a_red_task_is_in_no_list_or_file_of_an_auditor() -> None:
    actions.add_task(case=working.case(), title="Ask the informant", by=BY(), tlp=Tlp.RED)
    for form in ("", "&format=csv"):
        assert "informant" in page(officer(), f"/cases/tasks/?state=open{form}")
        assert "informant" not in page(client_of(cast.auditor()), f"/cases/tasks/?state=open{form}")


def test_filters_say_what_is_mine_and_what_is_late() -> None:
    case = working.case()
    actions.add_task(case=case, title="Late one", by=BY(), due_at=moment.now() - timedelta(hours=1))
    actions.add_task(case=case, title="My one", by=BY(), owner=cast.duty_officer())
    late, mine = page(officer(), "/cases/tasks/?state=late"), page(officer(), "/cases/tasks/?state=open&whose=mine")
    assert "Late one" in late and "My one" not in late
    assert "My one" in mine and "Late one" not in mine
    assert "Late one" not in page(officer(), "/cases/tasks/?state=done")
    assert officer().get("/cases/tasks/")["Location"].endswith("?state=open")


def test_lists_take_the_same_number_of_queries_however_long() -> None:
    client, counted = officer(), []
    for number in (1, 6):
        for _each in range(number):
            working.case(classification=working.RANSOMWARE)
        page(client, "/cases/tasks/?state=open")
        caches["local"].clear()
        with CaptureQueriesContext(connection) as queries:
            page(client, "/cases/tasks/?state=open")
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 12


# Playbooks ------------------------------------------------------------------------------------------------------------------------


def form_of(key: str) -> dict[str, Any]:
    """What a browser sends back unchanged."""
    from django.conf import settings

    from paraat.incidents.playbook_forms import PlaybookForm

    take_in_shipped()
    form = PlaybookForm(languages=settings.LANGUAGES, playbook=Playbook.objects.get(key=key, active=True))
    return {name: form[name].value() if form[name].value() is not None else "" for name in form.fields} | {
        "because": "Clearer"
    }


def test_editing_on_screen_makes_a_version_that_shows_what_differs() -> None:
    client, data = officer(), form_of("ddos")
    assert "Edit this playbook" in page(client, "/playbooks/ddos/edit/")
    text = said(
        client,
        "/playbooks/ddos/edit/",
        data | {"title_en": "A flood of traffic", "step_0_key": ""} | {"step_3_after": ""},
    )
    assert (
        "Version 2" in text
        and "A flood of traffic" in text
        and "<del>" in text
        and "<ins>A flood of traffic</ins>" in text
    )
    assert len(Playbook.objects.get(key="ddos", active=True).steps) == 6
    assert "DDoS" in page(client, "/playbooks/ddos/1/")
    text = said(client, "/playbooks/ddos/1/use/", {"reason": "It was better"})
    assert "New cases get this version" in text and Playbook.objects.get(key="ddos", active=True).version == 1


def test_a_missing_language_is_refused_by_name_and_nothing_typed_is_lost() -> None:
    client, data = officer(), form_of("ddos")
    answer = client.post("/playbooks/ddos/edit/", data | {"title_en": "Kept words", "title_fr": ""})
    text = answer.content.decode()
    assert answer.status_code == 400 and "A text is missing in a language (title, fr)" in text and "Kept words" in text
    assert Playbook.objects.filter(key="ddos").count() == 1


def test_pages_of_playbooks_open_before_any_was_taken_in() -> None:
    assert "Ransomware" in page(officer(), "/playbooks/")
    assert "Pull the network cable" in page(officer(), "/playbooks/ransomware/")
    assert "Pull the network cable" in page(officer(), "/playbooks/ransomware/1/")
    page(officer(), "/playbooks/ransomware/7/", 404)
    page(officer(), "/playbooks/nothing/", 404)
