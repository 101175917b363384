"""A demonstration has something on every page of lessons, rings nobody for it, and loading it again changes nothing."""

from __future__ import annotations

import pytest
from django.core.cache import caches

from paraat.alerts.models import Delivery, Notice
from paraat.readiness import lesson_demonstration, lesson_figures, recognising
from paraat.readiness.models import Lesson, LessonAnswer
from paraat.registry.models import Organisation, Supply
from tests import cast
from tests.web.pages import officer, page

pytestmark = pytest.mark.django_db


def test_without_towns_there_is_nobody_to_teach() -> None:
    lesson_demonstration.load()
    assert not Lesson.objects.exists()


def test_the_demonstration_is_loaded_once_and_rings_nobody() -> None:
    firm = cast.provider()
    towns = [cast.ronse(), *(_town(nis) for nis in lesson_demonstration.TOWNS[1:])]
    Supply.objects.bulk_create(
        Supply(supplier=firm, customer=town, what="Hosting", consent=row == 3) for row, town in enumerate(towns) if row
    )
    for _ in range(2):
        lesson_demonstration.load()
        lesson = Lesson.objects.get()
        states = dict(lesson.answers.values_list("organisation__nis", "state"))
        assert [states[nis] for nis in lesson_demonstration.TOWNS] == [
            "planned", "done", "open", "not_applicable", "open",
        ]  # fmt: skip
    figures = lesson_figures.of_lesson(lesson)
    assert (figures.told, figures.closed, figures.silent, figures.by_providers) == (5, 2, 2, 1)
    assert lesson.exercise and recognising.found(lesson) == ()
    assert set(lesson.title) == set(lesson.happened) == set(lesson.advice) == {"nl", "fr", "de", "en"}
    assert set(Notice.objects.values_list("exercise", "state")) == {(True, "acknowledged")}
    assert not Delivery.objects.filter(exercise=False).exists()
    assert not LessonAnswer.objects.real().exists()
    caches["local"].clear()
    assert 'class="stripe' not in page(officer(), "/"), "a lesson of an exercise is no exercise that runs"
    assert lesson.number in page(officer(), "/lessons/")


def _town(nis: str) -> Organisation:
    made: Organisation = Organisation.objects.create(
        kind="municipality", name=f"Town {nis}", nis=nis, region="02000", province="10000", languages=["nl"], citizen_languages=["nl"], source="test"
    )  # fmt: skip
    return made
