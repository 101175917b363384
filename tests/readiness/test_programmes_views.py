"""The screens of programmes: the team's, the SPOC's, the figures; and who may not see them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from paraat.formats import spreadsheet
from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.readiness import figures
from paraat.readiness.actions.programmes import open_programme, set_budget
from paraat.readiness.actions.programmes_answers import claim_equivalent, decline, sign_up
from paraat.readiness.actions.programmes_import import import_history
from paraat.readiness.actions.programmes_steps import record_step
from paraat.readiness.models import Commitment, Participation, Programme, ProgrammeFault, ProgrammePaper
from paraat.registry.models import Organisation
from tests import cast

pytestmark = pytest.mark.django_db
HISTORY = b"nis,programme,step,date\n45041,audit,signed-up,2021-03-01\n45041,ethical-hacking,paid,2021-03-01\n34043,audit,paid,2021-03-01\n"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))


@pytest.fixture
def audit() -> Programme:
    made = open_programme(by=SYSTEM, key="audit", rules={"share": "2/3", "cap": "4000", "again": "1/2"})
    set_budget(programme=made, year=moment.today().year, amount=Decimal(8000), by=SYSTEM)
    return made


def client(user: Any) -> Client:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def text(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def taking(programme: Programme, town: Organisation, price: str | None = None) -> Participation:
    return sign_up(programme=programme, organisation=town, by=SYSTEM, price=Decimal(price) if price else None)


# The SPOC -------------------------------------------------------------------------------------------------------------------------
def test_a_spoc_signs_up_and_follows_its_steps_and_money(audit: Programme) -> None:
    browser, town = client(cast.spoc_user(cast.ronse())), cast.ronse()
    page = text(browser, "/programmes/ours/")
    assert "Cyber audit" in page
    assert "2/3 of the price is paid, up to 4,000 euro." in page
    done = browser.post("/programmes/of/audit/answer/sign-up/", {"organisation": town.pk, "price": "3000"}, follow=True)
    assert "Signed up." in done.content.decode()
    row = Participation.objects.get()
    assert (row.state, row.organisation, row.needs) == ("going", town, Decimal("2000.00"))
    page = text(browser, f"/participations/{row.pk}/")
    assert "2,000 euro" in page
    assert "3000.00 × 2/3 = 2000.00" in page
    assert "Commit the actual price" not in page, "money is the team's"
    assert browser.post(f"/participations/{row.pk}/money/pay/", {"amount": "1", "on": "2026-01-01"}).status_code == 403
    browser.post(f"/participations/{row.pk}/withdraw/", {"because": "Merger"})
    row.refresh_from_db()
    assert (row.state, row.because) == ("ended", "Merger")


def test_a_spoc_has_its_own_equivalent_with_evidence(audit: Programme) -> None:
    browser, town = client(cast.spoc_user(cast.ronse())), cast.ronse()
    paper = SimpleUploadedFile("report.html", b"<script>alert(1)</script>", content_type="text/html")
    until = moment.today().replace(year=moment.today().year + 1)
    given = {"organisation": town.pk, "which": "Audit by the province", "until": until.isoformat(), "evidence": paper}
    done = browser.post("/programmes/of/audit/answer/equivalent/", given, follow=True)
    assert "Audit by the province" in done.content.decode()
    row, kept = Participation.objects.get(), ProgrammePaper.objects.get()
    assert (row.state, row.equivalent_until, kept.kind) == ("equivalent", until, "evidence")
    answer = browser.get(f"/participations/{row.pk}/papers/{kept.pk}/")
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_spoc_says_not_now_with_a_reason(audit: Programme) -> None:
    browser, town = client(cast.spoc_user(cast.ronse())), cast.ronse()
    browser.post("/programmes/of/audit/answer/decline/", {"organisation": town.pk, "because": ""})
    assert not Participation.objects.exists()
    browser.post("/programmes/of/audit/answer/decline/", {"organisation": town.pk, "because": "No staff"})
    assert Participation.objects.get().state == "declined"


def test_a_spoc_answers_for_nobody_else(audit: Programme) -> None:
    browser = client(cast.spoc_user(cast.ronse()))
    for kind, given in [("sign-up", {}), ("equivalent", {"which": "x"}), ("decline", {"because": "x"})]:
        for organisation in (cast.eupen().pk, "", "x"):
            answer = browser.post(f"/programmes/of/audit/answer/{kind}/", {"organisation": organisation, **given})
            assert answer.status_code == 404
    assert not Participation.objects.exists()


# Rights ---------------------------------------------------------------------------------------------------------------------------
def test_what_one_may_not_see_does_not_exist(audit: Programme) -> None:
    """The SPOC of another town, a provider, a tester, an assessor: no page, no export, no document, no word of it."""
    row = taking(audit, cast.ronse())
    paper = ProgrammePaper.objects.create(
        participation=row, kind="report", name="secret.pdf", file="aa/bb/x", size=1, added_at=moment.now(), added_by="x"
    )
    other = client(cast.spoc_user(cast.eupen()))
    assert other.get(f"/participations/{row.pk}/").status_code == 404
    assert other.get(f"/participations/{row.pk}/papers/{paper.pk}/").status_code == 404
    assert other.post(f"/participations/{row.pk}/withdraw/", {"because": "x"}).status_code == 404
    assert "Ronse" not in text(other, "/programmes/ours/")
    closed = ["/programmes/", "/programmes/of/audit/", "/programmes/of/audit/participations/?format=csv", "/programmes/figures/",
              "/programmes/figures/?format=csv", "/programmes/quarantine/", f"/participations/{row.pk}/"]  # fmt: skip
    for user in (
        cast.provider_user(),
        cast.tester(),
        cast.assessor(),
        cast.administrator(),
        cast.observer(),
        cast.partner_user(),
    ):
        browser = client(user)
        for address in [*closed, "/programmes/ours/"]:
            assert browser.get(address).status_code == 403, address
    for address in closed[:-1]:
        assert other.get(address).status_code == 403, address


def test_a_document_is_found_under_its_own_participation_only(audit: Programme) -> None:
    own, foreign = taking(audit, cast.eupen()), taking(audit, cast.ronse())
    paper = ProgrammePaper.objects.create(
        participation=foreign,
        kind="report",
        name="secret.pdf",
        file="aa/bb/x",
        size=1,
        added_at=moment.now(),
        added_by="x",
    )
    browser = client(cast.spoc_user(cast.eupen()))
    assert browser.get(f"/participations/{own.pk}/papers/{paper.pk}/").status_code == 404


def test_an_auditor_reads_and_writes_nothing(audit: Programme) -> None:
    row, browser = taking(audit, cast.ronse()), client(cast.auditor())
    page = text(browser, f"/participations/{row.pk}/")
    assert "Record the step" not in page
    assert "Withdraw" not in page
    assert browser.post(f"/participations/{row.pk}/step/", {"name": "ordered", "on": "2026-01-01"}).status_code == 403
    assert browser.post("/programmes/import/").status_code == 403


# The team -------------------------------------------------------------------------------------------------------------------------
def test_a_coordinator_opens_a_programme_and_sets_its_budget() -> None:
    browser = client(cast.coordinator())
    assert "No programme yet." in text(browser, "/programmes/")
    given = {
        "key": "mfa",
        "share": "2/3",
        "cap": "5000",
        "selection": "maturity",
        "title_nl": "MFA",
        "about_nl": "Voor wie?",
    }
    wrong = browser.post("/programmes/new/", given | {"share": "much"})
    assert wrong.status_code == 400
    assert "A share is a fraction" in wrong.content.decode()
    page = browser.post("/programmes/new/", given, follow=True).content.decode()
    assert "the least mature first" in page
    year = moment.today().year
    page = browser.post("/programmes/of/mfa/budget/", {"year": year, "amount": "20000"}, follow=True).content.decode()
    assert f"{year}: 0 of 20,000 euro committed" in page
    browser.post("/programmes/of/mfa/edit/", given | {"share": "1/2"})
    assert Programme.objects.get().rules["share"] == "1/2"
    browser.post("/programmes/of/mfa/close/")
    assert "nobody can sign up" in text(browser, "/programmes/of/mfa/")
    assert client(cast.duty_officer()).get("/programmes/new/").status_code == 403


def test_the_ladder_opens_to_lists_and_the_waiting_list_is_in_order(audit: Programme) -> None:
    first, second, third = (taking(audit, town) for town in (cast.ronse(), cast.eupen(), cast.spiere_helkijn()))
    record_step(participation=first, name="ordered", by=SYSTEM)
    browser = client(cast.duty_officer())
    page = text(browser, "/programmes/of/audit/")
    assert "/programmes/of/audit/participations/?exercise=no&amp;reached=ordered" in page
    assert f'1. <a href="/participations/{third.pk}/">' in page
    assert "needs 4,000 euro" in page
    listed = text(browser, "/programmes/of/audit/participations/?exercise=no&reached=ordered")
    assert "Ronse" in listed
    assert "Eupen" not in listed
    assert second.state == "going"


def test_an_officer_takes_it_from_sign_up_to_paid(audit: Programme) -> None:
    browser, town = client(cast.duty_officer()), cast.ronse()
    browser.post("/programmes/of/audit/record/", {"organisation": town.pk, "kind": "sign-up", "price": ""})
    row = Participation.objects.get()
    place, today = f"/participations/{row.pk}/", moment.today().isoformat()
    browser.post(f"{place}step/", {"name": "ordered", "on": today})
    browser.post(f"{place}money/commit/", {"price": "4500"})
    browser.post(f"{place}papers/", {"kind": "report", "file": SimpleUploadedFile("report.pdf", b"%PDF")})
    for step in ("carried-out", "report", "invoiced"):
        browser.post(f"{place}step/", {"name": step, "on": today})
    page = browser.post(f"{place}money/pay/", {"amount": "3000", "on": today}, follow=True).content.decode()
    assert "Paid." in page
    assert "report.pdf" in page
    row.refresh_from_db()
    assert (row.state, row.step, Commitment.objects.get().amount) == ("done", "paid", Decimal("3000.00"))
    wrong = row.steps.get(name="invoiced")
    page = browser.post(f"{place}steps/{wrong.pk}/undo/", {"because": "Another invoice"}, follow=True).content.decode()
    assert "Another invoice" in page
    assert browser.post(f"{place}steps/{row.pk}/undo/", {"because": "x"}).status_code == 404


def test_what_goes_wrong_is_said_beside_what_was_asked(audit: Programme) -> None:
    browser, row = client(cast.duty_officer()), taking(audit, cast.ronse())
    page = browser.post(f"/participations/{row.pk}/money/commit/", {"price": "-1"}, follow=True).content.decode()
    assert "greater than or equal to 0" in page
    page = browser.post(f"/participations/{row.pk}/money/release/", {"because": ""}, follow=True).content.decode()
    assert "required" in page
    assert Commitment.objects.get().state == "promised"


def test_a_history_is_tried_imported_and_its_bad_rows_left_out() -> None:
    cast.ronse()
    browser, file = (
        client(cast.duty_officer()),
        b"nis,programme,step,date\n45041,audit,paid,2021-03-01\n1,audit,paid,2021-03-01\n",
    )
    upload = lambda: SimpleUploadedFile("history.csv", file)  # noqa: E731
    page = browser.post("/programmes/import/", {"file": upload(), "dry_run": "on"}).content.decode()
    assert "nothing was written" in page
    assert not Participation.objects.exists()
    page = browser.post("/programmes/import/", {"file": upload()}).content.decode()
    assert "a NIS code has five digits" in page
    assert "row 3" in page
    assert "nothing changed" in browser.post("/programmes/import/", {"file": upload()}).content.decode()
    fault = ProgrammeFault.objects.get()
    assert "history.csv" in text(browser, "/programmes/quarantine/")
    browser.post(f"/programmes/quarantine/{fault.pk}/", {"because": "A typing error"})
    assert "Nothing is in quarantine." in text(browser, "/programmes/quarantine/")
    assert "A typing error" in text(browser, "/programmes/quarantine/?settled=yes")
    again = browser.post("/programmes/import/", {"file": upload()}).content.decode()
    assert "Left out earlier" in again
    assert browser.post("/programmes/import/", {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")}).status_code == 400


# Figures --------------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def history() -> None:
    cast.ronse(), cast.spiere_helkijn(), cast.drogenbos(), cast.wemmel(), cast.eupen()
    import_history(content=HISTORY, file_name="history.csv", by=SYSTEM)


@pytest.mark.usefixtures("history")
def test_every_figure_opens_to_its_list() -> None:
    """Followed from the page: the number that stands there is the number of rows behind it."""
    browser = client(cast.duty_officer())
    page = text(browser, "/programmes/figures/?as_of=2021-03-01")
    links = re.findall(r'<a href="(/programmes/of/[a-z-]+/figures/2021-03-01/[a-z-]+/)">(\d+)</a>', page)
    assert len(links) > 40
    for address, shown in links:
        assert f'<span class="total">{shown}</span>' in text(browser, address), address
    counts = re.findall(r'href="(/programmes/of/[a-z-]+/figures/2021-03-01/answer--[a-z-]+/)"><b>(\d+)</b>', page)
    assert len(counts) == 10
    for address, shown in counts:
        assert f'<span class="total">{shown}</span>' in text(browser, address), address


@pytest.mark.usefixtures("history")
def test_what_is_saved_is_what_stands_on_the_screen() -> None:
    browser = client(cast.duty_officer())
    day = moment.today().replace(year=2022)
    rows = figures.as_of(day)
    body = b"".join(browser.get(f"/programmes/figures/?as_of={day}&format=csv").streaming_content)
    lines = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert [(one["Programme"], int(one["Reached it"]), one["Definition"], one["Source"]) for one in lines] == [
        (one.title, one.count, one.definition, one.source) for one in rows
    ]
    address = f"/programmes/figures/?as_of={day}&format=xlsx&what=unions"
    sheet = spreadsheet.read(b"".join(browser.get(address).streaming_content))
    first = sheet.rows[0].cells
    assert (first["Programmes"], first["One or both"], first["Both"], first["Only the first"]) == (
        "audit-or-ethical-hacking",
        "2",
        "1",
        "1",
    )


@pytest.mark.usefixtures("history")
def test_addresses_that_name_nothing_are_not_found() -> None:
    browser = client(cast.duty_officer())
    for rest in [
        "2021-13-01/answer--silent",
        "2021-03-01/answer--x",
        "2021-03-01/step--x--recorded",
        "2021-03-01/with--mfa--paid--both",
        "x/y",
    ]:
        assert browser.get(f"/programmes/of/audit/figures/{rest}/").status_code == 404
    assert browser.get("/programmes/of/nothing/figures/2021-03-01/answer--silent/").status_code == 404
    assert browser.get("/programmes/of/nothing/").status_code == 404
    assert browser.get("/programmes/figures/?as_of=x").status_code == 200


# Panels and query counts ----------------------------------------------------------------------------------------------------------
def test_panels_stand_on_the_pages_of_the_organisation_and_of_the_spoc(audit: Programme) -> None:
    taking(audit, cast.ronse())
    assert "Cyber audit" in text(client(cast.duty_officer()), f"/organisations/{cast.ronse().pk}/")
    assert "Programmes for us" in text(client(cast.spoc_user(cast.ronse())), "/portal/")


def test_lists_take_the_same_number_of_queries_however_long(audit: Programme, django_assert_num_queries: Any) -> None:
    browser = client(cast.duty_officer())
    towns = [cast.ronse(), cast.eupen(), cast.spiere_helkijn(), cast.drogenbos(), cast.wemmel()]
    addresses = [
        "/programmes/",
        "/programmes/of/audit/",
        "/programmes/of/audit/participations/",
        "/programmes/figures/",
    ]
    taking(audit, towns[0])
    few = [_queries(browser, address) for address in addresses]
    for town in towns[1:3]:
        taking(audit, town)
    claim_equivalent(programme=audit, organisation=towns[3], which="Own", by=SYSTEM)
    decline(programme=audit, organisation=towns[4], because="No", by=SYSTEM)
    open_programme(by=SYSTEM, key="mfa")
    many = [_queries(browser, address) for address in addresses]
    assert many == few


def _queries(browser: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    caches["local"].clear()
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(address).status_code == 200
    return len(caught)
