"""The pages of exercises: who leads sees what is to come, who plays sees what came in for him, and the report is what was frozen."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from paraat.accounts.models import User
from paraat.exercises import actions
from paraat.exercises.models import Exercise
from tests import cast
from tests.exercises import stage

pytestmark = pytest.mark.django_db

FORM = {"title": "Dry run", "language": "en", "speed": 60, "part-second": "34043", "part-province": "Oost-Vlaanderen"}


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def page(client: Client, who: User, path: str, status: int = 200) -> str:
    client.force_login(who)
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def at(exercise: Exercise, rest: str = "") -> str:
    return f"/exercises/{exercise.pk}/{rest}"


def test_an_exercise_is_planned_led_and_ended_on_screen(client: Client) -> None:
    cast.ronse(), cast.spiere_helkijn(), cast.east_flanders()
    officer = cast.duty_officer()
    assert "Plan an exercise" in page(client, officer, "/exercises/")
    address = "/exercises/plan/target-lists-october-2024/"
    assert "45041" in page(client, officer, address)
    form = FORM | {"part-first": "Ronse"}
    answer = client.post(address, form)
    exercise = Exercise.objects.get()
    assert answer.headers["Location"] == at(exercise, "control/")
    assert (exercise.leader, exercise.speed, exercise.participants.count()) == (officer, 60, 3)
    client.post(at(exercise, "start/"))
    first = exercise.injects.order_by("minute")[1]
    client.post(at(exercise, f"injects/{first.pk}/skip/"), {"reason": "No time"})
    shown = page(client, officer, at(exercise, "control/"))
    assert "No time" in shown
    assert "Still to come" in shown
    client.post(at(exercise, "pause/"))
    client.post(at(exercise, "speed/"), {"speed": 10})
    client.post(at(exercise, "resume/"))
    exercise.refresh_from_db()
    assert (exercise.state, exercise.speed) == ("running", 10)
    client.post(at(exercise, f"injects/{exercise.injects.get(key='sitrep').pk}/play/"))
    assert exercise.injects.get(key="sitrep").played_at
    answer = client.post(at(exercise, "end/"))
    assert answer.headers["Location"] == at(exercise, "report/")
    assert "Messages that stayed in the house" in page(client, officer, at(exercise, "report/"))


def test_a_name_that_nobody_of_that_kind_has_is_said_beside_its_field(client: Client) -> None:
    cast.ronse(), cast.spiere_helkijn(), cast.east_flanders()
    client.force_login(cast.duty_officer())
    form = FORM | {"part-first": "Atlantis"}
    answer = client.post("/exercises/plan/target-lists-october-2024/", form)
    assert "No organisation has exactly this name or number" in answer.content.decode()
    assert not Exercise.objects.exists()


def test_who_plays_does_not_read_ahead(client: Client) -> None:
    exercise = stage.running(leader=cast.duty_officer())
    page(client, cast.duty_officer(), at(exercise, "control/"))
    page(client, cast.coordinator(), at(exercise, "control/"))
    page(client, cast.second_officer(), at(exercise, "control/"), 404)
    page(client, cast.spoc_user(cast.ronse()), at(exercise, "control/"), 403)
    page(client, cast.second_officer(), at(exercise, "report/"), 404)
    assert "m30" not in page(client, cast.second_officer(), at(exercise))


def test_an_organisation_sees_what_came_in_for_it(client: Client) -> None:
    exercise = stage.running(
        stage.inject("mine", 0, more="part = 'town'"),
        stage.inject("asked", 0, more="asked = ['town', 'other']\nexpects = 'notice.acknowledged'\nwithin = 9"),
        stage.inject("theirs", 0, more="part = 'other'"),
        stage.inject("later", 50, more="part = 'town'"),
    )
    actions.play_due()
    seen = page(client, cast.spoc_user(cast.ronse()), at(exercise))
    assert "inject-mine" in seen
    assert "inject-asked" in seen
    assert "inject-theirs" not in seen
    assert "inject-later" not in seen
    assert "inject-theirs" in page(client, cast.second_officer(), at(exercise))


@pytest.mark.parametrize("rest", ["", "parts/", "report/", "report.pdf", "report.json"])
def test_who_has_no_part_sees_nothing_of_it(client: Client, rest: str) -> None:
    exercise = actions.end_exercise(exercise=stage.running(), by=stage.officer())
    page(client, cast.spoc_user(cast.eupen()), at(exercise, rest), 404)
    page(client, cast.observer(), at(exercise, rest), 404)
    assert page(client, cast.auditor(), at(exercise)) is not None


def test_the_list_shows_only_those_in_which_one_plays(client: Client) -> None:
    exercise = stage.running()
    assert at(exercise) in page(client, cast.spoc_user(cast.ronse()), "/exercises/")
    assert at(exercise) not in page(client, cast.spoc_user(cast.eupen()), "/exercises/")
    assert "Plan an exercise" not in page(client, cast.spoc_user(cast.ronse()), "/exercises/")


def test_the_report_is_the_same_on_paper(client: Client) -> None:
    exercise = stage.running(title="A dry run")
    actions.play_due()
    exercise = actions.end_exercise(exercise=exercise, by=stage.officer())
    client.force_login(cast.duty_officer())
    reader = PdfReader(BytesIO(client.get(at(exercise, "report.pdf")).content))
    text = "\n".join(one.extract_text() for one in reader.pages)
    assert "EXERCISE" in text
    assert f"{exercise.number} · A dry run" in text
    assert "TLP:AMBER" in text
    assert client.get(at(exercise, "report.json")).json() == exercise.report


def test_the_list_costs_the_same_however_many_there_are(client: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        stage.planned()
    client.force_login(cast.duty_officer())
    client.get("/exercises/")
    with django_assert_max_num_queries(16):
        client.get("/exercises/")
