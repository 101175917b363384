"""Figures for parliament: real only, each with its definition, and no victim pointed at."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from paraat.alerts.models import Notice
from paraat.incidents.models import Case
from paraat.kernel.errors import Invalid
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from paraat.warroom.actions.figures import export_figures
from paraat.warroom.figures import Period, figures
from tests import cast
from tests.alerts import staging
from tests.warroom import rooms

pytestmark = pytest.mark.django_db


def period() -> Period:
    today = timezone.localdate()
    return Period(today - timedelta(days=1), today + timedelta(days=1))


def value(key: str) -> str:
    return next(one.value for one in figures(period(), moment.now()) if one.key == key)


def test_who_was_warned_and_who_was_reached() -> None:
    staging.alert_for(cast.ronse(), cast.wemmel())
    now = moment.now()
    Notice.objects.filter(organisation=cast.ronse()).update(
        sent_at=now - timedelta(hours=2), state="acknowledged", acknowledged_at=now
    )
    with translation.override("nl"):
        found = {one.key: one for one in figures(period(), moment.now())}
    assert (found["warned"].value, found["warned"].denominator) == ("2", "2")
    assert (found["reached"].value, found["reached"].denominator) == ("1", "2")
    assert found["median"].value == "2 uur"
    assert all(one.definition for one in found.values() if not one.group)
    assert all(one.source and one.as_of for one in found.values())


def test_exercises_and_other_days_are_not_counted() -> None:
    for _ in range(6):
        rooms.case("real")
        rooms.case("played", exercise=True)
    assert value("incidents") == "6"
    Case.objects.filter(exercise=False).update(opened_at=moment.now() - timedelta(days=9))
    assert value("incidents") == "0"
    rooms.frozen(rooms.room(exercise=True))
    assert value("sitreps-tactical") == "0"
    rooms.frozen(rooms.room())
    assert value("sitreps-tactical") == "1"


def test_few_victims_are_not_broken_down() -> None:
    for _ in range(3):
        rooms.case("one of three")
    found = figures(period(), moment.now())
    assert {one.value for one in found if one.group} == {"<5"}
    assert value("incidents") == "<5"
    assert not any("45041" in one.title or "40000" in one.title for one in found)


def test_a_period_is_in_days_of_the_region_and_both_ends_are_in_it() -> None:
    one = Period(timezone.localdate(), timezone.localdate())
    first, last = one.span
    assert last - first in (timedelta(hours=23), timedelta(hours=24), timedelta(hours=25))
    assert first <= moment.now() < last


def test_they_leave_as_a_sheet_and_on_paper_and_the_journal_knows() -> None:
    made = export_figures(period=period(), form="xlsx", by=rooms.officer())
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    assert rows[0][3] in {"Definition", "Definitie"}
    assert len(rows) == len(figures(period(), moment.now())) + 1
    paper = PdfReader(io.BytesIO(export_figures(period=period(), form="pdf", by=rooms.officer())))
    assert "/StructTreeRoot" in paper.trailer["/Root"]
    assert JournalEntry.objects.filter(verb="figures.exported").count() == 2
    with pytest.raises(Invalid):
        export_figures(period=period(), form="exe", by=rooms.officer())


def test_only_the_team_sees_them() -> None:
    for user, status in [(cast.duty_officer(), 200), (cast.auditor(), 403), (cast.partner_user(), 403)]:
        client = Client()
        client.force_login(user)
        assert client.get(reverse("figures")).status_code == status
        sent = {"begin": "2024-01-01", "end": "2024-12-31", "form": "xlsx"}
        assert client.post(reverse("figures_export"), sent).status_code == status
