"""October 2024: three days of announced target lists before elections; a crisis unit watches four lanes, escalates and reports.

The lists are the real ones, read as an exercise; what is reported beside them is invented.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.person import Person
from tests.installation import Installation

pytestmark = pytest.mark.e2e

LISTS = (
    "2024-10-07_08-05-03_DDoSia-target-list-full.json",
    "2024-10-08_14-40-04_DDoSia-target-list-full.json",
    "2024-10-09_13-05-04_DDoSia-target-list-full.json",
)
NUMBERS = "SELECT number FROM alerts_alert WHERE exercise AND kind = 'target_list' ORDER BY created_at"
UUID = r"[0-9a-f-]{36}"


def test_october_2024(enter: Callable[..., Person], region: Installation, shared_data: Path) -> None:
    lead, second = enter("officer", language="en"), enter("coordinator", language="en")
    room = _opened(lead)
    second.go(f"/rooms/{room}/")
    second.see(".live[data-state=live]")
    for day, name in enumerate(LISTS, 1):
        _listed(lead, region, room, shared_data / "ddosia" / name)
        lead.go(f"/rooms/{room}/signals/report/cyber/")
        lead.submit("", text=f"Day {day}: sites are slow for a while", reliability="A", credibility="2")
        second.see(".lanes", text=f"Day {day}: sites are slow", seconds=15)
    assert len(region.sql(NUMBERS)) >= 2
    _escalated(lead, second, room)
    _rumour(lead, room)
    _trigger(lead, second, room)
    _reported(lead, second, room)
    _on_the_wall(second, room)


def _opened(lead: Person) -> str:
    """An election has its four lanes from the start."""
    lead.go("/rooms/open/")
    lead.submit(
        "", title="Local elections", kind="election", begin="2024-10-07T08:00", end="2024-10-14T08:00", exercise=True
    )
    lead.see("form[action$='/participants/add/']")
    room = re.search(UUID, lead.page.url)
    assert room
    lead.submit(
        "/participants/add/",
        organisation="Association of municipalities (demonstration)",
        part="responder",
        ceiling="2",
    )
    lead.go(f"/rooms/{room.group()}/")
    for lane in ("Cyber", "Public order", "Disinformation", "Operational"):
        lead.see(".lanes h2, .lanes h3", text=lane)
    lead.see(".stripe.exercise")
    return room.group()


def _listed(lead: Person, region: Installation, room: str, path: Path) -> None:
    """A day's list is read, which makes an exercise alert; the room joins it."""
    before = region.sql(NUMBERS)
    region.run("feed", "read", path, "--source", "ddosia", "--exercise")
    fresh = [number for (number,) in region.sql(NUMBERS) if (number,) not in before]
    for number in fresh:
        lead.go(f"/rooms/{room}/steer/")
        lead.submit("/join/", kind="alert", name=number)
        lead.see(".message.success")


def _escalated(lead: Person, second: Person, room: str) -> None:
    """A signal is checked, then escalated; both show on the other screen."""
    lead.go(f"/rooms/{room}/signals/")
    lead.press("a", text="Day 3")
    where = lead.page.url
    lead.submit("/take/")
    lead.go(where)
    lead.submit("/verify/", verified="yes", how="Measured by the provider")
    lead.go(where)
    lead.submit("/escalate/", to="The governor's crisis unit")
    lead.go(where)
    lead.see(".facts", text="The governor's crisis unit")
    second.see(".lanes", text="Escalated", seconds=15)


def _rumour(lead: Person, room: str) -> None:
    """What disinformation claims, where and how far; never who."""
    lead.go(f"/rooms/{room}/signals/report/disinformation/")
    said = {"channel": "Messaging groups", "spread": "Hundreds of shares", "legal_basis": "Public interest, elections"}
    with lead.expecting_errors():
        lead.submit("", claim="Machines are hacked, says @somebody_private", **said)
        lead.see("main .error, main .message.error")
    lead.submit("", claim="The voting machines are hacked", **said)
    lead.see("main", text="The voting machines are hacked")


def _trigger(lead: Person, second: Person, room: str) -> None:
    """A trigger that is pulled has a clock until somebody answers."""
    lead.go(f"/rooms/{room}/steer/")
    lead.submit("/triggers/add/", condition="A counting system fails", then="Call the governor", minutes="15")
    lead.go(f"/rooms/{room}/")
    lead.submit("/pull/")
    second.see(".triggers .running", seconds=15)
    second.submit("/answer/", outcome="Called: counting on paper")
    second.see(".triggers", text="Called: counting on paper", seconds=15)


def _reported(lead: Person, second: Person, room: str) -> None:
    """An executive report at GREEN holds no line above GREEN, and is frozen by a second person."""
    lead.go(f"/rooms/{room}/sitreps/")
    lead.submit("/sitreps/new/", version="executive", language="en", tlp="1")
    lead.see("h1", text="draft")
    where = lead.page.url
    lead.submit("/submit/")
    second.go(where)
    assert "TLP:AMBER" not in second.page.locator("section.panel").all_inner_texts()
    second.submit("/approve/")
    second.see("dd.mono")
    answer = second.context.request.get(f"{where}file.json")
    marks = set(re.findall(r'"tlp":\s*"?([^",}\s]+)', answer.text()))
    assert marks and marks <= {"0", "1", "TLP:CLEAR", "TLP:GREEN"}, marks


def _on_the_wall(person: Person, room: str) -> None:
    person.go(f"/rooms/{room}/wall/")
    person.see("main", text="Local elections")
    assert person.violations() == []
