"""Importing on screen."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from paraat.registry.models import ImportRun, Organisation
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(cast.duty_officer())
    return client


def hand_in(client: Client, content: bytes, name: str = "mine.csv") -> str:
    form = {"file": SimpleUploadedFile(name, content), "as_of": "2024-10-01"}
    answer = client.post("/organisations/import/", form, follow=True)
    return answer.content.decode()


def test_a_file_is_shown_before_it_is_written(officer: Client) -> None:
    text = hand_in(officer, b"name,nis,website,colour\nRonse,45041,www.ronse.be,red\n,44021,,\n")
    assert "ronse.be" in text and "missing" in text and "not used" in text
    assert not Organisation.objects.exists()
    run = ImportRun.objects.get()
    officer.post(f"/organisations/import/{run.pk}/decide/", {"confirm": "1"})
    assert Organisation.objects.get().name == "Ronse"
    assert "mine.csv" in officer.get("/organisations/import/").content.decode()


def test_a_file_is_left(officer: Client) -> None:
    hand_in(officer, b"name,nis\nRonse,45041\n")
    run = ImportRun.objects.get()
    officer.post(f"/organisations/import/{run.pk}/decide/", {"drop": "1"})
    run.refresh_from_db()
    assert run.state == "dropped" and not Organisation.objects.exists()


def test_what_was_entered_by_hand_is_shown_as_kept(officer: Client) -> None:
    ronse = cast.ronse()
    Organisation.objects.filter(pk=ronse.pk).update(manual_fields=["name"])
    assert "Stad Ronse" in hand_in(officer, b"name,nis\nStad Ronse,45041\n")


def test_bad_rows_are_saved(officer: Client) -> None:
    hand_in(officer, b"name,nis\n,45041\n")
    answer = officer.get(f"/organisations/import/{ImportRun.objects.get().pk}/?format=csv")
    assert b"missing" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_a_file_that_is_no_table_is_said(officer: Client) -> None:
    assert "workbook" in hand_in(officer, b"PK\x03\x04nonsense", "mine.xlsx")


def test_only_the_team_imports(client: Client) -> None:
    client.force_login(cast.auditor())
    assert client.get("/organisations/import/").status_code == 403


def test_the_register_is_saved_and_read_back(officer: Client) -> None:
    cast.ronse(), cast.eupen()
    content = b"".join(officer.get("/organisations/file/").streaming_content)  # type: ignore[attr-defined]
    hand_in(officer, content, "register.csv")
    counts = ImportRun.objects.get().difference["counts"]
    assert counts == {"new": 0, "changed": 0, "kept": 0, "unchanged": 2}
