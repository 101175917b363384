"""The pages of tenants, with every role: what each shows, what each lets do, and that nobody reads what is another town's."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from paraat.accounts.models import WaitingTask
from paraat.cloud import room
from paraat.cloud.models import Step, Tenant
from paraat.platform import moment
from tests import cast
from tests.cloud import screens
from tests.incidents import working
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db
PAGES = [
    "/cloud/",
    "/cloud/catalog/",
    "/cloud/tenants/",
    "/cloud/preparations/",
    "/cloud/capacity/",
    "/cloud/programme/",
]
SHARED = {"/cloud/catalog/", "/cloud/tenants/", "/cloud/preparations/"}


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def queries(client: Client, path: str) -> int:
    caches["local"].clear()
    with CaptureQueriesContext(connection) as caught:
        page(client, path)
    return len(caught)


# Doors ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_those_who_need_it_and_nobody_else(path: str) -> None:
    screens.running()
    for user in (cast.duty_officer(), cast.coordinator(), cast.auditor()):
        page(client_of(user), path)
    for user in (cast.observer(), cast.partner_user(), cast.provider_user(), cast.administrator()):
        page(client_of(user), path, 403)
    page(client_of(cast.spoc_user(cast.ronse())), path, 200 if path in SHARED else 403)
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_something_when_there_is_nothing(path: str) -> None:
    text = page(officer(), path)
    assert "<h1" in text


def test_a_town_reads_its_own_tenant_and_never_anothers() -> None:
    mine, theirs = screens.running(cast.ronse()), screens.running(cast.spiere_helkijn())
    spoc = client_of(cast.spoc_user(cast.ronse()))
    listed = page(spoc, "/cloud/tenants/")
    assert mine.number in listed
    for text in (theirs.number, "Spiere"):
        assert text not in listed
        assert text not in body(spoc.get("/cloud/tenants/?format=csv"))
    assert str(theirs.pk) not in page(spoc, f"/search/?q={theirs.number}")
    assert str(mine.pk) in page(spoc, f"/search/?q={mine.number}")
    for rest in ("", "parts/", "print/"):
        page(spoc, f"/cloud/tenants/{theirs.pk}/{rest}", 404)
        page(spoc, f"/cloud/tenants/{mine.pk}/{rest}")


def test_a_town_reads_neither_money_nor_buttons_of_the_team() -> None:
    tenant = screens.running()
    Tenant.objects.filter(pk=tenant.pk).update(
        over_envelope=True, override_by="Coordinator", override_because="Because of us"
    )
    text = page(client_of(cast.spoc_user(cast.ronse())), f"/cloud/tenants/{tenant.pk}/")
    assert "The page has its title" in text
    assert "Because of us" not in text
    assert "euro per day" not in text
    assert "/decide/" not in text
    auditor = page(client_of(cast.auditor()), f"/cloud/tenants/{tenant.pk}/")
    assert "Because of us" in auditor
    assert "/decide/" not in auditor


@pytest.mark.parametrize("who", ["auditor", "spoc"])
def test_who_does_not_decide_cannot_post(who: str) -> None:
    tenant = screens.requested()
    user = cast.auditor() if who == "auditor" else cast.spoc_user(cast.ronse())
    answer = client_of(user).post(f"/cloud/tenants/{tenant.pk}/decide/approve/", {})
    assert answer.status_code == 403
    tenant.refresh_from_db()
    assert tenant.state == "requested"


# One tenant -----------------------------------------------------------------------------------------------------------------------


def test_a_tenant_shows_steps_with_times_services_and_addresses() -> None:
    tenant = screens.running()
    text = page(officer(), f"/cloud/tenants/{tenant.pk}/")
    for words in (
        "Step by step",
        "3 of 3",
        "1.5 s",
        "It answered",
        "proven",
        "https://",
        tenant.domain,
        "What was agreed",
        screens.CONSENT,
    ):
        assert words in text, words
    assert "Nobody was called back yet" in text


def test_the_live_address_answers_only_what_changed() -> None:
    tenant, client = screens.running(), officer()
    first = client.get(f"/cloud/tenants/{tenant.pk}/parts/")
    assert first.status_code == 200
    import re

    have = "~".join(
        f"{name}.{version}" for name, version in re.findall(r'data-part="([^"]+)" data-version="([^"]+)"', body(first))
    )
    assert client.get(f"/cloud/tenants/{tenant.pk}/parts/", {"have": have}).status_code == 204
    Step.objects.create(
        tenant=tenant, run=2, deed="verify", name="web", state="failed", began_at=moment.now(), detail="No title"
    )
    changed = body(client.get(f"/cloud/tenants/{tenant.pk}/parts/", {"have": have}))
    assert "No title" in changed
    assert 'data-part="facts"' not in changed


def test_trouble_says_what_is_wrong_and_stands_first_on_the_overview() -> None:
    fine = screens.running(cast.spiere_helkijn())
    wrong = screens.running(cast.ronse(), health="unhealthy")
    Tenant.objects.filter(pk=fine.pk).update(until=moment.now() + timedelta(days=30))
    text = page(officer(), "/cloud/")
    assert text.index(wrong.number) < text.index(fine.number)
    assert "Does not work now: web" in text
    assert "Nothing real runs here" in text
    assert "in trouble" in text


def test_a_tenant_past_its_last_day_asks_for_a_decision() -> None:
    tenant = screens.running()
    Tenant.objects.filter(pk=tenant.pk).update(until=moment.now() - timedelta(hours=1))
    assert "Its last day has passed" in page(officer(), f"/cloud/tenants/{tenant.pk}/")
    assert tenant.number in page(officer(), "/cloud/tenants/?trouble=yes")
    later = (moment.now() + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M")
    said(officer(), f"/cloud/tenants/{tenant.pk}/decide/extend/", {"until": later, "because": "Mail is not back"})
    assert "Its last day has passed" not in page(officer(), f"/cloud/tenants/{tenant.pk}/")


def test_an_exercise_says_so_on_every_page_of_it() -> None:
    tenant = screens.requested(kind="exercise", exercise=True)
    for rest in ("", "print/"):
        assert "EXERCISE: this emergency cloud" in page(officer(), f"/cloud/tenants/{tenant.pk}/{rest}")
    assert "exercise-mark" in page(officer(), "/cloud/tenants/")


# Deciding -------------------------------------------------------------------------------------------------------------------------


def test_an_officer_goes_from_the_request_to_the_start_on_screen() -> None:
    screens.programme()
    tenant, client = screens.requested(), officer()
    at = f"/cloud/tenants/{tenant.pk}/decide/"
    text = page(client, f"/cloud/tenants/{tenant.pk}/")
    assert "+447700900" in text  # the number to call stands there
    deputy = cast.contact(cast.ronse(), "deputy")
    assert "Deputy, Ronse" in said(client, f"{at}call_back/", {"contact": str(deputy.pk)})
    assert "Approved" in said(client, f"{at}approve/", {"override_because": ""})
    assert "It starts" in said(client, f"{at}start/", {})
    tenant.refresh_from_db()
    assert (tenant.state, tenant.wanted, tenant.called_back_to) == ("starting", "running", deputy)


def test_a_button_that_came_too_late_changes_nothing_and_says_so() -> None:
    tenant = screens.running()
    text = said(officer(), f"/cloud/tenants/{tenant.pk}/decide/refuse/", {"because": "No"})
    assert "Nothing was changed" in text
    tenant.refresh_from_db()
    assert tenant.state == "verified"


def test_destroying_wants_the_name_typed_and_a_reason() -> None:
    tenant = screens.running()
    at = f"/cloud/tenants/{tenant.pk}/decide/destroy/"
    answer = officer().post(at, {"typed": "wrong", "because": "Over"})
    assert answer.status_code == 400
    assert "This is not the name of the tenant" in body(answer)
    assert officer().post(at, {"typed": tenant.name, "because": ""}).status_code == 400
    said(officer(), at, {"typed": tenant.name, "because": "Over", "keep_backups": "on"})
    tenant.refresh_from_db()
    assert (tenant.state, tenant.ended_because, tenant.keep_backups) == ("destroying", "Over", True)


def test_a_request_is_refused_with_a_reason_that_the_town_reads() -> None:
    tenant = screens.requested()
    said(officer(), f"/cloud/tenants/{tenant.pk}/decide/refuse/", {"because": "Your own backup is nearer"})
    assert "Your own backup is nearer" in page(client_of(cast.spoc_user(cast.ronse())), "/cloud/mine/")


def test_nobody_who_asked_is_offered_for_the_call_back() -> None:
    spoc = cast.contact(cast.ronse())
    tenant = screens.requested(contact=spoc)
    text = page(officer(), f"/cloud/tenants/{tenant.pk}/")
    assert "Deputy, Ronse" in text
    assert f'value="{spoc.pk}"' not in text


# Asking ---------------------------------------------------------------------------------------------------------------------------


def test_an_officer_starts_it_from_the_case_of_the_victim() -> None:
    screens.programme()
    case, client = working.case(exercise=False), officer()
    assert "Start the emergency cloud for this victim" in page(client, f"/cases/{case.pk}/")
    at = f"/cloud/request/?case={case.pk}"
    assert "Emergency cloud for Ronse" in page(client, at)
    assert client.post(at, {"services": ["web"], "consent": "", "now": "1"}).status_code == 400
    text = said(client, at, {"services": ["web"], "consent": screens.CONSENT, "now": "1"})
    tenant = Tenant.objects.get()
    assert (tenant.case, tenant.state) == (case, "starting")
    assert "It starts" in text
    text = page(client, f"/cases/{case.pk}/")
    assert tenant.number in text
    assert "Start the emergency cloud for this victim" not in text


def test_a_spoc_asks_and_the_officers_have_a_task() -> None:
    town = cast.ronse()
    client = client_of(cast.spoc_user(town))
    assert "Ask for the emergency cloud" in page(client, "/cloud/mine/")
    text = said(client, "/cloud/mine/", {"organisation": str(town.pk), "services": ["web"]})
    assert "An officer calls a second contact" in text
    tenant = Tenant.objects.get()
    assert (tenant.state, tenant.requested_contact) == ("requested", cast.contact(town))
    assert WaitingTask.objects.open().filter(url=f"/cloud/tenants/{tenant.pk}/", urgent=True).exists()
    assert tenant.number in page(officer(), "/cloud/")
    assert tenant.number in page(client, "/portal/")


def test_a_spoc_asks_for_nobody_else() -> None:
    cast.spiere_helkijn()
    client = client_of(cast.spoc_user(cast.ronse()))
    assert client.post("/cloud/mine/", {"organisation": str(cast.spiere_helkijn().pk)}).status_code == 404
    assert not Tenant.objects.exists()


# Lists ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_is_a_file_too(form: str) -> None:
    tenant = screens.running()
    answer = officer().get(f"/cloud/tenants/?format={form}")
    assert answer.status_code == 200
    if form == "csv":
        rows = list(csv.reader(io.StringIO(body(answer))))
        assert tenant.number in rows[1]
        assert "TLP:AMBER+STRICT" in rows[1]


def test_lists_take_the_same_queries_for_one_tenant_and_for_many() -> None:
    client = officer()
    screens.running(cast.ronse())
    before = {path: queries(client, path) for path in (*PAGES, "/cloud/parts/")}
    for town in (cast.spiere_helkijn(), cast.eupen(), cast.ixelles(), cast.drogenbos()):
        screens.running(town)
    assert {path: queries(client, path) for path in before} == before


# Room and money -------------------------------------------------------------------------------------------------------------------


def test_the_page_of_room_reckons_tonight() -> None:
    text = page(officer(), "/cloud/capacity/?number=10&services=web")
    assert "10 at once: they all fit" in text
    text = page(officer(), "/cloud/capacity/?number=600")
    assert "Nothing runs, so nothing was measured" in text
    assert page(officer(), "/cloud/capacity/?number=x")


def test_the_queue_is_shown_in_its_order_and_reordered_with_a_reason() -> None:
    first, second = screens.running(cast.ronse(), state="queued"), screens.running(cast.eupen(), state="queued")
    text = page(officer(), "/cloud/capacity/")
    assert text.index(first.number) < text.index(second.number)
    at = f"/cloud/tenants/{second.pk}/decide/priority/"
    assert officer().post(at, {"priority": "1", "because": ""}).status_code == 400
    said(officer(), at, {"priority": "1", "because": "Elections tomorrow"})
    text = page(officer(), "/cloud/capacity/")
    assert text.index(second.number) < text.index(first.number)
    assert not room.has_room_for(first) or room.has_room_for(second)


def test_the_programme_shows_commitments_and_is_edited_by_the_coordinator() -> None:
    screens.approved()
    text = page(officer(), "/cloud/programme/")
    assert "of 10,000 euro committed" in text
    assert "/cloud/programme/edit/" not in text
    page(officer(), "/cloud/programme/edit/", 403)
    client = client_of(cast.coordinator())
    form = page(client, "/cloud/programme/edit/")
    assert "10000" in form
    given = {"name": "2026", "envelope": "5000", "begins_on": "2026-01-01", "per_day": "6.50", "default_days": 14,
             "default_memory_mb": 1024, "default_cpu_millis": 2000, "default_disk_gb": 20}  # fmt: skip
    assert "of 5,000 euro committed" in said(client, "/cloud/programme/edit/", given)
    assert "6.5" in page(client, "/cloud/programme/")


def test_without_podman_the_pages_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    found = shutil.which
    monkeypatch.setattr(
        shutil, "which", lambda name, **more: None if name in {"podman", "conmon"} else found(name, **more)
    )
    monkeypatch.setenv("PARAAT_CLOUD_DRIVER", "podman")
    caches["local"].clear()
    for path in ("/cloud/", "/cloud/capacity/", "/cloud/catalog/"):
        assert "apt-get install --no-install-recommends podman conmon" in page(client_of(cast.duty_officer()), path), (
            path
        )
