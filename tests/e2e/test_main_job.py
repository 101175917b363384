"""The main job on real input: the list of 8 October 2024 is dropped, the board shows it live, one click acknowledges, silence ends on the phone."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.person import Person
from tests.installation import Installation

pytestmark = pytest.mark.e2e

LIST = "ddosia/2024-10-08_14-40-04_DDoSia-target-list-full.json"
SPOC = "SELECT body FROM platform_housemessage WHERE address = 'spoc@{}.example' AND kind = 'mail' AND NOT exercise ORDER BY at DESC LIMIT 1"
DUE = "UPDATE alerts_notice SET step_due_at = now() WHERE state = 'open' AND NOT exercise"
PHONE = """SELECT c.address FROM registry_contactchannel c JOIN registry_contact p ON p.id = c.contact_id
 JOIN registry_organisation o ON o.id = p.organisation_id WHERE c.kind = 'sms' AND p.role = 'spoc' AND o.name = %s"""
CLIMB = """
import django; django.setup()
from paraat.alerts import actions
from paraat.alerts.models import Notice
from paraat.platform import moment
for _ in range(15):
    Notice.objects.real().filter(state="open").update(step_due_at=moment.now())
    actions.climb_ladders()
"""
CALLS = """SELECT count(*) FROM alerts_callline c JOIN registry_organisation o ON o.id = c.organisation_id
 WHERE c.closed_at IS NULL AND NOT c.exercise AND o.name = %s"""


@pytest.fixture(scope="module")
def registers(region: Installation, shared_data: Path) -> Installation:
    """The demonstration with the real registers read on top of it."""
    for name in ("municipalities.csv", "other_local_bodies_flanders.csv"):
        region.run("registry", "import", shared_data / "be" / name, "--as-of", "2024-10-01", "--yes")
    return region


def test_from_the_real_list_to_a_closed_call(
    enter: Callable[..., Person], registers: Installation, shared_data: Path
) -> None:
    board, officer = enter("officer"), enter("officer")
    board.go("/")
    board.see(".live[data-state=live]")

    officer.go("/feeds/")
    officer.page.set_input_files("form[data-drop] input[type=file]", shared_data / LIST)
    officer.page.locator("form[data-drop] button[type=submit]").click()
    officer.see(".panel.asks a.button", seconds=60)
    officer.press(".panel.asks a.button")  # an old list waits for one click
    officer.press(".panel.asks form button")
    officer.see("table tbody tr", text="Spiere-Helkijn")

    board.see(".tile.waiting", text="Ronse", seconds=20)
    assert board.page.url == registers.url("/")  # nobody reloaded it

    spoc = enter(phone=True)
    spoc.go(link_of(registers, "ronse"))
    assert registers.sql(state_of("Ronse")) == [("open",)]  # a look acknowledges nothing
    spoc.press("form button.large")
    spoc.see(".message.success")
    board.see(".tile.known", text="Ronse", seconds=20)
    spoc.page.locator("details.fold summary").first.click()
    spoc.page.fill("textarea[name=text]", "Filter on at the host")
    spoc.page.locator("details.fold form button").first.click()
    spoc.see("dd", text="Filter on at the host")

    board.see(".live[data-state=live]")
    climb(registers, "Spiere-Helkijn")
    board.see(".tile.silent", text="Spiere-Helkijn", seconds=30)
    officer.go("/calls/")
    line = "ol.calls > li:has(h2 a:text-is('Spiere-Helkijn'))"
    officer.press(f"{line} form button")
    officer.page.check(f"{line} input[value=acknowledged]")
    officer.page.fill(f"{line} input[name=spoke_to]", "Head of administration")
    officer.press(f"{line} details form button")
    officer.see(".message")
    assert registers.sql(state_of("Spiere-Helkijn")) == [("acknowledged",)]
    board.see(".tile.known", text="Spiere-Helkijn", seconds=20)


def test_a_post_is_pasted(enter: Callable[..., Person], region: Installation) -> None:
    officer = enter("officer")
    officer.go("/feeds/")
    officer.page.fill("textarea[name=text]", "We go after Belgium again:\n+ hxxps://www[.]boom.be/\n+ www.lommel.be\n")
    officer.page.check("#paste input[name=exercise]")
    officer.press("#paste button[type=submit]")
    officer.see(".counts .count", text="2")
    officer.press("section.panel a[href^='/alerts/']")
    officer.see("table tbody tr", text="Boom")
    officer.see("table tbody tr", text="Lommel")


def test_the_main_job_by_keyboard_alone(enter: Callable[..., Person], region: Installation) -> None:
    officer = enter("officer")
    keys = officer.page.keyboard
    officer.go("/feeds/")
    keys.press("Tab")
    assert officer.page.evaluate("document.activeElement.className") == "skip"
    officer.tab_to("textarea[name=text]")
    keys.type("www.aalst.be\nwww.mol.be\nwww.gemeentemol.be")
    officer.tab_to("#paste input[name=exercise]")
    keys.press("Space")
    officer.tab_to("#paste button[type=submit]")
    keys.press("Enter")
    officer.see(".counts .count")
    officer.tab_to("section.panel a[href^='/alerts/']")
    keys.press("Enter")
    officer.see("table tbody tr", text="Aalst")
    keys.press("j")
    assert officer.page.locator("tr.here").count() == 1
    officer.tab_to("details.confirm > summary")
    keys.press("Enter")
    officer.tab_to("details.confirm textarea, details.confirm input[type=text]")
    keys.type("Tried by keyboard")
    officer.tab_to("details.confirm button[type=submit]")
    keys.press("Enter")
    officer.see(".message")
    assert "Tried by keyboard" in officer.text()


def test_the_page_says_when_it_is_not_live_and_when_it_is_again(
    enter: Callable[..., Person], region: Installation
) -> None:
    board = enter("auditor")
    board.see(".live[data-state=live]")
    with board.expecting_errors():
        assert region.kill("live")
        board.see(".live[data-state=lost]", seconds=30)
        assert "not live" in board.see(".live").inner_text() or "niet live" in board.see(".live").inner_text()
        board.see(".live[data-state=live]", seconds=60)


def test_a_live_process_that_hangs_is_not_live(enter: Callable[..., Person], region: Installation) -> None:
    board = enter("auditor")
    board.see(".live[data-state=live]")
    (process, *_) = region.processes("live")
    with board.expecting_errors():
        os.kill(process, signal.SIGSTOP)
        try:
            board.see(".live[data-state=lost]", seconds=60)
        finally:
            with contextlib.suppress(ProcessLookupError):  # the supervisor may have replaced it
                os.kill(process, signal.SIGCONT)
        board.see(".live[data-state=live]", seconds=90)


def test_a_spoc_sees_his_own_town_only(enter: Callable[..., Person], region: Installation) -> None:
    others = region.sql("SELECT id FROM registry_organisation WHERE name = 'Spiere-Helkijn' AND kind = 'municipality'")[
        0
    ][0]
    spoc = enter("spoc-ronse", phone=True)
    with spoc.expecting_errors():
        for path in (
            f"/organisations/{others}/",
            "/calls/",
            "/feeds/",
            "/outbox/",
            "/alerts/",
            f"/organisations/{others}/edit/",
        ):
            assert spoc.go(path) in {403, 404}, path
            assert "spiere-helkijn.example" not in spoc.page.content()
        notices = region.sql("SELECT id FROM alerts_notice WHERE organisation_id = %s LIMIT 1", [others])
        for (notice,) in notices:
            assert spoc.go(f"/portal/{notice}/") == 404
    spoc.go("/organisations/")
    assert "Ronse" in spoc.text() and "Spiere" not in spoc.text()


def link_of(house: Installation, town: str) -> str:
    """The signed link in the newest mail to a SPOC."""
    house.wait(lambda: house.sql(SPOC.format(town)), what=f"the mail to {town}")
    found = re.search(r"http\S+/n/\S+", house.sql(SPOC.format(town))[0][0])
    assert found
    return found.group()


def state_of(town: str) -> str:
    """How the newest real notice of a town stands."""
    return (
        "SELECT n.state FROM alerts_notice n JOIN registry_organisation o ON o.id = n.organisation_id"
        f" WHERE o.name = '{town}' AND o.kind = 'municipality' AND NOT n.exercise ORDER BY n.sent_at DESC LIMIT 1"
    )


def climb(house: Installation, town: str) -> None:
    """Let every rung's time be over, until the town is on the call list: the worker climbs the first, the same action the others at once."""
    house.sql(DUE)
    told = f"SELECT count(*) FROM alerts_delivery WHERE kind = 'sms' AND NOT exercise AND state = 'house' AND address IN ({PHONE})"
    house.wait(lambda: house.sql(told, [town]) != [(0,)], seconds=40, what="the next rung")
    house.python(CLIMB)
    assert house.sql(CALLS, [town]) != [(0,)]


def test_two_officers_acknowledge_at_once(enter: Callable[..., Person], region: Installation, tmp_path: Path) -> None:
    """Both press the button for the same five towns at the same moment: each is written down once, whoever was first."""
    towns = ("geel", "olen", "lier", "duffel", "putte")
    (tmp_path / "five.txt").write_text("\n".join(f"www.{town}.be" for town in towns))
    region.run("feed", "read", tmp_path / "five.txt", "--source", "target_text", "--exercise")
    notices = [
        str(pk)
        for (pk,) in region.sql(
            "SELECT id FROM alerts_notice WHERE targets && %s", [[f"www.{town}.be" for town in towns]]
        )
    ]
    assert len(notices) >= len(towns)  # with the registers on top, other bodies are concerned through the same hosts
    officers = [enter("officer"), enter("second")]
    for officer in officers:
        officer.go(f"/alerts/notices/{notices[0]}/")
    for officer in officers:
        officer.page.evaluate(PRESS, notices)
    for officer in officers:
        assert officer.page.evaluate("() => Promise.all(window.pressed)") == [200] * len(notices)
    entries = region.sql(
        "SELECT object_id, count(*) FROM platform_journalentry WHERE verb = 'notice.acknowledged' AND object_id = ANY(%s) GROUP BY 1",
        [notices],
    )
    assert sorted(entries) == sorted((notice, 1) for notice in notices)
    assert region.sql("SELECT DISTINCT state FROM alerts_notice WHERE id = ANY(%s::uuid[])", [notices]) == [
        ("acknowledged",)
    ]


PRESS = """notices => {
  const form = document.querySelector("form[action$='/acknowledge/']");
  window.pressed = notices.map(async (notice) => {
    const body = new FormData(form);
    body.set("name", "Somebody at the town hall");
    return (await fetch(`/alerts/notices/${notice}/acknowledge/`, { method: "POST", body })).status;
  });
}"""
