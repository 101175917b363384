"""What must not happen with lessons: who wrote the last word approves nothing, and nobody is told twice or reads what is not for everybody."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from paraat.accounts.middleware import actor_of
from paraat.alerts.models import Alert, Delivery
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.readiness.actions import lessons
from paraat.readiness.models import Measure
from tests import cast
from tests.exercises import stage
from tests.readiness import taught
from tests.readiness.test_sessions_together import at_once

pytestmark = pytest.mark.django_db


def test_who_wrote_the_last_word_does_not_approve_it() -> None:
    taught.population(30, 2)
    author, editor, third = cast.duty_officer(), cast.coordinator(), cast.second_officer()
    lesson = taught.draft(by=author, audience={"all": True})
    lessons.edit_lesson(lesson=lesson, by=actor_of(editor), happened={"en": "Quite another story."})
    with pytest.raises(NotAllowed, match="Somebody else"):
        lessons.approve_lesson(lesson=lesson, by=actor_of(editor), officer=editor)
    lessons.approve_lesson(lesson=lesson, by=actor_of(third), officer=third)
    assert lessons.release_lesson(lesson=lesson, by=actor_of(editor)).state == "released"


def test_few_towns_and_their_many_providers_are_reached_with_one_approval() -> None:
    towns, _firms = taught.population(16, 12)
    author, second = cast.duty_officer(), cast.coordinator()
    lesson = taught.draft(by=author, audience={"organisations": [str(one.pk) for one in towns]})
    lessons.approve_lesson(lesson=lesson, by=actor_of(second), officer=second)
    released = lessons.release_lesson(lesson=lesson, by=actor_of(author))
    assert released.alert is not None
    assert (released.alert.state, released.alert.notices.count()) == (Alert.State.SENT, 28)


def test_a_provider_is_reminded_once_however_the_rows_are_batched(monkeypatch: pytest.MonkeyPatch) -> None:
    towns, _firms = taught.population(7, 1)
    lesson = taught.draft(audience={"organisations": [str(one.pk) for one in towns]})
    lessons.release_lesson(lesson=lesson, by=SYSTEM)
    for days in (8, 4):
        at = moment.now() + timedelta(days=days)
        monkeypatch.setattr(moment, "now", partial(lambda at: at, at))
        while lessons.chase_due(limit=2):
            pass
    told = Delivery.objects.filter(purpose="reminder", contact__organisation__kind="provider")
    assert [one.body.count("Town 0") for one in told] == [7]


def test_what_everybody_may_not_read_becomes_no_item_of_a_checklist() -> None:
    lesson = taught.released(tlp=Tlp.AMBER)
    with pytest.raises(Invalid, match="TLP:GREEN"):
        lessons.make_checklist_item(lesson=lesson, by=SYSTEM)


def test_what_holds_in_reality_too_still_does_when_it_is_corrected() -> None:
    real, played = taught.case_of(cast.eupen()), stage.planned()
    lesson = taught.draft(case=real, played=played, exercise=False)
    assert lessons.correct_lesson(lesson=lesson, by=SYSTEM, because="Wrong").exercise is False


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_measure() -> None:
    answer = taught.answer_of(taught.released(), cast.ronse())

    def click() -> bool:
        try:
            lessons.make_measure(answer=answer, by=SYSTEM)
        except Conflict:
            return False
        return True

    assert sorted(at_once(click, click)) == [False, True]
    assert Measure.objects.count() == 1
