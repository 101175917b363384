"""What assessments have on a person is exported, and a name is taken off without losing what was answered."""

from __future__ import annotations

import pytest

from paraat.accounts.middleware import actor_of
from paraat.kernel.marking import Role
from paraat.platform.files import store
from paraat.platform.models import JournalEntry
from paraat.readiness.actions import answers
from paraat.readiness.actions.assessments import open_for_customers
from paraat.readiness.actions.assessments_personal import erase_person, export_person
from paraat.readiness.actions.together import answer_together
from paraat.readiness.models import CommonAnswer
from tests import cast
from tests.readiness.assessed import BOB, answer, answered, edition, opened

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


def test_a_name_is_taken_off_and_the_answers_stay() -> None:
    town = cast.ronse()
    me, contact = actor_of(cast.spoc_user(town)), cast.contact(town)
    made = answered(opened(town), by=me, C01="met", C02="not_met")
    answered(made, by=BOB, C01="partly")
    answers.attach_to_answer(answer=answer(made, "C02"), stored=store([b"x"]), name="x.pdf", by=me)
    found = export_person(contact.pk)
    assert [one["control__identifier"] for one in found["answers"]] == ["C02"]
    assert [one["name"] for one in found["attached"]] == ["x.pdf"]
    assert erase_person(contact=contact.pk) == 3
    first, second = answer(made, "C01"), answer(made, "C02")
    assert (first.saved_by, first.changes.get().was["saved_by"]) == (BOB.label, "")
    assert (second.saved_by, second.status) == ("", "not_met")
    assert export_person(contact.pk) == {"answers": [], "changed": [], "attached": []}
    assert JournalEntry.objects.filter(verb="assessment.person").count() == 1
    assert erase_person(contact=contact.pk) == 0


def test_a_name_at_the_service_provider_is_found_in_what_it_wrote_for_customers() -> None:
    cast.ronse(), cast.provider()
    desk = cast.contact(cast.provider(), "ict_on_call")
    user = cast.account("desk", "Desk, Streek-ICT", Role.PROVIDER, cast.provider(), desk)
    made = open_for_customers(
        organisations=[cast.ronse()], author=cast.provider(), edition=edition(), by=actor_of(user)
    )[0]
    answered(made, by=actor_of(user), C01="met")
    control = answer(made, "C02").control
    answer_together(
        author=cast.provider(), control=control, customers=[cast.ronse().pk], by=actor_of(user), version=0, status="met"
    )
    assert len(export_person(desk.pk)["answers"]) == 2
    assert erase_person(contact=desk.pk) > 0
    made.refresh_from_db()
    assert (answer(made, "C01").saved_by, CommonAnswer.objects.get().saved_by, made.opened_by) == ("", "", "")
