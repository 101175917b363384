"""Who may open which door of the intake, and what it does with people who mean harm."""

from __future__ import annotations

import http.client
import logging
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest

from paraat.cloud.catalog.intake.app import papers, site
from paraat.cloud.catalog.intake.app.actions import drafts
from paraat.cloud.catalog.intake.app.pages import citizen, clerk, handovers, plans, wall
from paraat.cloud.catalog.intake.app.vault import NotOurs, Vault
from tests.cloud.catalog.intake_stage import (
    BIRTH,
    KEY,
    PASSWORDS,
    PDF,
    PNG,
    QUESTION,
    SOCIAL,
    VERIFIER,
    Browser,
    Stage,
    office,
    running,
)

ROUTES = [*citizen.ROUTES, *wall.ROUTES, *clerk.ROUTES, *plans.ROUTES, *handovers.ROUTES]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with running(tmp_path) as found:
        yield found


def knock(browser: Browser, path: str, methods: set[str]) -> tuple[int, str]:
    """Open a door; where it ends."""
    page = browser.post(path, {}) if "POST" in methods else browser.get(path)
    return page.status, page.path


@pytest.mark.parametrize("route", ROUTES, ids=lambda one: one.name)
def test_every_door_is_closed_to_whom_it_is_not_for(stage: Stage, route: object) -> None:
    filed = stage.filed("social", SOCIAL, papers=PDF)
    path = route.path.replace("{form}", "birth").replace("{code}", "fr").replace("{counter}", "social")  # type: ignore[attr-defined]
    path = path.replace("{reference}", filed.reference).replace("{paper}", "x").replace("{handover}", "x")
    methods, who = route.methods, route.who  # type: ignore[attr-defined]
    stranger = stage.browser()
    stranger.get("/find")
    status, end = knock(stranger, path, methods)
    if who == "clerk":
        assert end == "/clerk/login"
        assert knock(filed.browser, path, methods)[1] == "/clerk/login", "having filed opens nothing of the counter"
    if who == "verifier":
        assert status == 404
        assert knock(stage.clerk(), path, methods)[0] == 404
    if "social" in path or filed.reference in path:
        assert knock(stage.clerk("population"), path, methods)[0] == 404, "another counter's"
    if path.startswith("/mine") and path != "/mine/leave":
        assert status == 404


def test_the_verifier_sees_what_verification_filed_and_nothing_else(stage: Stage) -> None:
    filed = stage.filed()
    verifier = stage.browser()
    verifier.get("/clerk/login")
    assert verifier.post("/clerk/login", {"login": "verifier", "password": VERIFIER}).path == "/clerk"
    assert verifier.get(f"/clerk/request/{filed.reference}").status == 404
    assert filed.reference not in verifier.get("/clerk/requests").text
    assert filed.reference not in verifier.get("/clerk/counter/population").text
    verifier.get("/clerk/settings")
    assert verifier.post("/clerk/settings", {"counter_birth": "population"}).status == 404
    assert stage.browser(intake_verification=VERIFIER).get("/form/question").status == 200


def test_a_form_without_its_token_or_from_elsewhere_is_refused(stage: Stage) -> None:
    clerk = stage.clerk()
    assert clerk.post("/clerk/counter/population/next", {"csrf": "x"}).status == 403
    clerk.get("/clerk")
    assert clerk.post("/clerk/counter/population/next", {}, Origin="https://elsewhere.example").status == 403
    assert clerk.post("/clerk/counter/population/next", {}, Origin="null").status == 403
    other = stage.browser()
    other.get("/find")
    clerk.token = other.token
    assert clerk.post("/clerk/counter/population/next", {}).status == 403, "another browser's token"


def test_passwords_and_codes_cannot_be_guessed_for_long(stage: Stage) -> None:
    browser = stage.browser()
    browser.get("/clerk/login")
    tries = [
        browser.post("/clerk/login", {"login": "population", "password": f"no-{n}"}, X_Forwarded_For=f"::{n}").status
        for n in range(11)
    ]
    assert tries == [*[422] * 10, 429], "per login, wherever it comes from"
    filed = stage.filed()
    browser.get("/find")
    found = {"reference": filed.reference, "code": "AAAAAAAA"}
    tries = [browser.post("/find", found, X_Forwarded_For=f"9.9.9.9, ::{n}").status for n in range(11)]
    assert tries == [*[422] * 10, 429], "per reference"


def test_a_new_password_ends_older_sessions(stage: Stage) -> None:
    clerk = stage.clerk()
    assert clerk.get("/clerk").path == "/clerk"
    fresh = bcrypt.hashpw(b"another", bcrypt.gensalt(4)).decode()
    stage.office.tenant.accounts.write_text(f"population:{fresh}\n")
    assert clerk.get("/clerk").path == "/clerk/login"
    stage.office.tenant.accounts.unlink()
    browser = stage.browser()
    browser.get("/clerk/login")
    assert browser.post("/clerk/login", {"login": "population", "password": PASSWORDS["population"]}).status == 422


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "paper_empty"),
        (b"<html><script>alert(1)</script></html>", "paper_kind"),
        (b"MZ" + bytes(4000), "paper_kind"),
        (b"PK\x03\x04" + bytes(4000), "paper_kind"),
        (PNG[:-12] + bytes(5000), "paper_kind"),
        (PDF[:-6] + bytes(5000), "paper_kind"),
        (b"%PDF-" + bytes(papers.LARGEST), "paper_too_large"),
        (PDF, None),
        (PNG, None),
        (b"\xff\xd8\xff\xe0" + bytes(100) + b"\xff\xd9", None),
    ],
    ids=["empty", "html", "exe", "zip", "cut-png", "cut-pdf", "large", "pdf", "png", "jpeg"],
)
def test_a_paper_is_what_its_content_is(content: bytes, problem: str | None) -> None:
    assert papers.problem(content) == problem


def test_a_page_that_calls_itself_a_picture_is_not_kept(stage: Stage) -> None:
    browser = stage.browser()
    browser.get("/form/question")
    page = browser.post("/form/question", QUESTION, papers=[("paper_papers", "x.png", b"<html>hello</html>")])
    assert page.status == 422
    assert "geen PDF, JPEG of PNG" in page.text
    with stage.office.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM paper").fetchone()[0] == 0


def test_more_than_there_is_room_for_is_refused_while_it_arrives(stage: Stage) -> None:
    for path, most in (("/form/question", site.LARGE), ("/find", site.SMALL)):
        connection = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=30)
        connection.putrequest("POST", path)
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        sent, piece = 0, b"--x\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\n" + bytes(1 << 20)
        try:
            while sent < most + (8 << 20):
                connection.send(b"%x\r\n%b\r\n" % (len(piece), piece))
                sent += len(piece)
        except OSError:
            pass  # hung up on: that is the point
        else:
            assert connection.getresponse().status == 413
        connection.close()
    assert stage.browser().get("/").status == 200


def test_thousands_of_fields_and_files_are_refused(stage: Stage) -> None:
    browser = stage.browser()
    browser.get("/form/question")
    assert browser.post("/form/question", QUESTION | {f"f{n}": "x" for n in range(3000)}).status in {400, 413}
    browser.get("/form/question")
    assert browser.post("/form/question", QUESTION, papers=[("paper_papers", "x", PNG)] * 60).status in {400, 413, 422}
    browser.get("/form/question")
    page = browser.post("/form/question", QUESTION | {"question": "x" * 5000})
    assert page.status == 422


def test_what_citizens_write_is_text_on_every_page(stage: Stage) -> None:
    nasty = "<script>alert(1)</script>\"'{{ 7*7 }}\u202e\x00"
    filed = stage.filed("birth", BIRTH | dict.fromkeys(("child_name", "parents", "born_at", "name"), nasty))
    clerk = stage.clerk()
    clerk.get("/clerk/handover")
    clerk.post("/clerk/handover", {})
    for path in ("/clerk/requests", f"/clerk/request/{filed.reference}", "/clerk/counter/population", "/wall"):
        page = clerk.get(path)
        assert page.status == 200
        assert "<script>alert" not in page.text
        assert "\u202e" not in page.text
        assert "49" not in re.sub(r'value="[^"]*"', "", page.text) or "{{ 7*7 }}" in page.text


def test_every_answer_carries_the_headers(stage: Stage) -> None:
    for path in ("/", "/clerk/login", "/nothing", "/static/intake.css", "/healthz", "/wall"):
        headers = {name.lower(): value for name, value in stage.browser().get(path).headers.items()}
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == ("public, max-age=3600" if path.startswith("/static/") else "no-store")
        assert "server" not in headers


def test_cookies_are_for_the_server_alone_and_for_https_behind_the_entrance(stage: Stage) -> None:
    given = stage.browser().get("/find", X_Forwarded_Proto="https").headers["set-cookie"]
    assert "HttpOnly" in given
    assert "Secure" in given
    assert "SameSite=lax" in given


def test_a_copied_volume_shows_nobody(stage: Stage, tmp_path: Path) -> None:
    filed = stage.filed("birth", BIRTH | {"name": "Zeer Herkenbaar"}, certificate=PDF)
    clerk = stage.clerk()
    clerk.get(f"/clerk/request/{filed.reference}")
    clerk.post(f"/clerk/request/{filed.reference}/note", {"note": "Geheime nota"})
    stage.office.store.dump()
    everything = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert filed.reference.encode() in everything, "the file was read"
    for text in (
        "Herkenbaar",
        "Kind Een",
        "Ouder Twee",
        "0470 00 00 02",
        "Geheime nota",
        "scan.pdf",
        "/Catalog",
        filed.code.replace("-", ""),
    ):
        assert text.encode() not in everything, text


def test_sealed_values_open_only_with_the_key_and_in_their_place() -> None:
    vault = Vault(KEY)
    sealed = vault.seal(b"name", "answers:1")
    assert vault.unseal(sealed, "answers:1") == b"name"
    assert sealed != vault.seal(b"name", "answers:1")
    with pytest.raises(NotOurs):
        vault.unseal(sealed, "answers:2")
    with pytest.raises(NotOurs):
        Vault(KEY + "x").unseal(sealed, "answers:1")
    with pytest.raises(NotOurs):
        vault.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), "answers:1")
    with pytest.raises(NotOurs):
        vault.unseal(b"", "answers:1")


def test_a_crash_between_papers_and_commit_leaves_nothing_half(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = papers.Paper("papers", "a.pdf", "application/pdf", PDF)
    draft = drafts.keep(stage.office, form="question", language="nl", answers=QUESTION, papers=[taken])

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(drafts, "safe_name", dies)
        drafts.keep(
            stage.office,
            form="question",
            language="nl",
            answers=QUESTION | {"name": "half"},
            papers=[taken],
            draft=draft,
        )
    with stage.office.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM paper").fetchone()[0] == 1
        row = connection.execute("SELECT answers FROM submission").fetchone()
    assert stage.office.vault.unseal_json(row["answers"], f"answers:{draft}")["name"] == QUESTION["name"]


def test_a_killed_program_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    """What was confirmed is on the disk: another program opens the file while the first one, never closed, holds it."""
    with running(tmp_path) as stage:
        filed = stage.filed(papers=PDF)
        held = sqlite3.connect(stage.office.store.path)
        held.execute("BEGIN IMMEDIATE")
        held.execute("DELETE FROM submission")
        copy = tmp_path / "copy"
        (copy / "data").mkdir(parents=True)
        for path in (tmp_path / "data").iterdir():
            if path.is_file():
                (copy / "data" / path.name).write_bytes(path.read_bytes())
        held.close()
    other = office(copy, stage.clock)
    with other.store.reading() as connection:
        assert connection.execute("SELECT reference FROM submission").fetchone()[0] == filed.reference
        assert connection.execute("SELECT count(*) FROM paper").fetchone()[0] == 1


def test_the_log_names_no_people(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("Zeer Herkenbaar 0470 00 00 09")

    monkeypatch.setattr(drafts, "keep", breaks)
    browser = stage.browser()
    browser.get("/form/question")
    with caplog.at_level(logging.DEBUG):
        page = browser.post("/form/question", QUESTION | {"name": "Zeer Herkenbaar"})
    assert page.status == 500
    assert "RuntimeError" in caplog.text
    assert "Herkenbaar" not in caplog.text
    assert "Herkenbaar" not in page.text


def test_a_full_volume_still_takes_requests_without_papers(stage: Stage) -> None:
    object.__setattr__(stage.office.tenant, "room_mb", 0)
    browser = stage.browser()
    browser.get("/form/question")
    page = browser.post("/form/question", QUESTION, papers=[("paper_papers", "a.png", PNG)])
    assert page.status == 422
    assert "geen plaats" in page.text
    assert stage.filed().reference


def test_what_nobody_sent_is_not_kept(stage: Stage) -> None:
    from datetime import timedelta

    browser = stage.browser()
    browser.get("/form/question")
    browser.post("/form/question", QUESTION, papers=[("paper_papers", "a.png", PNG)])
    stage.clock[0] += timedelta(hours=3)
    stage.filed(visit="contact")
    with stage.office.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM submission").fetchone()[0] == 1
        assert connection.execute("SELECT count(*) FROM paper").fetchone()[0] == 0


def test_slow_senders_do_not_keep_others_out(stage: Stage) -> None:
    slow = []
    for _ in range(20):
        connection = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=30)
        connection.putrequest("POST", "/form/question")
        connection.putheader("Content-Length", "1000000")
        connection.endheaders()
        connection.send(b"x")
        slow.append(connection)
    began = time.monotonic()
    assert stage.filed().reference
    assert time.monotonic() - began < 5
    for connection in slow:
        connection.close()
    assert threading.active_count() < 100


def test_an_upload_is_on_no_disk_before_it_is_sealed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    def refuses(*_: object, **__: object) -> None:
        raise AssertionError("a plain upload was about to be written to a disk")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuses)
    large = b"%PDF-" + bytes(9 * 1024 * 1024) + b"%%EOF"
    browser = stage.browser()
    browser.get("/form/question")
    page = browser.post("/form/question", QUESTION, papers=[("paper_papers", f"{n}.pdf", large) for n in range(3)])
    assert page.path == "/moment"
