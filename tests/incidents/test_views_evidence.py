"""Evidence on screen: brought, read with a reason, verified, handed over, destroyed; and never run or shown."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from paraat.accounts.models import Membership
from paraat.incidents.models import Case, Content, Evidence
from paraat.kernel.marking import Role, Tlp
from paraat.platform import files, vault
from paraat.platform.api import Scope
from tests import cast
from tests.api.stage import Caller
from tests.incidents import holding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))
    monkeypatch.setenv("PARAAT_FIELD_KEY", "k" * 40)


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(cast.duty_officer())
    return client


def address(of: Case | Evidence, end: str = "") -> str:
    if isinstance(of, Case):
        return f"/cases/{of.pk}/evidence/{end}"
    return f"/cases/{of.case_id}/evidence/{of.pk}/{end}"


def stored() -> int:
    return len(list((files.root() / "vault").glob("*/*")))


def bring(client: Client, case: Case, **more: Any) -> Any:
    given = {"file": [SimpleUploadedFile("a.log", b"one"), SimpleUploadedFile("b.log", b"")], "tlp": 3} | more
    return client.post(address(case), given)


def test_an_officer_brings_files_and_sees_them(officer: Client) -> None:
    case = holding.case()
    assert bring(officer, case, source="FS01").status_code == 302
    assert {piece.name: piece.size for piece in case.evidence.all()} == {"a.log": 3, "b.log": 0}
    page = officer.get(address(case)).content.decode()
    assert "a.log" in page
    assert "FS01" in officer.get(address(case.evidence.get(name="a.log"))).content.decode()


def test_a_wrong_form_keeps_nothing(officer: Client) -> None:
    case = holding.case()
    assert bring(officer, case, tlp=9).status_code == 400
    assert stored() == 0


def test_what_is_too_large_is_said(officer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    case = holding.case()
    monkeypatch.setenv("PARAAT_EVIDENCE_LIMIT", "1024")
    answer = bring(officer, case, file=[SimpleUploadedFile("big.bin", b"x" * 3000)])
    assert answer.status_code == 302
    assert stored() == 0
    assert not case.evidence.exists()
    with translation.override("en"):
        assert "larger than" in officer.get(address(case)).content.decode()


def test_without_the_forms_token_nothing_comes_in() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.duty_officer())
    case = holding.case()
    assert bring(client, case).status_code == 403
    assert not case.evidence.exists()


def test_it_is_saved_with_a_reason_and_nothing_opens_it(officer: Client) -> None:
    piece = holding.piece()
    assert officer.post(address(piece, "download/"), {"why": ""}).status_code == 302
    answer = officer.post(address(piece, "download/"), {"why": "Analysis"})
    assert b"".join(answer.streaming_content) == holding.NOTE  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ransom note.txt"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert piece.custody.last().why == "Analysis"


def test_damage_breaks_the_saving_off_and_is_noted(officer: Client) -> None:
    piece = holding.piece()
    holding.spoil(piece.content)
    answer = officer.post(address(piece, "download/"), {"why": "Analysis"})
    with pytest.raises(vault.Damaged):
        list(answer.streaming_content)  # type: ignore[attr-defined]
    piece.refresh_from_db()
    assert piece.state == "damaged"


def test_verify_hand_over_destroy(officer: Client, django_capture_on_commit_callbacks: Any) -> None:
    piece = holding.piece()
    officer.post(address(piece, "verify/"))
    officer.post(address(piece, "hand-over/"), {"to": "Federal police", "why": "Complaint"})
    officer.post(address(piece, "destroy/"), {"confirmation": "no", "why": "Asked"})
    assert stored() == 1
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(address(piece, "destroy/"), {"confirmation": piece.number, "why": "Asked"})
    assert stored() == 0
    page = officer.get(address(piece)).content.decode()
    assert "Federal police" in page
    assert list(piece.custody.values_list("deed", flat=True)) == [
        "received", "verified", "handed_over", "destroyed", "viewed"
    ]  # fmt: skip


def test_the_chain_prints(officer: Client) -> None:
    piece = holding.piece(source="server #FS01 *")
    answer = officer.get(address(piece, "custody.pdf"), headers={"Accept-Language": "nl"})
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert piece.number in text
    assert "server #FS01 *" in text
    assert piece.sha256[:8] in text
    assert "TLP:AMBER+STRICT" in text


def test_who_sees_what() -> None:
    piece = holding.piece()
    expected = {
        cast.spoc_user(cast.ronse()): 200,  # the victim
        cast.spoc_user(cast.spiere_helkijn()): 404,
        cast.auditor(): 200,
        cast.observer(): 403,
        cast.provider_user(): 403,
        cast.administrator(): 403,
    }
    for user, status in expected.items():
        client = Client()
        client.force_login(user)
        assert client.get(address(piece)).status_code == status, user
    Evidence.objects.filter(pk=piece.pk).update(tlp=Tlp.RED)
    client = Client()
    client.force_login(cast.auditor())
    assert client.get(address(piece)).status_code == 404, "RED is for named recipients"


def test_the_victim_brings_evidence_but_does_not_handle_it() -> None:
    client = Client()
    client.force_login(cast.spoc_user(cast.ronse()))
    case = holding.case()
    assert bring(client, case).status_code == 302
    piece = case.evidence.get(name="a.log")
    for deed in ("download/", "verify/", "hand-over/", "destroy/"):
        assert client.post(address(piece, deed), {"why": "x"}).status_code == 403


def test_a_case_one_does_not_see_takes_nothing_in() -> None:
    client = Client()
    client.force_login(cast.spoc_user(cast.spiere_helkijn()))
    assert bring(client, holding.case()).status_code == 404
    assert not Content.objects.exists()


def test_the_list_costs_the_same_for_many(officer: Client, django_assert_max_num_queries: Any) -> None:
    case = holding.case()
    for number in range(6):
        holding.piece(of=case, content=b"%d" % number)
    officer.get(address(case))
    with django_assert_max_num_queries(12):
        officer.get(address(case))


def test_a_spoc_brings_nothing_to_the_case_of_another_town_that_he_may_read() -> None:
    case, both, client = holding.case(tlp=Tlp.GREEN), cast.partner_user(), Client()
    Membership.objects.create(user=both, role=Role.SPOC, organisation=cast.eupen())
    client.force_login(both)
    assert client.get(address(case)).status_code == 200
    assert bring(client, case).status_code == 403
    assert not case.evidence.exists() and not stored()
    caller = Caller(both, Scope.CASES_READ, Scope.CASES_WRITE)
    assert caller.get(f"/cases/{case.pk}/evidence").status_code == 200
    answer = caller.post(f"/cases/{case.pk}/evidence?name=a.log", {})
    assert answer.status_code == 404 and not Evidence.objects.exists()
