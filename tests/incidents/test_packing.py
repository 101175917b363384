"""With everything down the team has the open cases, whom to phone, the clocks, and the playbooks on paper."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.utils import translation
from pypdf import PdfReader

from paraat.alerts import grabbag
from paraat.incidents import packing, playbooks
from paraat.incidents.actions.cases import open_case
from paraat.incidents.models import Case, Clock, ClockStep
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Invalid
from paraat.platform import moment
from paraat.platform.registrations import Pack, packs
from tests import cast

pytestmark = pytest.mark.django_db


def sheet(name: str) -> list[str]:
    with translation.override("en"):
        found = next(one for one in packing.sheets(moment.now()) if one.name == name)
    return [" | ".join(row) for row in found.rows]


def test_an_open_case_stands_in_it_with_whom_to_phone_and_its_first_clock() -> None:
    case = open_case(organisation=cast.ronse(), title="Ransomware", by=SYSTEM, severity=4)
    gdpr = ClockStep.objects.filter(clock__case=case, clock__regime="gdpr", clock__state=Clock.State.PROPOSED)
    assert gdpr.filter(due_at=None).exists(), "nobody said when the town became aware"
    gdpr.filter(key=gdpr.order_by("position")[0].key).update(due_at=moment.now() + timedelta(hours=5))
    (line,) = sheet("cases")
    phone = cast.channel(cast.ronse(), "spoc", "voice").address
    for expected in ("4", case.number, "Ronse", "Ransomware", phone, "TLP:AMBER"):
        assert expected in line
    assert len(sheet("clocks")) == 1
    assert sheet("clocks")[0].split(" | ")[0] in line


def test_a_closed_case_does_not_and_an_exercise_says_so() -> None:
    case = open_case(organisation=cast.ronse(), title="Closed", by=SYSTEM)
    Case.objects.filter(pk=case.pk).update(state="closed")
    open_case(organisation=cast.ronse(), title="Played", by=SYSTEM, exercise=True)
    (line,) = sheet("cases")
    assert "Played" in line
    assert "EXERCISE" in line


def test_an_erased_contact_is_not_in_it() -> None:
    open_case(organisation=cast.ronse(), title="x", by=SYSTEM)
    phone = cast.channel(cast.ronse(), "spoc", "voice").address
    type(cast.contact(cast.ronse())).objects.filter(organisation=cast.ronse(), role="spoc").update(
        erased_at=moment.now()
    )
    assert phone not in sheet("cases")[0]


def test_every_playbook_and_the_card_of_every_victim_is_there_as_pdf() -> None:
    open_case(organisation=cast.ronse(), title="x", by=SYSTEM)
    found = dict(packing.files(moment.now()))
    assert sum(path.startswith("playbooks/") for path in found) == len(playbooks.load()) == 6
    assert [path for path in found if path.startswith("cards/")] == ["cards/ronse-45041.pdf"]
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(found["cards/ronse-45041.pdf"])).pages)
    assert "Ronse" in words
    assert len(sheet("first-hour")) > 20


def test_the_pack_is_written_though_a_part_of_it_cannot_be_made() -> None:
    def broken(_now: object) -> list[tuple[str, bytes]]:
        raise Invalid("no paper")

    one = Pack("broken", lambda _now: (), broken)
    packs.add(one)
    try:
        found = dict(grabbag.files(moment.now()))
    finally:
        packs._items.remove(one)
    assert b"no paper" in found["MISSING-broken.txt"]
    assert any(path.startswith("playbooks/") for path in found)
