"""December 2022 is played by six people of different organisations at once: reports, triage, war room, clocks, a statement, two situation reports.

It is an exercise: the towns are real, what happens to them here is invented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.e2e.person import Person
from tests.installation import Installation

pytestmark = pytest.mark.e2e

NOTE = "Exercise: servers of {town} stopped one after another, a note stands on every screen."
UUID = r"[0-9a-f-]{36}"


@dataclass
class Cast:
    """Who plays, each in a browser of its own."""

    officer: Person
    coordinator: Person
    antwerp: Person
    diest: Person
    partner: Person
    auditor: Person

    def __iter__(self) -> Iterator[Person]:
        return iter((self.officer, self.coordinator, self.antwerp, self.diest, self.partner, self.auditor))


@pytest.fixture
def cast(enter: Callable[..., Person]) -> Cast:
    return Cast(
        officer=enter("officer", language="en"),
        coordinator=enter("coordinator", language="en"),
        antwerp=enter("spoc-antwerpen", phone=True),
        diest=enter("spoc-diest", phone=True),
        partner=enter("partner", language="fr"),
        auditor=enter("auditor", language="de"),
    )


def test_december_2022(cast: Cast, region: Installation) -> None:
    by_phone = _phoned(cast.officer, "Antwerpen", "11002")
    by_portal = _by_portal(cast.diest)
    antwerp_case = _triaged(cast.officer, by_phone, "Ransomware at the city")
    diest_case = _triaged(cast.coordinator, by_portal, "Mail and counters down")
    room = _room(cast, [antwerp_case, diest_case])
    _everybody_sees_only_his_own(cast, antwerp_case, diest_case, room)
    _clock(cast, antwerp_case)
    _room_work(cast, room)
    _statement(cast, room)
    first = _frozen_report(cast, room)
    _lesson(cast, antwerp_case)
    second = _frozen_report(cast, room)
    _superseded(cast, room, first, second)
    _nothing_left_the_house(region)


def _phoned(officer: Person, town: str, nis: str) -> str:
    """The victim phones; the officer writes down what is said."""
    officer.go("/reports/new/")
    officer.submit(
        "", organisation=nis, reporter=f"ICT on-call, {town}", text=NOTE.format(town=town), kind="ransomware",
        services="Mail\nCounters",
    )  # fmt: skip
    officer.see("h1", text="R20")
    return _id(officer)


def _by_portal(spoc: Person) -> str:
    spoc.go("/portal/report/")
    spoc.submit("", text=NOTE.format(town="Diest"), kind="ransomware", services="Mail\nBibliotheek")
    spoc.see("main", text="R20")
    return _id(spoc)


def _triaged(officer: Person, report: str, title: str) -> str:
    officer.go(f"/reports/{report}/triage/")
    officer.submit("", title=title, classification="malicious-code.infected-system", severity="4", confidence="medium")
    officer.see("h1", text=title)
    return _id(officer)


def _id(person: Person) -> str:
    found = re.search(UUID, person.page.url)
    assert found, person.page.url
    return found.group()


def _room(cast: Cast, cases: list[str]) -> str:
    """The officer opens a room, joins both cases and lets four organisations take part."""
    officer = cast.officer
    numbers = [_number(officer, case) for case in cases]
    officer.go("/rooms/open/")
    officer.submit("", title="December", kind="incident", purpose="One picture for everybody")
    officer.see("form[action$='/participants/add/']")
    room = _id(officer)
    for organisation, part, ceiling in (
        ("Antwerpen (Municipality)", "responder", "2"),
        ("Diest", "responder", "2"),
        ("Association of municipalities (demonstration)", "observer", "2"),
    ):
        officer.go(f"/rooms/{room}/steer/")
        officer.submit("/participants/add/", organisation=organisation, part=part, ceiling=ceiling)
    for number in numbers:
        officer.go(f"/rooms/{room}/steer/")
        officer.submit("/join/", kind="case", name=number)
    return room


def _number(person: Person, case: str) -> str:
    person.go(f"/cases/{case}/")
    found = re.search(r"C\d{4}-\d{4}", person.text())
    assert found
    return found.group()


def _everybody_sees_only_his_own(cast: Cast, antwerp_case: str, diest_case: str, room: str) -> None:
    """Being in a room is not seeing a case: the other town's is restricted, with nothing of it."""
    assert cast.antwerp.go(f"/rooms/{room}/") == 200
    text = cast.antwerp.text()
    assert "Ransomware at the city" in text
    assert "Mail and counters down" not in text
    with cast.antwerp.expecting_errors(), cast.diest.expecting_errors(), cast.partner.expecting_errors():
        assert cast.antwerp.go(f"/cases/{antwerp_case}/") == 200
        assert cast.antwerp.go(f"/cases/{diest_case}/") == 404
        assert cast.diest.go(f"/cases/{antwerp_case}/") == 404
        assert cast.partner.go(f"/cases/{antwerp_case}/") == 404
    assert cast.partner.go(f"/rooms/{room}/") == 200
    assert "Ransomware at the city" not in cast.partner.text()
    cast.officer.go(f"/rooms/{room}/")
    cast.officer.submit("/log/add/", text="The federal police is asked", tlp="3")
    cast.officer.see("main", text="The federal police is asked")
    cast.partner.go(f"/rooms/{room}/")
    assert "The federal police is asked" not in cast.partner.text()  # above its ceiling


def _clock(cast: Cast, case: str) -> None:
    """The duty exists, says the organisation; it submits, and the receipt is kept."""
    spoc = cast.antwerp
    spoc.go(f"/cases/{case}/#clocks")
    spoc.press("#clocks h3 a")
    spoc.submit("/decide/", aware_at="2022-12-06T04:30", said_by="DPO, Antwerpen")
    spoc.see("#facts li")
    due = spoc.see("#steps tbody tr").inner_text()
    spoc.press("#steps tbody a")
    spoc.submit("/submit/", at="2022-12-07T09:00", said_by="DPO, Antwerpen", receipt="Receipt 2022-118")
    spoc.see("#submitted li", text="Receipt 2022-118")
    cast.officer.go("/clocks/")
    cast.officer.see("main", text="Antwerpen")
    assert due


def _room_work(cast: Cast, room: str) -> None:
    """Who takes part reports, the room decides; the coordinator's open page shows it without being loaded again."""
    watching = cast.coordinator
    watching.go(f"/rooms/{room}/")
    watching.see(".live[data-state=live]")
    cast.diest.go(f"/rooms/{room}/")
    cast.diest.press("a[href*='/signals/report/']")
    cast.diest.submit("", text="The note names the same group as in Antwerp", reliability="B", credibility="3")
    watching.see(".lanes", text="The note names the same group", seconds=15)
    cast.officer.go(f"/rooms/{room}/decisions/record/")
    cast.officer.submit(
        "", text="Every government looks for the same traces", because="Some may be hacked already", present="Team, Antwerpen, Diest"
    )  # fmt: skip
    watching.see("main", text="Every government looks for the same traces", seconds=15)
    cast.officer.go(f"/rooms/{room}/steer/")
    cast.officer.submit("/threat/", level="3", because="Two victims in a week")
    watching.see("main", text="Two victims in a week", seconds=15)


def _statement(cast: Cast, room: str) -> None:
    """A line for the press is approved by a second person, and only then may be said."""
    officer, second = cast.officer, cast.coordinator
    officer.go(f"/rooms/{room}/statements/new/")
    officer.submit(
        "", subject="Services", authority="City of Antwerp", quoted_at="2022-12-07", quote_source="Press conference", expires_at="2099-12-09T08:00",
        text_nl="De loketten werken op papier.", text_fr="Les guichets travaillent sur papier.", text_de="Die Schalter arbeiten auf Papier.",
        text_en="The counters work on paper.",
    )  # fmt: skip
    where = officer.page.url
    officer.submit("/submit/")
    assert officer.page.locator("form[action$='/approve/']").count() == 0
    second.go(f"/rooms/{room}/say/")
    assert "The counters work on paper." not in second.text()
    second.go(where)
    second.submit("/approve/")
    second.go(f"/rooms/{room}/say/")
    second.see("main", text="The counters work on paper.")


def _frozen_report(cast: Cast, room: str) -> str:
    """Drafted by the officer, approved by the coordinator, frozen with its papers."""
    officer, second = cast.officer, cast.coordinator
    officer.go(f"/rooms/{room}/sitreps/")
    officer.submit("/sitreps/new/", version="tactical", language="en", tlp="2")
    officer.see("h1", text="draft")
    where = officer.page.url
    officer.submit("/submit/")
    assert officer.page.locator("form[action$='/approve/']").count() == 0
    second.go(where)
    second.submit("/approve/")
    second.see("dd.mono")
    for kind, start in (("pdf", b"%PDF-"), ("docx", b"PK"), ("json", b"{")):
        answer = second.context.request.get(f"{where}file.{kind}")
        assert answer.status == 200, answer.url
        assert answer.body().startswith(start)
    return where


def _lesson(cast: Cast, case: str) -> None:
    """What was learnt goes into the case's timeline."""
    officer = cast.officer
    officer.go(f"/cases/{case}/")
    officer.submit("/timeline/", text="Lesson: backups must be separate from the domain")
    officer.see("main", text="Lesson: backups must be separate")


def _superseded(cast: Cast, room: str, first: str, second: str) -> None:
    """The first report stays word for word, and says that a later one took its place."""
    reader = cast.antwerp
    reader.go(first)
    reader.see(".notice")
    assert reader.go(second) == 200
    assert cast.auditor.go(second) == 200
    assert room in second
    violations = [one for person in cast for one in person.violations()]
    assert violations == [], "\n".join(violations)


def _nothing_left_the_house(region: Installation) -> None:
    """The demonstration delivers to its own screens alone."""
    left = "SELECT count(*) FROM alerts_delivery WHERE state IN ('sent', 'accepted')"
    assert region.sql(left) == [(0,)]
