"""The report for a council: its figures add up, it is the same on screen and on paper, and an attacker learns nothing from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.utils import translation
from pypdf import PdfReader

from paraat.platform import moment
from paraat.platform.models import JournalEntry
from paraat.readiness import council
from paraat.readiness.actions import measures_states
from paraat.readiness.models import Measure
from paraat.readiness.rules import council as rules
from tests import cast
from tests.readiness import measured
from tests.readiness.test_measure_pages import client, text

pytestmark = pytest.mark.django_db
TELLING = ("Fortinet", "CVE-2026", "srv-old", "192.0.2.7", "Weak password")
"""What must never stand in it."""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def town_with_measures() -> Any:
    """Ronse with one of every state, whose texts hold what would help an attacker."""
    town, today = cast.ronse(), moment.today()
    many = {"title": "Fortinet CVE-2026-1 on srv-old", "text": "192.0.2.7 Weak password"}
    measured.planned(**many, topic="signing_in", due_on=today - timedelta(days=40), delay="money", cost=Decimal(1000))
    measured.planned(
        **many,
        topic="access",
        due_on=today + timedelta(days=40),
        owner=None,
        owner_name="srv-old team",
        cost_yearly=Decimal(200),
    )
    said = measured.planned(**many, topic="backups", plain="Copies of our data are kept where nobody can delete them.")
    done = measured.planned(**many, topic="people", cost=Decimal(300))
    dropped = measured.planned(**many, topic="old")
    measures_states.finish_measure(measure=said, by=measured.spoc(), because="On srv-old")
    measures_states.finish_measure(measure=done, by=measured.spoc())
    measures_states.verify_measure(measure=done, by=measured.officer(), because="On srv-old")
    measures_states.drop_measure(measure=dropped, by=measured.spoc(), because="Fortinet goes")
    measured.planned(**many, exercise=True)
    return town


def test_the_figures_are_those_of_the_list() -> None:
    town = town_with_measures()
    found = council.figures_of(town, cast.team_viewer())
    assert (found.promised, found.verified, found.said, found.on_time, found.late, found.dropped) == (4, 1, 1, 1, 1, 1)
    assert (found.cost_open, found.cost_done, found.yearly) == (Decimal(1000), Decimal(300), Decimal(200))
    assert sum(one.promised for one in found.goals) == found.promised
    assert [(one.goal, one.delay, one.count, one.days) for one in found.lates] == [("out", "money", 1, 40)]


@pytest.mark.parametrize("language", council.LANGUAGES)
def test_it_says_nothing_that_helps_an_attacker_on_screen_and_on_paper(language: str) -> None:
    town = town_with_measures()
    browser = client(cast.spoc_user(town))
    page = text(browser.get(f"/measures/council/{town.pk}/?language={language}"))
    made = browser.post(f"/measures/council/{town.pk}/pdf/", {"language": language})
    reader = PdfReader(BytesIO(made.content))
    paper = " ".join(one.extract_text() for one in reader.pages)
    numbers = list(Measure.objects.values_list("number", flat=True))
    for telling in (*TELLING, *numbers, "spoc@", "SPOC, Ronse"):
        assert telling not in paper, telling
        body = page[page.index("<article") : page.index("</article>")]
        assert telling not in body, telling
    assert f'<article class="report" lang="{language}">' in page
    assert "Copies of our data are kept where nobody can delete them." in " ".join(paper.split())
    assert JournalEntry.objects.filter(verb="measure.report").count() == 1


def test_the_paper_is_accessible() -> None:
    town = town_with_measures()
    made = council.pdf(town, council.figures_of(town, cast.team_viewer()), "fr")
    reader = PdfReader(BytesIO(made))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root, "tagged"
    assert str(root["/Lang"]).startswith("fr") and reader.metadata is not None and reader.metadata.title
    assert b"pdfuaid:part" in made or "pdfuaid" in str(
        reader.xmp_metadata.stream.get_data() if reader.xmp_metadata else ""
    )


def test_what_is_late_is_told_by_its_goal_with_month_and_reason_not_by_its_topic() -> None:
    town = town_with_measures()
    words = council.content(town, council.figures_of(town, cast.team_viewer()), "en")
    month = (moment.today() - timedelta(days=40)).strftime("%B %Y")
    assert words["late"] == [f"Keeping attackers out: 1 measure, promised for {month}. There is no budget for it yet."]
    assert "1 is late." in words["lead"] and "Signing in" not in str(words)
    assert words["done"] == ["Staff know better what to do."]
    assert words["cost"][0] == ("Still to be paid, once", "€1,000.00")


def test_a_line_has_no_place_for_a_title() -> None:
    assert not {"title", "text", "number", "owner", "owner_name"} & set(rules.Line.__dataclass_fields__)
    assert set(rules.GOALS) == set(Measure.Topic.values) == set(council.ACHIEVED)
    assert set(council.DELAYS) - {""} == set(Measure.Delay.values)


def test_of_years_ago_only_what_is_open_is_told() -> None:
    town = town_with_measures()
    Measure.objects.filter(state="verified").update(verified_at=moment.now() - timedelta(days=400))
    assert council.figures_of(town, cast.team_viewer()).verified == 0
    report = rules.report([rules.Line("other", "planned", due_on=date(2026, 1, 1))], date(2026, 1, 1))
    assert (report.late, report.on_time) == (0, 1), "its day is not over"


def test_the_organisation_decides_its_language() -> None:
    assert council.language_for(cast.eupen(), "") == "de" and council.language_for(cast.eupen(), "xx") == "de"
    assert council.language_for(cast.ronse(), "fr") == "fr"
