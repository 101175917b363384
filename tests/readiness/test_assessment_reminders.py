"""Due days and old explanations are rows that fire: late rather than never, and nobody is told twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from paraat.accounts.models import WaitingTask
from paraat.alerts.models import Delivery
from paraat.platform import facts, moment
from paraat.readiness.actions import answers, assessments
from paraat.readiness.actions.assessment_reminders import fire_reminders, words
from paraat.readiness.models import AssessmentReminder
from paraat.registry.models import Supply
from tests import cast
from tests.readiness import assessed
from tests.readiness.assessed import ALICE, answer, answered, opened

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was announced for a contact, besides being delivered as always."""
    found: list[Any] = []
    real = facts.announce

    def note(fact: Any) -> None:
        if isinstance(fact, facts.Tells):
            found.append(fact)
        real(fact)

    monkeypatch.setattr(facts, "announce", note)
    return found


def later(days: int) -> Any:
    return moment.now() + timedelta(days=days)


def test_the_spoc_is_reminded_before_and_after_and_once_each(told: list[Any]) -> None:
    made = opened(cast.ronse(), due_on=moment.today() + timedelta(days=30))
    assert made.reminders.count() == 3
    assert fire_reminders() == 0
    assert fire_reminders(now=later(17)) == 1
    assert fire_reminders(now=later(17)) == 0
    fire_reminders(now=later(28))
    fire_reminders(now=later(32))
    assert [fact.contact for fact in told] == [cast.contact(cast.ronse()).pk] * 3
    assert len({fact.key for fact in told}) == 3
    assert Delivery.objects.filter(contact=cast.contact(cast.ronse())).exists()
    assert WaitingTask.objects.filter(kind="assessment", done_at=None).count() == 1  # overdue: the team knows too
    assert "C01" not in told[0].body  # a mailbox may be read by others


def test_of_several_that_a_missed_run_left_people_are_told_once(told: list[Any]) -> None:
    opened(cast.ronse(), due_on=moment.today() + timedelta(days=30))
    assert fire_reminders(now=later(40)) == 3
    assert len(told) == 1
    assert "overdue" in told[0].key


def test_what_was_submitted_is_not_due_any_more(told: list[Any]) -> None:
    made = answered(opened(cast.ronse(), due_on=moment.today() + timedelta(days=30)), C01="met")
    assessments.submit_assessment(assessment=made, by=ALICE)
    assert fire_reminders(now=later(40)) == 0
    assert not told
    assessments.reopen_assessment(assessment=made, by=ALICE, because="One was wrong")
    fire_reminders(now=later(40))
    assert len(told) == 1
    made.refresh_from_db()
    assessments.submit_assessment(assessment=made, by=ALICE)
    assert not WaitingTask.objects.filter(kind="assessment", done_at=None).exists()


def test_another_due_day_brings_other_reminders_and_a_day_moved_back_counts_again(told: list[Any]) -> None:
    day = moment.today() + timedelta(days=30)
    made = opened(cast.ronse(), due_on=day)
    assessments.set_due(assessment=made, due_on=day + timedelta(days=60), by=ALICE)
    assert fire_reminders(now=later(40)) == 0
    assessments.set_due(assessment=made, due_on=day, by=ALICE)
    assert fire_reminders(now=later(32)) == 3
    assert len(told) == 1
    assessments.set_due(assessment=made, due_on=None, by=ALICE)
    assert not AssessmentReminder.objects.filter(fired_at=None, cancelled_at=None).exists()


def test_where_nobody_is_on_file_the_team_is_told(told: list[Any]) -> None:
    opened(cast.wemmel(), due_on=moment.today() + timedelta(days=2))
    fire_reminders(now=later(4))
    assert not told
    assert WaitingTask.objects.get(kind="assessment").organisation_id == cast.wemmel().pk


def test_a_provider_is_reminded_of_what_it_answers(told: list[Any]) -> None:
    day = moment.today() + timedelta(days=2)
    assessments.open_for_customers(
        organisations=[cast.ronse()], author=cast.provider(), edition=assessed.edition(), by=ALICE, due_on=day
    )
    fire_reminders(now=later(4))
    assert [fact.contact for fact in told] == [cast.contact(cast.provider(), "ict_on_call").pk]


def test_an_old_explanation_is_reminded_once_also_after_it_was_submitted(told: list[Any]) -> None:
    made = answered(opened(cast.ronse()), C02="met")
    for name in ("C01", "C03"):
        until = moment.today() + timedelta(days=5)
        given = {"status": "partly", "explanation": "For now", "explained_until": until}
        answers.save_answer(answer=answer(made, name), version=0, by=ALICE, **given)
    assert made.reminders.count() == 1  # the same day: one letter
    made.refresh_from_db()
    assessments.submit_assessment(assessment=made, by=ALICE)
    assert fire_reminders(now=later(4)) == 0
    assert fire_reminders(now=later(7)) == 1
    assert fire_reminders(now=later(8)) == 0
    assert len(told) == 1
    assert "expired" in told[0].key


def test_an_explanation_that_was_renewed_reminds_of_its_new_day_only(told: list[Any]) -> None:
    made = opened(cast.ronse())
    day = moment.today()
    answers.save_answer(answer=answer(made, "C01"), version=0, by=ALICE, explanation="x", explained_until=day + timedelta(days=5))  # fmt: skip
    answers.save_answer(answer=answer(made, "C01"), version=1, by=ALICE, explained_until=day + timedelta(days=50))
    fire_reminders(now=later(7))
    assert not told
    fire_reminders(now=later(52))
    assert len(told) == 1


def test_the_words_name_the_number_and_how_far_it_is() -> None:
    made = opened(cast.ronse(), due_on=moment.today() + timedelta(days=30))
    for reminder in made.reminders.all():
        subject, body = words(reminder)
        assert made.number in subject
        assert f"/assessments/{made.pk}/" in body


def test_an_exercise_is_told_as_one(told: list[Any]) -> None:
    opened(cast.ronse(), due_on=moment.today() + timedelta(days=2), exercise=True)
    fire_reminders(now=later(4))
    assert [fact.exercise for fact in told] == [True]


def test_the_team_reads_what_is_so_of_an_audit_that_is_not_late_yet() -> None:
    made = opened(cast.ronse(), kind="external", due_on=moment.today() + timedelta(days=30))
    fire_reminders(now=later(17))
    assert "overdue" not in WaitingTask.objects.open().get(key=f"assessment:{made.pk}").summary


def test_a_provider_hears_once_of_all_the_customers_that_it_answers_for_together() -> None:
    firm, day = cast.provider(), moment.today() + timedelta(days=2)
    Supply.objects.create(supplier=firm, customer=cast.eupen(), what="Hosting", consent=True)
    made = assessments.open_for_customers(
        organisations=[cast.ronse(), cast.eupen()], author=firm, edition=assessed.edition(), by=ALICE, due_on=day
    )
    assert fire_reminders(now=later(4)) == 2
    told = Delivery.objects.get(key__startswith="assessment/")
    assert f"/assessments/together/{firm.pk}/{made[0].edition_id}/" in told.body
