"""What citizens and clerks do with the intake, over real HTTP."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from paraat.cloud.catalog.intake import verify
from tests.cloud.catalog.intake_stage import BIRTH, MONDAY, PDF, PNG, QUESTION, SOCIAL, VERIFIER, Stage, running


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with running(tmp_path) as found:
        yield found


def test_the_real_client_proves_it_and_leaves_nothing(stage: Stage) -> None:
    proven = verify.verify(stage.access)
    assert len(proven) == 4
    with stage.office.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM submission").fetchone()[0] == 0
        assert connection.execute("SELECT count(*) FROM paper").fetchone()[0] == 0


def test_the_real_client_notices_that_nobody_can_file(stage: Stage) -> None:
    with stage.office.store.writing() as connection:
        connection.execute("CREATE TRIGGER no BEFORE INSERT ON paper BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(verify.NotVerified, match="not taken"):
        verify.verify(stage.access)


def test_a_citizen_files_and_finds_it_again_on_another_phone(stage: Stage) -> None:
    filed = stage.filed("birth", BIRTH, "appointment 2026-11-24 09:15", certificate=PDF)
    page = stage.browser().get("/mine")
    assert page.status == 404
    other = stage.browser()
    other.get("/find")
    page = other.post("/find", {"reference": filed.reference.lower(), "code": filed.code.lower()})
    assert (page.status, page.path) == (200, "/mine")
    assert "dinsdag 24 november, 09:15" in page.text
    assert "De aangifte zelf gebeurt aan het loket; de wettelijke termijnen blijven lopen." in page.text
    assert "Kind Een" not in page.text, "what one needs at the counter, no more"


def test_answers_and_papers_stay_when_something_is_wrong(stage: Stage) -> None:
    browser = stage.browser()
    browser.get("/form/birth")
    page = browser.post(
        "/form/birth", BIRTH | {"born_on": "gisteren"}, papers=[("paper_certificate", "attest.pdf", PDF)]
    )
    assert page.status == 422
    assert "Kind Een" in page.text
    assert "attest.pdf" in page.text
    assert 'id="born_on_problem"' in page.text
    page = browser.post("/form/birth", BIRTH)
    assert page.path == "/moment"
    assert len(stage.browser().get("/form/birth").text.split("attest.pdf")) == 1, "in no other browser"


def test_everybody_is_spoken_to_in_their_language(stage: Stage) -> None:
    assert "Naissance" in stage.browser(Accept_Language="fr-BE,nl;q=0.5").get("/form/birth").text.title()
    assert 'lang="de"' in stage.browser().get("/language/de?to=/form/birth").text
    assert stage.browser().get("/language/en?to=//elsewhere.example/").path == "/"
    assert 'lang="nl"' in stage.browser(Accept_Language="tr").get("/").text


def test_a_citizen_cancels_and_somebody_else_gets_the_moment(stage: Stage) -> None:
    slot = "appointment 2026-11-24 09:00"
    filed = stage.filed(visit=slot)
    page = filed.browser.get("/mine/cancel")
    assert filed.reference in page.text
    page = filed.browser.post("/mine/cancel", {})
    assert "Geannuleerd" in page.text
    assert filed.browser.post("/mine/cancel", {}).status == 409
    assert stage.filed(visit=slot).reference != filed.reference


def test_one_moment_goes_to_one_of_many_who_want_it_at_once(stage: Stage) -> None:
    browsers = []
    for _ in range(6):
        browser = stage.browser()
        browser.get("/form/question")
        assert browser.post("/form/question", QUESTION).path == "/moment"
        browsers.append(browser)
    with ThreadPoolExecutor(6) as pool:
        pages = list(pool.map(lambda one: one.post("/moment", {"visit": "appointment 2026-11-24 10:00"}), browsers))
    assert sorted(page.path for page in pages) == ["/mine", *["/moment"] * 5]
    told = [page for page in pages if page.path == "/moment"]
    assert {page.status for page in told} == {409}
    assert all("net door iemand anders gekozen" in page.text for page in told)
    assert all("2026-11-24 10:15" in page.text and "2026-11-24 10:00" not in page.text for page in told)


def test_two_clerks_at_once_never_call_the_same_person(stage: Stage) -> None:
    filed = {stage.filed().reference for _ in range(6)}
    clerks = [stage.clerk() for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        pages = list(pool.map(lambda number: clerks[number % 3].post("/clerk/counter/population/next", {}), range(6)))
    called = [page.path.rpartition("/")[2] for page in pages]
    assert sorted(called) == sorted(filed)


def test_a_clerk_helps_people_in_turn(stage: Stage) -> None:
    first, second = stage.filed(), stage.filed(visit="ticket")
    booked = stage.filed(visit="appointment 2026-11-23 10:45")
    clerk = stage.clerk()
    assert clerk.post("/clerk/counter/population/next", {}).path.endswith(first.reference)
    assert "A1" in stage.browser().get("/wall").text
    stage.clock[0] = MONDAY + timedelta(minutes=44)
    assert clerk.post("/clerk/counter/population/next", {}).path.endswith(booked.reference), "his time has come"
    assert clerk.post("/clerk/counter/population/next", {}).path.endswith(second.reference)
    page = clerk.post(f"/clerk/request/{second.reference}/move", {"verb": "no_show"})
    assert "Niet gekomen" in page.text
    assert clerk.post(f"/clerk/request/{second.reference}/move", {"verb": "call"}).status == 200
    assert clerk.post(f"/clerk/request/{second.reference}/move", {"verb": "done"}).status == 200
    assert clerk.post(f"/clerk/request/{second.reference}/move", {"verb": "done"}).status == 409
    assert clerk.post("/clerk/counter/population/next", {}).path == "/clerk/counter/population", "nobody waits"
    page = clerk.post(f"/clerk/request/{first.reference}/note", {"note": "belt <b>terug</b>"})
    assert "belt &lt;b&gt;terug&lt;/b&gt;" in page.text


def test_the_wall_shows_numbers_and_no_people(stage: Stage) -> None:
    filed = stage.filed(answers=QUESTION | {"name": "Zeer Herkenbaar"})
    stage.clerk().post("/clerk/counter/population/next", {})
    text = stage.browser().get("/wall/part").text
    assert "A1" in text
    assert "Herkenbaar" not in text
    assert filed.reference not in text


def test_a_clerk_finds_by_name_form_status_and_day(stage: Stage) -> None:
    mine, other = stage.filed(answers=QUESTION | {"name": "Peeters"}), stage.filed("birth", BIRTH)
    clerk = stage.clerk()
    found = clerk.get("/clerk/requests?text=peeters").text
    assert mine.reference in found
    assert other.reference not in found
    assert other.reference in clerk.get("/clerk/requests?form=birth&status=waiting&day=2026-11-23").text
    assert other.reference not in clerk.get("/clerk/requests?status=done").text


def test_numbers_are_given_while_open_and_hours_are_the_clerks_to_set(stage: Stage) -> None:
    clerk = stage.clerk()
    typed = {f"day_{day}": "" for day in range(7)} | {
        "day_2": "13:00-14:00",
        "minutes": "30",
        "desks": "2",
        "ahead": "7",
        "closed": "",
    }
    clerk.get("/clerk/settings/population")
    assert clerk.post("/clerk/settings/population", typed | {"day_2": "14:00-13:00"}).status == 422
    assert clerk.post("/clerk/settings/population", typed | {"walk_in": "yes"}).path == "/clerk/settings"
    browser = stage.browser()
    browser.get("/form/question")
    page = browser.post("/form/question", QUESTION)
    assert 'value="ticket"' not in page.text
    assert page.text.count('value="appointment ') == 2
    assert browser.post("/moment", {"visit": "ticket"}).status == 409
    assert [stage.filed(visit="appointment 2026-11-25 13:00") for _ in range(2)], "two desks"


def test_a_form_that_is_not_offered_is_not_there(stage: Stage) -> None:
    clerk = stage.clerk()
    offered = dict.fromkeys(("offered_birth", "offered_death", "offered_address", "offered_identity"), "yes")
    counters = {f"counter_{name}": "population" for name in ("birth", "death", "address", "identity", "question")}
    clerk.get("/clerk/settings")
    assert (
        clerk.post(
            "/clerk/settings", offered | counters | {"offered_permit": "yes", "counter_permit": "permits"}
        ).status
        == 200
    )
    assert stage.browser().get("/form/question").status == 404
    assert stage.browser().get("/form/birth").status == 200
    assert "/form/question" not in stage.browser().get("/").text


def test_everything_is_handed_over_and_then_removed(stage: Stage) -> None:
    birth = stage.filed("birth", BIRTH | {"parents": "=HYPERLINK(1)\n#set text(red)"}, certificate=PDF)
    question, social = stage.filed(), stage.filed("social", SOCIAL)
    clerk = stage.clerk()
    clerk.get("/clerk/handover")
    page = clerk.post("/clerk/handover", {})
    path = page.text.partition('href="/clerk/handover/')[2].partition('"')[0]
    bundle = zipfile.ZipFile(io.BytesIO(clerk.get(f"/clerk/handover/{path}").body))
    assert bundle.testzip() is None
    assert set(bundle.namelist()) == {
        "birth.csv",
        "birth.pdf",
        "question.csv",
        "question.pdf",
        f"papers/{birth.reference}-1-certificate.pdf",
    }
    assert bundle.read(f"papers/{birth.reference}-1-certificate.pdf") == PDF
    sheet = bundle.read("birth.csv").decode("utf-8-sig")
    assert "\"'=HYPERLINK(1)" in sheet
    reader = PdfReader(io.BytesIO(bundle.read("birth.pdf")))
    assert "/StructTreeRoot" in reader.trailer["/Root"], "tagged"
    assert "#set text(red)" in reader.pages[0].extract_text()

    identity = path.removesuffix(".zip")
    clerk.post(f"/clerk/request/{question.reference}/note", {"note": "changed since"})
    assert clerk.post(f"/clerk/handover/{identity}/remove", {"number": "1"}).status == 422
    page = clerk.post(f"/clerk/handover/{identity}/remove", {"number": "2"})
    assert "Gewist: 1" in page.text
    assert clerk.get(f"/clerk/request/{birth.reference}").status == 404
    assert clerk.get(f"/clerk/request/{question.reference}").status == 200, "it changed after the hand-over"
    assert stage.clerk("social").get(f"/clerk/request/{social.reference}").status == 200, "not his to remove"


def test_what_clerks_do_is_written_down_without_people(stage: Stage) -> None:
    filed = stage.filed(answers=QUESTION | {"name": "Zeer Herkenbaar"}, papers=PDF)
    clerk = stage.clerk()
    page = clerk.get(f"/clerk/request/{filed.reference}")
    link = page.text.partition(f'href="/clerk/request/{filed.reference}/paper/')[2].partition('"')[0]
    paper = clerk.get(f"/clerk/request/{filed.reference}/paper/{link}")
    assert paper.body == PDF
    assert paper.headers["content-disposition"].startswith("attachment")
    with stage.office.store.reading() as connection:
        deeds = [tuple(row) for row in connection.execute("SELECT login, verb, reference FROM deed ORDER BY id")]
    assert deeds == [
        ("citizen", "filed", filed.reference),
        ("population", "opened", filed.reference),
        ("population", "paper_opened", filed.reference),
    ]


def test_papers_may_be_taken_out_again_and_there_is_a_most(stage: Stage) -> None:
    browser = stage.browser()
    browser.get("/form/question")
    page = browser.post(
        "/form/question", QUESTION | {"again": "yes"}, papers=[("paper_papers", f"p{n}.png", PNG) for n in range(8)]
    )
    assert page.text.count('name="drop"') == 8
    page = browser.post("/form/question", QUESTION, papers=[("paper_papers", "p9.png", PNG)])
    assert page.status == 422
    dropped = page.text.partition('name="drop" value="')[2].partition('"')[0]
    page = browser.post("/form/question", QUESTION | {"again": "yes", "drop": dropped})
    assert page.text.count('name="drop"') == 7


def test_the_copy_of_a_backup_brings_everything_back(stage: Stage) -> None:
    filed = stage.filed(papers=PDF)
    store = stage.office.store
    store.dump()
    lost = stage.filed()
    store.path.write_bytes(b"half of a file that was being written" * 400)
    assert stage.browser().get("/healthz").status == 503
    store.restore()
    assert stage.browser().get("/healthz").status == 200
    clerk = stage.clerk()
    assert clerk.get(f"/clerk/request/{filed.reference}").status == 200
    assert clerk.get(f"/clerk/request/{lost.reference}").status == 404


def test_settings_come_from_what_was_prepared() -> None:
    from dataclasses import replace

    from paraat.cloud.catalog.intake import hooks
    from tests.cloud.catalog.intake_stage import PREPARED

    settings = json.loads(
        hooks.values(replace(PREPARED, counters=("social", "Loket 2"), forms=("birth",)))["INTAKE_SETTINGS"]
    )
    assert [one["key"] for one in settings["counters"]] == ["social", "c2"]
    assert settings["counters"][0]["staff"] == ["social"]
    assert settings["counters"][1]["names"]["fr"] == "Loket 2"
    assert len({one["letter"] for one in settings["counters"]}) == 2
    assert VERIFIER not in json.dumps(settings)
