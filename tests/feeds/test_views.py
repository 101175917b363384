"""The pages of feeds: drop, paste, look, confirm, set right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from paraat.feeds import actions, demonstration
from paraat.feeds.models import Run, Source
from paraat.kernel.actor import SYSTEM
from paraat.observations.models import Finding, QuarantinedRow, UnassignedHost
from tests import cast

pytestmark = pytest.mark.django_db

LIST = json.dumps(
    {"targets": [{"host": "www.ronse.be", "ip": "192.0.2.1", "port": 443}, {"host": "www.nobody.be"}, {"host": 3}]}
).encode()


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(cast.duty_officer())
    return client


@pytest.fixture
def ddosia() -> Source:
    return actions.add_source(slug="ddosia", title="DDoSia", format="ddosia", by=SYSTEM)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_HOME", str(tmp_path))


def upload(client: Client, content: bytes = LIST, name: str = "list.json", **more: object) -> Run:
    answer = client.post("/feeds/upload/", {"file": SimpleUploadedFile(name, content), **more}, follow=True)
    assert answer.status_code == 200, answer.content
    return Run.objects.latest("received_at")


def test_a_dropped_list_is_recognised_and_read_at_once(officer: Client, ddosia: Source) -> None:
    cast.ronse()

    run = upload(officer)

    assert (run.state, run.records, run.quarantined, run.organisations, run.unassigned) == ("read", 2, 1, 1, 1)
    assert run.source == ddosia
    assert run.by_label == "Duty officer"
    page = officer.get(f"/feeds/{run.pk}/").content.decode()
    for said in ["www.ronse.be", "www.nobody.be", "Ronse", run.digest]:
        assert said in page
    assert officer.get("/feeds/").status_code == 200
    assert officer.get("/feeds/parts/").status_code == 200
    assert officer.get(f"/feeds/{run.pk}/parts/").status_code == 200
    assert b"www.ronse.be" in b"".join(officer.get(f"/feeds/{run.pk}/?format=csv").streaming_content)


def test_the_file_comes_back_as_it_came_and_is_never_shown(officer: Client, ddosia: Source) -> None:
    run = upload(officer, b'<script>"targets"</script>', "x.html", source="ddosia")
    answer = officer.get(f"/feeds/{run.pk}/file/")
    assert b"".join(answer.streaming_content) == b'<script>"targets"</script>'
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"


def test_the_same_file_again_says_so(officer: Client, ddosia: Source) -> None:
    upload(officer)
    answer = officer.post("/feeds/upload/", {"file": SimpleUploadedFile("again.json", LIST)}, follow=True)
    assert "nobody is told again" in answer.content.decode() or Run.objects.filter(state="repeated").count() == 1


def test_a_pasted_post_is_read(officer: Client) -> None:
    cast.ronse()
    actions.add_source(slug="posts", title="Posts", format="target_text", by=SYSTEM)
    answer = officer.post("/feeds/paste/", {"text": "We go for\n+ hxxps://www.ronse[.]be\nglory"}, follow=True)
    assert answer.status_code == 200
    assert Finding.objects.get().target == "www.ronse.be"
    assert Run.objects.get().origin == Run.Origin.PASTE


def test_it_refuses_a_file_that_is_too_large_and_keeps_nothing(
    officer: Client, ddosia: Source, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PARAAT_UPLOAD_LIMIT", "1024")
    answer = officer.post("/feeds/upload/", {"file": SimpleUploadedFile("big.json", b"x" * 5000)}, follow=True)
    assert "larger than this installation accepts" in answer.content.decode()
    assert not Run.objects.exists()
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_the_form_says_what_is_missing(officer: Client) -> None:
    assert officer.post("/feeds/upload/", {}).status_code == 422
    assert officer.post("/feeds/paste/", {"text": ""}).status_code == 422
    answer = officer.post("/feeds/upload/", {"file": SimpleUploadedFile("x.json", LIST)}, follow=True)
    assert "no source of this format" in answer.content.decode()


def test_an_upload_without_its_token_is_refused(ddosia: Source) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.duty_officer())
    assert client.post("/feeds/upload/", {"file": SimpleUploadedFile("x.json", LIST)}).status_code == 403
    assert not Run.objects.exists()


@pytest.mark.parametrize("who", ["auditor", "observer", "administrator", "partner_user", "provider_user"])
def test_only_the_team_brings_lists(client: Client, who: str) -> None:
    client.force_login(getattr(cast, who)())
    assert client.post("/feeds/upload/", {"file": SimpleUploadedFile("x.json", LIST)}).status_code == 403
    assert client.get("/feeds/").status_code == (200 if who == "auditor" else 403)
    assert client.get("/quarantine/").status_code == (200 if who == "auditor" else 403)


def test_a_source_is_added_changed_and_confirmed(officer: Client) -> None:
    answer = officer.post("/feeds/sources/add/", {"format": "table", "slug": "mine", "title": "Mine"}, follow=True)
    assert answer.status_code == 200
    page = {"title": "Ours", "policy": "at_once", "reliability": "B", "credibility": "2", "tlp": "1", "severity": "2"}
    page |= {
        "column_host": "Naam",
        "stale_after": "36",
        "active": "on",
        "pull_url": "https://feeds.example/list.csv",
        "pull_every": "0.5",
    }
    assert officer.post("/feeds/sources/mine/", page, follow=True).status_code == 200
    found = Source.objects.get()
    assert (found.title, found.mapping, found.policy, found.tlp) == ("Ours", {"host": "Naam"}, "at_once", 1)
    assert found.stale_due_at is not None
    assert found.pull_due_at is not None
    officer.post("/feeds/sources/mine/confirm/")
    found.refresh_from_db()
    assert found.confirmed_by == "Duty officer"
    assert officer.get("/feeds/sources/mine/").status_code == 200
    assert officer.post("/feeds/sources/mine/", page | {"pull_url": "ftp://x"}).status_code == 422


def test_a_quarantined_row_is_set_right_and_played(officer: Client, ddosia: Source) -> None:
    cast.ronse()
    upload(officer)
    row = QuarantinedRow.objects.get()
    assert "host" in officer.get("/quarantine/").content.decode()
    answer = officer.post(f"/quarantine/{row.pk}/", {"raw": '{"host": "www.ronse.be"}'}, follow=True)
    assert answer.status_code == 200
    row.refresh_from_db()
    replay = Run.objects.get(origin=Run.Origin.REPLAY)
    assert (row.state, replay.records, replay.organisations) == ("replayed", 1, 1)


def test_quarantined_rows_are_dropped_or_played_by_the_handful(officer: Client, ddosia: Source) -> None:
    upload(officer)
    row = QuarantinedRow.objects.get()
    officer.post("/quarantine/decide/", {"row": str(row.pk), "again": "1"})
    again = QuarantinedRow.objects.get(state="open")
    officer.post("/quarantine/decide/", {"row": [str(again.pk), "nonsense"], "drop": "1"})
    assert list(QuarantinedRow.objects.order_by("at").values_list("state", flat=True)) == ["replayed", "dropped"]
    assert officer.post("/quarantine/decide/", {}, follow=True).status_code == 200


def test_the_demonstration_list_names_nine_municipalities_and_two_ports(officer: Client) -> None:
    demonstration.load()
    demonstration.load()
    cast.ronse()
    run = upload(officer, demonstration.target_list().read_bytes(), demonstration.FILE_NAME)
    assert (run.state, run.records, run.quarantined) == ("read", 11, 0)
    assert run.dated_by == Run.DatedBy.RECEIPT
    assert run.source.slug == "target_text"
    assert UnassignedHost.objects.filter(run=run.pk).count() == 10
