"""Figures from the database: sources, what is outside the population, who merged, and a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.readiness import figures
from paraat.readiness.actions.programmes import open_programme
from paraat.readiness.actions.programmes_answers import claim_equivalent, decline, sign_up
from paraat.readiness.actions.programmes_import import import_history
from paraat.readiness.models import ProgrammeAnswer
from paraat.registry import belgium
from paraat.registry.actions import load_belgium
from paraat.registry.models import Organisation
from tests import cast

pytestmark = pytest.mark.django_db
EVE, MERGER = date(2024, 12, 31), date(2025, 1, 1)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def bring(*rows: str, name: str = "history.csv") -> None:
    import_history(content="\n".join(["nis,programme,step,date", *rows]).encode(), file_name=name, by=SYSTEM)


def figure(day: date, step: str, programme: str = "audit") -> figures.Figure:
    return next(one for one in figures.as_of(day) if (one.programme, one.step) == (programme, step))


def test_sources_are_named_with_their_numbers() -> None:
    ronse = cast.ronse()
    bring("45041,audit,paid,2021-03-01")
    cast.wemmel()
    bring("23102,audit,ordered,2021-03-01", "23102,audit,paid,2021-04-01", name="other.csv")
    sign_up(programme=open_programme(by=SYSTEM, key="mfa"), organisation=ronse, by=SYSTEM)
    assert figure(date(2021, 3, 15), "paid").source == "history.csv (1); other.csv (1)"
    assert figure(moment.today(), "signed-up", "mfa").source == "recorded in Paraat (1)"
    assert figure(date(2020, 1, 1), "paid").source == "", "nothing was recorded by then"


def test_who_is_not_of_the_region_is_counted_beside_it() -> None:
    """A police zone, a province, a municipality of Wallonia: they took part, and are not in the denominator."""
    workshop = open_programme(by=SYSTEM, key="workshop")
    for town in (cast.ronse(), cast.east_flanders(), cast.eupen()):
        sign_up(programme=workshop, organisation=town, by=SYSTEM)
    one = figure(moment.today(), "signed-up", "workshop")
    assert (one.count, one.outside, one.denominator) == (1, 2, 1)


def test_the_region_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    cast.ronse(), cast.eupen()
    bring("63023,audit,paid,2021-03-01", "45041,audit,ordered,2021-03-01")
    assert (figure(date(2022, 1, 1), "paid").count, figure(date(2022, 1, 1), "ordered").count) == (0, 1)
    monkeypatch.setenv("PARAAT_REGION", "03000")
    assert (figure(date(2022, 1, 1), "paid").count, figure(date(2022, 1, 1), "ordered").count) == (1, 0)
    assert figure(date(2022, 1, 1), "paid").denominator == 1


def test_a_day_is_the_day_itself() -> None:
    cast.ronse()
    bring("45041,audit,paid,2021-03-01")
    assert [figure(day, "paid").count for day in (date(2021, 2, 28), date(2021, 3, 1), date(2021, 3, 2))] == [0, 1, 1]


def test_two_parts_are_one_successor_and_an_answer_goes_along() -> None:
    """Galmaarden, Gooik and Herne are Pajottegem since 2025: one signed up, one has an equivalent, one said not now."""
    load_belgium(by=SYSTEM, regions=[belgium.FLANDERS])
    audit = open_programme(by=SYSTEM, key="audit")
    parts = list(Organisation.objects.filter(kind="municipality", merged_into__nis="23106").order_by("nis"))
    assert len(parts) == 3
    claim_equivalent(programme=audit, organisation=parts[1], which="Own", by=SYSTEM)
    decline(programme=audit, organisation=parts[2], because="No", by=SYSTEM)
    ProgrammeAnswer.objects.update(at=moment.now().replace(year=2024, month=6))
    before = figures.answers_of(figures.picture(EVE), "audit")
    assert (before["equivalent"], before["declined"]) == ({parts[1].pk}, {parts[2].pk})
    heir = Organisation.objects.get(kind="municipality", nis="23106").pk
    after = figures.answers_of(figures.picture(MERGER), "audit")
    assert (after["equivalent"], after["declined"]) == ({heir}, set()), "an equivalent weighs more than not now"
    bring(f"{parts[0].nis},audit,signed-up,2022-03-01")
    after = figures.answers_of(figures.picture(MERGER), "audit")
    assert heir in after["takes-part"], "and taking part weighs most"
    assert not after["equivalent"]
    for day, people in [(EVE, 300), (MERGER, 285)]:
        found = figures.answers_of(figures.picture(day), "audit")
        assert sum(len(ids) for ids in found.values()) == people
        assert len(frozenset().union(*found.values())) == people


def test_an_answer_of_a_past_day_is_that_of_the_day() -> None:
    town, audit = cast.ronse(), open_programme(by=SYSTEM, key="audit")
    decline(programme=audit, organisation=town, because="No", by=SYSTEM)
    long_ago = moment.now() - timedelta(days=100)
    ProgrammeAnswer.objects.update(at=long_ago)
    claim_equivalent(programme=audit, organisation=town, which="Own", by=SYSTEM)
    then = figures.answers_of(figures.picture(moment.day(long_ago)), "audit")
    now = figures.answers_of(figures.picture(), "audit")
    earlier = figures.answers_of(figures.picture(moment.day(long_ago) - timedelta(days=1)), "audit")
    assert (then["declined"], now["equivalent"], earlier["never-asked"]) == ({town.pk}, {town.pk}, {town.pk})


def test_a_picture_takes_five_queries_however_much_there_is(django_assert_num_queries: Any) -> None:
    cast.ronse(), cast.wemmel()
    bring("45041,audit,paid,2021-03-01")
    with django_assert_num_queries(5):  # the clock, organisations, programmes, steps, answers
        figures.as_data(figures.picture())
    bring("23102,audit,paid,2021-03-01", "23102,mfa,paid,2021-03-01", "45041,workshop,paid,2021-03-01")
    with django_assert_num_queries(5):
        figures.as_data(figures.picture())
