"""The pages of frameworks: who reads what, searched, filtered, compared, brought in, and an assessment's own pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from paraat.accounts.models import User
from paraat.kernel.actor import SYSTEM
from paraat.readiness.actions.editions import import_edition
from paraat.readiness.frameworks import current
from paraat.readiness.models import Answer, Assessment, Edition
from paraat.readiness.rules.cyfun_workbook import SHEETS, recognise
from tests import cast
from tests.readiness import assessed, official

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Any:
    from django.utils import translation

    with translation.override("en"):
        yield


def signed_in(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    content: str = answer.content.decode()
    return content


def seen_in(answer: Any) -> str:
    """The digest of what was looked at, as the form of the second step carries it."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', text(answer))
    assert found
    return found[1]


def upload(content: bytes, **fields: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("official.xlsx", content), **fields}


def mine(level: str = "basic") -> Assessment:
    return assessed.opened(cast.ronse(), current("cyfun-2025"), level=level)


# Who ------------------------------------------------------------------------------------------------------------------------------
def test_who_takes_part_reads_them_and_a_tester_does_not() -> None:
    edition = current("basics")
    pages = [
        reverse("frameworks"), reverse("framework_edition", args=[edition.pk]), reverse("framework_print", args=[edition.pk]),
        reverse("control", args=[edition.controls.all()[0].pk]),
    ]  # fmt: skip
    readers = [
        cast.duty_officer(),
        cast.spoc_user(cast.ronse()),
        cast.provider_user(),
        cast.auditor(),
        cast.assessor(),
        cast.observer(),
    ]
    for page in pages:
        assert {signed_in(one).get(page).status_code for one in readers} == {200}
        assert signed_in(cast.tester()).get(page).status_code == 403
        assert signed_in(cast.administrator()).get(page).status_code == 403
        assert Client().get(page).status_code == 302


def test_only_a_coordinator_brings_in_an_edition() -> None:
    page = reverse("framework_import")
    assert signed_in(cast.coordinator()).get(page).status_code == 200
    for one in (
        cast.duty_officer(),
        cast.spoc_user(cast.ronse()),
        cast.provider_user(),
        cast.auditor(),
        cast.assessor(),
    ):
        assert signed_in(one).get(page).status_code == 403
        assert signed_in(one).post(page, upload(official.workbook(), version="x")).status_code == 403
    assert not Edition.objects.filter(imported=True).exists()


# Reading --------------------------------------------------------------------------------------------------------------------------
def test_controls_are_searched_and_filtered_and_the_official_words_stay_out_of_files() -> None:
    current("cyfun-2025")
    edition = import_edition(content=official.workbook(text="SECRET WORDS"), version="own", by=SYSTEM)
    client, page = signed_in(cast.spoc_user(cast.ronse())), reverse("framework_edition", args=[edition.pk])
    found = text(client.get(page, {"q": "backup", "level": "basic"}))
    assert "PR.DS-11.1" in found
    assert "PR.DS-11.2" not in found
    assert "34 controls, 13 of them key measures" in text(client.get(page))
    whole = b"".join(client.get(page, {"format": "csv"}).streaming_content).decode()
    assert whole.count("\n") >= 219
    assert "SECRET" not in whole
    shown = text(client.get(reverse("control", args=[edition.controls.get(identifier="PR.AA-03.2").pk])))
    assert "SECRET WORDS under PR.AA-03.2" in shown
    assert "B01" in shown


def test_the_page_of_an_edition_costs_the_same_for_22_and_for_218(django_assert_max_num_queries: Any) -> None:
    small, large = current("basics"), current("cyfun-2025")
    client = signed_in(cast.duty_officer())
    client.get(reverse("frameworks"))
    for edition in (small, large):
        caches["local"].clear()
        with django_assert_max_num_queries(16):
            assert client.get(reverse("framework_edition", args=[edition.pk])).status_code == 200


def test_the_paper_holds_every_item_of_a_level() -> None:
    client = signed_in(cast.spoc_user(cast.ronse()))
    basics = text(client.get(reverse("framework_print", args=[current("basics").pk])))
    assert all(f"B{number:02d}" in basics for number in range(1, 23))
    paper = text(client.get(reverse("framework_print", args=[current("cyfun-2025").pk]), {"level": "basic"}))
    assert paper.count("☐") == 34


def test_two_editions_are_compared_and_only_of_one_framework() -> None:
    first = current("cyfun-2025")
    second = import_edition(content=official.workbook(rows=official.controls()[1:]), version="own", by=SYSTEM)
    client = signed_in(cast.duty_officer())
    page = text(client.get(reverse("framework_difference", args=[first.pk, second.pk])))
    assert "GV.OC-01.1" in page
    assert "No longer asked" in page
    assert client.get(reverse("framework_difference", args=[first.pk, current("basics").pk])).status_code == 404


# Bringing in ----------------------------------------------------------------------------------------------------------------------
def test_a_workbook_is_looked_at_and_then_brought_in() -> None:
    client, page = signed_in(cast.coordinator()), reverse("framework_import")
    content = official.workbook(answers={"GV.OC-01.1": (9, 1, "")})
    looked = client.post(page, upload(content, version="2026-02-25"))
    assert not Edition.objects.filter(imported=True).exists()
    assert "GOVERN" in text(looked)
    assert "a score is a whole number" in text(looked)
    seen = seen_in(looked)
    other = client.post(page, upload(official.workbook("basic"), version="2026-02-25", seen=seen))
    assert other.status_code == 400
    done = client.post(page, upload(content, version="2026-02-25", seen=seen))
    made = Edition.objects.get(imported=True)
    assert done.url == reverse("framework_edition", args=[made.pk])
    assert "put aside" in text(client.get(done.url))
    assert made.source == "workbook official.xlsx"


def test_what_is_no_workbook_is_refused_in_words() -> None:
    client, page = signed_in(cast.coordinator()), reverse("framework_import")
    assert "not a workbook" in text(client.post(page, upload(b"nothing", version="1")))


# One assessment -------------------------------------------------------------------------------------------------------------------
def test_the_pages_of_an_assessment_are_for_who_reads_it() -> None:
    row = mine()
    assert signed_in(cast.spoc_user(cast.ronse())).get(reverse("assessment_workbook", args=[row.pk])).status_code == 200
    strangers = [cast.spoc_user(cast.spiere_helkijn()), cast.provider_user(), cast.assessor()]
    for name in ("assessment_edition", "assessment_workbook"):
        address = reverse(name, args=[row.pk])
        assert {signed_in(one).get(address).status_code for one in strangers} == {404}
        assert signed_in(cast.tester()).get(address).status_code == 403
        assert signed_in(cast.duty_officer()).get(address).status_code == 200
    address = reverse("assessment_workbook_fill", args=[row.pk])
    assert {signed_in(one).post(address, upload(official.workbook("basic"))).status_code for one in strangers} == {404}


def test_a_spoc_takes_its_assessment_along_and_finds_its_answers() -> None:
    row = mine("important")
    assessed.answered(row, **{"PR.AA-03.1": "met"})
    rows = [one for one in official.controls() if one["identifier"] != "PR.AA-03.1"]
    edition = import_edition(content=official.workbook(rows=rows), version="own", by=SYSTEM)
    client, page = signed_in(cast.spoc_user(cast.ronse())), reverse("assessment_edition", args=[row.pk])
    assert "No longer asked" in text(client.get(page))
    assert row.number in text(client.get(reverse("framework_edition", args=[edition.pk])))
    other = signed_in(cast.spoc_user(cast.spiere_helkijn()))
    assert row.number not in text(other.get(reverse("framework_edition", args=[edition.pk])))
    assert other.post(page).status_code == 404
    assert signed_in(cast.auditor()).post(page).status_code == 404
    assert client.post(page).status_code == 302
    row.refresh_from_db()
    assert row.edition == edition
    after = text(client.get(page))
    assert "kept as answered" in after
    assert "PR.AA-03.1" in after
    assert client.get(reverse("assessment", args=[row.pk])).status_code == 200


def test_answers_are_read_from_the_workbook_after_a_look_and_written_back() -> None:
    row = mine()
    client, page = signed_in(cast.spoc_user(cast.ronse())), reverse("assessment_workbook", args=[row.pk])
    content = official.workbook("basic", {"PR.AA-03.2": (4, 3, "Overal")})
    looked = client.post(page, upload(content))
    assert "Nothing was saved yet" in text(looked)
    assert not Answer.objects.filter(assessment=row, version__gt=0).exists()
    seen = seen_in(looked)
    assert client.post(page, upload(content, seen=seen)).status_code == 302
    assert Answer.objects.get(assessment=row, version=1).documentation == 4
    assert signed_in(cast.duty_officer()).post(page, upload(content)).status_code == 404

    filled = client.post(reverse("assessment_workbook_fill", args=[row.pk]), upload(official.workbook("basic")))
    assert filled.headers["Content-Disposition"] == f'attachment; filename="{row.number}.xlsx"'
    assert filled.headers["Content-Security-Policy"].startswith("sandbox")
    from paraat.formats.workbook import read_book

    book = read_book(filled.content, SHEETS)
    line = {one.identifier: one for one in recognise(book.names, book.rows).lines}["PR.AA-03.2"]
    assert (line.documentation, line.implementation, line.comments) == (4, 3, "Overal")


def test_only_cyfun_has_a_workbook_page() -> None:
    row = assessed.opened(cast.ronse(), current("basics"))
    client = signed_in(cast.spoc_user(cast.ronse()))
    assert client.get(reverse("assessment_workbook", args=[row.pk])).status_code == 404
    assert client.get(reverse("assessment_edition", args=[row.pk])).status_code == 200
