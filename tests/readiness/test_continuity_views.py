"""The pages of continuity: the town's own list, edited in place, and the population for the team."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from paraat.platform import moment
from paraat.platform.models import JournalEntry
from paraat.readiness import critical_services
from paraat.readiness.models import ContinuityTest, CriticalService
from tests import cast
from tests.readiness import continuing
from tests.web.pages import body, client_of, officer, page, said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def at(rest: str = "", town: Any = None) -> str:
    return f"/continuity/of/{(town or cast.ronse()).pk}/{rest}"


def spoc(town: Any = None) -> Client:
    return client_of(cast.spoc_user(town or cast.ronse()))


# A town's own list ----------------------------------------------------------------------------------------------------------------
def test_a_spoc_starts_the_list_with_one_click_and_edits_a_line_in_place() -> None:
    me = spoc()
    assert me.get("/continuity/mine/", follow=True).redirect_chain[0][0] == at()
    assert "Start from the built-in list" in page(me, at())
    assert "proposal" in said(me, at("start/"), {})
    row = CriticalService.objects.get(kind="web")
    assert f"service-{row.pk}" in page(me, at(f"?edit={row.pk}"))
    form = {
        "version": "1", "name": "Web site", "max_downtime_hours": "24", "decided": "on", "rto_hours": "30", "rpo_hours": "",
        "systems": "CMS\nCMS\nDNS", "workaround": "A page elsewhere", "on_paper": "on",
        "needs": [str(CriticalService.objects.get(kind="network").pk)], "cloud_services": ["web"],
    }  # fmt: skip
    text = said(me, at(f"{row.pk}/save/"), form)
    assert "Saved." in text
    assert "later than it may be gone" in text
    row.refresh_from_db()
    assert (row.rto_hours, row.systems, row.max_downtime_proposed, row.on_paper) == (30, ["CMS", "DNS"], False, True)
    assert [one.needs.kind for one in row.needs.all()] == ["network"]
    assert "Somebody else changed this service first" in said(me, at(f"{row.pk}/save/"), form)
    assert "Reviewed today" in said(me, at("review/"), {})
    assert not CriticalService.objects.filter(max_downtime_proposed=True).exists()


def test_a_wrong_form_stays_open_and_says_why() -> None:
    row = continuing.service(cast.ronse())
    answer = spoc().post(at(f"{row.pk}/save/"), {"version": "1", "name": "", "max_downtime_hours": "-1"})
    assert answer.status_code == 400
    assert body(answer).count('class="error"') >= 2
    row.refresh_from_db()
    assert row.version == 1


def test_a_service_is_added_and_taken_from_the_list() -> None:
    me = spoc()
    assert "Added." in said(me, at("add/"), {"kind": "other", "name": "Ferry"})
    assert "A service needs a name" in said(me, at("add/"), {"kind": "other", "name": " "})
    row = CriticalService.objects.get()
    assert "Say why" in said(me, at(f"{row.pk}/retire/"), {"because": ""})
    assert "Taken from the list." in said(me, at(f"{row.pk}/retire/"), {"because": "It was sold"})
    assert "Start from the built-in list" in page(me, at())


def test_a_test_is_recorded_with_its_file_which_is_saved_and_never_shown() -> None:
    me, row = spoc(), continuing.service(cast.ronse())
    form = {
        "kind": "tabletop",
        "on": moment.today().isoformat(),
        "services": [str(row.pk)],
        "outcome": "yes",
        "hours": "3.5",
        "remarks": "At the table",
    }
    text = said(me, at("test/"), form | {"file": SimpleUploadedFile("report.html", b"<script>alert(1)</script>")})
    assert "Recorded." in text
    assert "report.html" in text
    test = ContinuityTest.objects.get()
    answer = me.post(f"/continuity/tests/{test.pk}/proof/")
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert JournalEntry.objects.filter(verb="continuity.proof").exists()
    unknown = form | {"outcome": "unknown", "hours": ""}
    assert "Could not tell" in said(me, at("test/"), unknown)
    assert "Say after how many hours" in said(me, at("test/"), form | {"hours": ""})


def test_the_sheet_for_the_wall_is_a_document_that_can_be_read_aloud() -> None:
    me = spoc()
    assert "There is no list yet" in said(me, at("sheet/"), {})
    continuing.service(
        cast.ronse(), name="Library", limit=72, workaround="Cards in a tray", on_paper=True, rto_hours=48
    )
    continuing.service(cast.ronse(), "mail", limit=24, proposed=True)
    answer = me.post(at("sheet/"))
    read = pypdf.PdfReader(io.BytesIO(answer.content))
    text = "".join(one.extract_text() for one in read.pages)
    assert "Cards in a tray" in text
    assert "3 days" in text
    assert "24 hours *" in text
    assert "TLP:AMBER+STRICT" in text
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]  # PDF/UA
    assert JournalEntry.objects.filter(verb="continuity.printed").exists()


# Whose --------------------------------------------------------------------------------------------------------------------------
def test_a_list_is_its_towns_the_teams_and_the_auditors_only() -> None:
    row = continuing.service(cast.ronse(), name="Very secret exchange")
    test = continuing.tested(row)
    for me in (officer(), spoc(), client_of(cast.auditor())):
        assert "Very secret exchange" in page(me, at())
    posts = ("start/", "add/", "review/", "test/", "sheet/", f"{row.pk}/save/", f"{row.pk}/retire/")
    other = spoc(cast.eupen())
    page(other, at(), 404)
    assert all(other.post(at(rest)).status_code == 404 for rest in posts)
    assert other.post(f"/continuity/tests/{test.pk}/proof/").status_code == 404
    assert (
        other.post(at(f"{row.pk}/save/", cast.eupen())).status_code == 404
    )  # another's service below one's own address
    for user in (
        cast.provider_user(),
        cast.tester(),
        cast.assessor(),
        cast.observer(),
        cast.partner_user(),
        cast.administrator(),
    ):
        page(client_of(user), at(), 403)
        page(client_of(user), "/continuity/", 403)
        assert client_of(user).post(f"/continuity/tests/{test.pk}/proof/").status_code == 403
    auditor = client_of(cast.auditor())
    assert "/save/" not in page(auditor, at(f"?edit={row.pk}"))
    assert all(auditor.post(at(rest)).status_code == 403 for rest in posts if rest != "sheet/")
    assert Client().get(at()).status_code == 302
    row.refresh_from_db()
    assert row.version == 1


# The population -------------------------------------------------------------------------------------------------------------------
def test_the_population_opens_every_figure_to_its_list() -> None:
    continuing.tested(continuing.service(cast.ronse()))
    continuing.service(cast.eupen())
    cast.ixelles()
    me = officer()
    text = page(me, "/continuity/")
    assert "of all organisations that the team looks after" in text
    assert "Ronse" in page(me, "/continuity/?state=all")
    only = page(me, "/continuity/?state=none")
    assert "Eupen" in only
    assert "Ixelles" not in only
    assert ">Ronse<" not in only
    assert 'class="count known" href="?state=all"' in text or "state=all" in text
    assert "Eupen" in page(me, "/continuity/?days=1&state=none")
    assert "Eupen" not in page(me, "/continuity/?province=40000")
    lines = body(me.get("/continuity/?format=csv&state=all")).splitlines()
    assert [line.split(",")[0] for line in lines] == ["Organisation", "Ronse"]
    assert me.get("/continuity/?format=xlsx").status_code == 200


def test_the_list_of_services_filters_and_exports() -> None:
    continuing.tested(continuing.service(cast.ronse(), name="Alpha", rto_hours=100))
    continuing.service(cast.eupen(), "mail", name="Beta")
    me = officer()
    assert "Alpha" in page(
        me, "/continuity/services/?contradicts=yes&proven=yes&proof=tabletop&kind=web&result=resumed&paper=no"
    )
    assert "Beta" not in page(me, "/continuity/services/?proven=yes")
    lines = body(me.get("/continuity/services/?format=csv")).splitlines()
    assert len(lines) == 3
    assert me.get("/continuity/services/?format=xlsx").status_code == 200


@pytest.mark.parametrize("path", ["/continuity/", "/continuity/services/", "/continuity/suppliers/"])
def test_lists_take_the_same_queries_for_one_and_for_many(path: str) -> None:
    client = officer()

    def one_more(town: Any) -> None:
        continuing.tested(continuing.service(town, suppliers={cast.provider().pk} if town.name == "Ronse" else set()))

    def count() -> int:
        caches["local"].clear()
        with CaptureQueriesContext(connection) as caught:
            page(client, path)
        return len(caught)

    one_more(cast.ronse())
    before = count()
    for town in (cast.eupen(), cast.ixelles(), cast.drogenbos()):
        one_more(town)
    assert count() == before
    assert before <= 9


def test_one_page_takes_the_same_queries_for_three_services_and_for_all() -> None:
    client, town = officer(), cast.ronse()

    def count() -> int:
        caches["local"].clear()
        with CaptureQueriesContext(connection) as caught:
            page(client, at())
        return len(caught)

    for kind in list(critical_services.listed())[:3]:
        continuing.tested(continuing.service(town, kind))
    before = count()
    for kind in list(critical_services.listed())[3:20]:
        continuing.tested(continuing.service(town, kind))
    assert count() == before


# Suppliers ------------------------------------------------------------------------------------------------------------------------
def test_the_team_reads_what_stops_and_the_supplier_only_a_number() -> None:
    firm, ronse = cast.provider(), cast.ronse()
    continuing.service(ronse, name="Secret web site", suppliers={firm.pk}, workaround="=Paper")
    me = officer()
    assert "Streek-ICT" in page(me, "/continuity/suppliers/")
    assert "Secret web site" in page(me, f"/continuity/suppliers/{firm.pk}/")
    lines = body(me.get(f"/continuity/suppliers/{firm.pk}/?format=csv"))
    assert "'=Paper" in lines
    assert me.get(f"/continuity/suppliers/{firm.pk}/?format=xlsx").status_code == 200
    desk = client_of(cast.provider_user())
    text = page(desk, "/continuity/customers/")
    assert "Fewer than 5 customers" in text
    assert "Ronse" not in text
    page(desk, f"/continuity/suppliers/{firm.pk}/", 403)
    page(spoc(), "/continuity/customers/", 403)
    assert "names it" in page(me, f"/organisations/{firm.pk}/")


# On other pages -------------------------------------------------------------------------------------------------------------------
def test_the_organisations_page_and_the_portal_lead_here() -> None:
    continuing.tested(continuing.service(cast.ronse()))
    assert at() in page(officer(), f"/organisations/{cast.ronse().pk}/")
    assert "/continuity/mine/" in page(spoc(), "/portal/")
    assert f"{at()}#service-" in page(officer(), "/search/?q=ronse+web") + page(officer(), "/search/?q=website")
