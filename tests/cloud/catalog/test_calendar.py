"""Calendar and contacts: the call list, exports cut into entries, and real CalDAV and CardDAV in a container."""

from __future__ import annotations

import json
import re
from pathlib import Path

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as some

from paraat.cloud.access import Access
from paraat.cloud.catalog.calendar import hooks, start, verify
from paraat.cloud.catalog.calendar.entries import entries
from paraat.cloud.workload import Account, Call
from paraat.kernel.errors import Invalid
from tests.cloud.catalog.played import bring, prepared, running

CALLS = (
    Call("Crisiscel; stad", "coördinatie, dag", "+32 55 23 23 11", "crisis@ronse.example"),
    Call("Politiezone", "", "101"),
)
ICS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Old//EN\r
BEGIN:VTIMEZONE\r
TZID:Europe/Brussels\r
BEGIN:STANDARD\r
DTSTART:19701025T030000\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:series\r
DTSTAMP:20260101T000000Z\r
DTSTART;TZID=Europe/Brussels:20260105T090000\r
RRULE:FREQ=WEEKLY\r
SUMMARY:College\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:series\r
RECURRENCE-ID;TZID=Europe/Brussels:20260112T090000\r
DTSTAMP:20260101T000000Z\r
DTSTART;TZID=Europe/Brussels:20260112T100000\r
SUMMARY:College later\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTAMP:20260101T000000Z\r
DTSTART:20260106T090000Z\r
SUMMARY:Without an id\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:bad\r
DTSTART:not-a-date\r
SUMMARY:Bad\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:torn\r
SUMMARY:Torn\r
END:VCALENDAR\r
"""
VCF = "BEGIN:VCARD\nVERSION:3.0\nUID:u1\nFN:Één\nN:Één;;;;\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nFN:Twee\nN:Twee;;;;\nEND:VCARD\n"


def test_an_export_is_cut_by_uid_with_its_time_zones() -> None:
    found = {one.name: one for one in entries("ics", ICS)}
    assert len(found) == 4
    series = next(one for one in found.values() if "College later" in one.text)
    assert series.text.count("BEGIN:VEVENT") == 2 and "TZID:Europe/Brussels" in series.text and not series.bad
    assert len(icalendar.Calendar.from_ical(series.text).walk("VEVENT")) == 2
    assert [one.bad for one in found.values() if "UID:torn" in one.text] == ["not closed"]


def test_an_entry_without_an_id_gets_the_same_one_each_time() -> None:
    first, second = ([one.name for one in entries("vcf", VCF.encode())] for _ in range(2))
    assert first == second and len(set(first)) == 2


def test_what_old_windows_programs_wrote_is_read() -> None:
    assert "Één" in next(entries("vcf", VCF.encode("cp1252"))).text


def test_what_holds_no_entry_is_said_to_hold_none() -> None:
    with pytest.raises(ValueError, match="no entry"):
        list(entries("ics", b"\x00\x01 rubbish"))


@given(some.binary(max_size=300) | some.text(alphabet="BEGIN:VCARD\nEND:UID x", max_size=300).map(str.encode))
def test_no_export_however_wrong_breaks_the_reading(raw: bytes) -> None:
    for kind in ("ics", "vcf"):
        try:
            assert all(re.fullmatch("[0-9a-f]{32}", one.name) for one in entries(kind, raw))
        except ValueError as error:
            assert "no entry" in str(error)


def test_a_contact_cannot_be_broken_by_what_was_typed() -> None:
    card = start.contact("u", {"name": "A;B\r\nTEL:0", "role": "x,y\\z", "phone": "1\n2", "mail": ""})
    assert card.split("\r\n")[3:6] == ["FN:A\\;B TEL:0", "N:A\\;B TEL:0;;;;", "TITLE:x\\,y\\\\z"]
    assert len(card.split("\r\n")) == 9


def test_the_call_list_is_loaded_once_and_again_when_it_changes(tmp_path: Path) -> None:
    calls = json.loads(hooks.values(prepared("x", calls=CALLS))["CALENDAR_CALLS"])["calls"]
    start.load(tmp_path, tmp_path / "loaded", calls)
    cards = sorted(tmp_path.glob("*.vcf"))
    assert len(cards) == 2
    cards[0].unlink()
    cards[1].write_text("changed by somebody")
    start.load(tmp_path, tmp_path / "loaded", calls)
    assert not cards[0].exists() and cards[1].read_text() == "changed by somebody"
    start.load(tmp_path, tmp_path / "loaded", [one | {"phone": "102"} for one in calls])
    assert all("102" in one.read_text() for one in cards)


def test_what_is_shared_stands_in_every_account_and_is_left_as_people_named_it(tmp_path: Path) -> None:
    start.share(tmp_path, hooks.NAMES["nl"])
    start.link(tmp_path, ["crisis", "verifier"])
    (tmp_path / "shared/calendar/.Radicale.props").write_text('{"tag": "VCALENDAR", "D:displayname": "Anders"}')
    start.share(tmp_path, hooks.NAMES["nl"])
    start.link(tmp_path, ["crisis", "verifier"])
    assert json.loads((tmp_path / "crisis/calendar/.Radicale.props").read_text())["D:displayname"] == "Anders"
    assert (tmp_path / "verifier/contacts").resolve() == (tmp_path / "shared/contacts").resolve()


@pytest.mark.containers
def test_real_clients_find_what_is_shared_and_an_export_comes_in(tmp_path: Path) -> None:
    account = Account("crisis", "Crisiscel", "nl", "")
    town = prepared("c2-calendar", "calendar", accounts=(account,), calls=CALLS)
    with running(town, "calendar") as access:
        assert "beside 2 others" in verify.verify(access)[1]
        _exports_come_in(access, tmp_path)
        hooks.after_restore(access)
        access.reach.stop(town.tenant, "calendar")  # type: ignore[attr-defined]
        bring(town, "calendar")
        assert "beside 4 others" in verify.verify(access)[1]
        code, body = verify._ask(access, "GET", "/verifier/calendar/")
        assert code == 200 and b"College later" in body


def _exports_come_in(access: Access, folder: Path) -> None:
    (folder / "old.ics").write_bytes(ICS)
    (folder / "old.vcf").write_text(VCF)
    first, again = (hooks.take_in(access, "ics", folder / "old.ics") for _ in range(2))
    assert (first.entries, first.already, first.aside) == (2, 0, 2)
    assert (again.entries, again.already, again.aside) == (0, 2, 2)
    assert b"UID:bad" in access.run("calendar", "cat", first.place)
    assert hooks.take_in(access, "vcf", folder / "old.vcf").entries == 2
    with pytest.raises(Invalid):
        hooks.take_in(access, "vcf", folder / "old.ics")
