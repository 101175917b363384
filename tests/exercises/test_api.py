"""The API tells of exercises what the pages tell: those in which one plays, and never what is still to come."""

from __future__ import annotations

import pytest

from paraat.exercises import actions
from paraat.platform.api import Scope
from tests import cast
from tests.api.stage import Caller
from tests.exercises import stage

pytestmark = pytest.mark.django_db


def test_the_list_and_how_far_one_is() -> None:
    exercise = stage.running()
    actions.play_due()
    caller = Caller(cast.spoc_user(cast.ronse()), Scope.CASES_READ)
    assert [one["number"] for one in caller.get("/exercises").json()["items"]] == [exercise.number]
    status = caller.get(f"/exercises/{exercise.pk}/status").json()
    assert (status["state"], status["played"], status["to_come"]) == ("running", 1, 3)
    assert "m30" not in str(status)


def test_who_does_not_play_is_told_nothing() -> None:
    exercise = stage.running()
    stranger = Caller(cast.spoc_user(cast.eupen()), Scope.CASES_READ)
    assert stranger.get("/exercises").json()["items"] == []
    assert stranger.get(f"/exercises/{exercise.pk}/status").status_code == 404
