"""The sealed sheet: codes that exist on paper only, a page per account in its own language, new ones that cancel the old."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2.exceptions import VerifyMismatchError
from django.test import Client
from pypdf import PdfReader

from paraat.cloud import preparing, sheets
from paraat.cloud.actions.preparations import prepare
from paraat.cloud.actions.sheets import issue_sheet
from paraat.cloud.actions.tenants import call_back
from paraat.cloud.models import Tenant
from paraat.kernel.errors import Conflict
from paraat.platform.models import JournalDetail, JournalEntry
from tests import cast
from tests.cloud import playing

pytestmark = pytest.mark.django_db
_CODE = re.compile(r"\b[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}\b")


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Tenant]:
    with playing.engine(tmp_path):
        prepare(organisation=cast.ronse(), by=playing.officer(), accounts=[
            {"login": "crisis", "name": "Crisiscel", "language": "nl"}, {"login": "population", "name": "Population", "language": "fr"},
        ])  # fmt: skip
        made = playing.running(["page"])
        Tenant.objects.filter(pk=made.pk).update(services=["page", "accounts"])
        call_back(tenant=made, contact=cast.contact(cast.ronse(), "deputy"), by=playing.officer())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(preparing, "hosts", lambda _: {"accounts": "https://account.nood.example"})
            yield made


def words(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_each_account_has_a_page_with_its_own_code(tenant: Tenant) -> None:
    first, *pages = words(issue_sheet(tenant=tenant, by=playing.officer()))
    assert "crisis" in first and "population" in first and not _CODE.search(first)
    codes = [_CODE.findall(page) for page in pages]
    assert [len(one) for one in codes] == [1, 1]
    assert codes[0] != codes[1]
    assert "Crisiscel" in pages[0] and "https://account.nood.example" in pages[0]
    tenant.refresh_from_db()
    kept = {one["login"]: one for one in tenant.values["accounts"]}
    sheets.HASHER.verify(kept["crisis"]["one_time_hash"], codes[0][0])
    with pytest.raises(VerifyMismatchError):
        sheets.HASHER.verify(kept["population"]["one_time_hash"], codes[0][0])


def test_the_code_is_nowhere_but_on_paper(tenant: Tenant) -> None:
    codes = [code for page in words(issue_sheet(tenant=tenant, by=playing.officer())) for code in _CODE.findall(page)]
    tenant.refresh_from_db()
    known = json.dumps(tenant.values) + "".join(str(one.detail) for one in JournalDetail.objects.all())
    assert codes and not any(code in known for code in codes)
    assert JournalEntry.objects.filter(verb="tenant.sheet").count() == 1


def test_a_new_sheet_cancels_the_one_before(tenant: Tenant) -> None:
    issue_sheet(tenant=tenant, by=playing.officer())
    before = {one["login"]: one for one in tenant.values["accounts"]}
    prepare(
        organisation=cast.ronse(), by=playing.officer(), accounts=[{"login": "ict", "name": "ICT", "language": "nl"}]
    )
    issue_sheet(tenant=tenant, by=playing.officer())
    after = {one["login"]: one for one in tenant.values["accounts"]}
    assert set(after) == {"crisis", "population", "ict"}, "prepared since the start; nobody is taken away"
    assert {one["generation"] for one in after.values()} == {2}
    assert all(after[login]["one_time_hash"] != before[login]["one_time_hash"] for login in before)


def test_an_exercise_says_so_on_every_page(tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(exercise=True)
    tenant.refresh_from_db()
    pages = words(issue_sheet(tenant=tenant, by=playing.officer()))
    assert all("EXERCISE" in page or "OEFENING" in page or "EXERCICE" in page for page in pages)


def test_nobody_gets_codes_before_a_second_contact_was_called(tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(called_back_at=None)
    with pytest.raises(Conflict, match="second contact"):
        issue_sheet(tenant=tenant, by=playing.officer())
    tenant.refresh_from_db()
    assert tenant.sheet_generation == 0


def test_nothing_that_does_not_run_gets_a_sheet(tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(state="stopped")
    with pytest.raises(Conflict):
        issue_sheet(tenant=tenant, by=playing.officer())


def test_the_team_issues_it_after_saying_so(tenant: Tenant, client: Client) -> None:
    path = f"/cloud/tenants/{tenant.pk}/sheet/"
    client.force_login(cast.spoc_user(cast.ronse()))
    assert client.post(path, {"sure": "on"}).status_code in {403, 404}
    client.force_login(cast.duty_officer())
    assert client.post(path).status_code == 302
    tenant.refresh_from_db()
    assert tenant.sheet_generation == 0
    answer = client.post(path, {"sure": "on"})
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    assert words(answer.content)
