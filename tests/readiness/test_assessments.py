"""Assessments open with a row per control, are saved answer by answer, frozen when submitted, and opened again with a reason."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from paraat.accounts.middleware import viewer_of
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Role, Viewer
from paraat.platform import moment
from paraat.platform.files import store
from paraat.platform.models import JournalDetail, JournalEntry
from paraat.readiness.actions import answers, assessments
from paraat.readiness.models import Answer, AnswerChange, Assessment, Touched
from tests import cast
from tests.readiness import assessed
from tests.readiness.assessed import ALICE, BOB, answer, answered, opened

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


def test_it_opens_with_a_row_for_every_control() -> None:
    made = opened(cast.ronse())
    assert made.number.startswith("S20")
    assert (made.asked, made.answered, made.state) == (6, 0, "open")
    assert set(made.answers.values_list("status", flat=True)) == {"open"}


def test_opening_costs_the_same_for_six_controls_and_for_218(django_assert_num_queries: Any) -> None:
    small, large = assessed.edition(6), assessed.edition(218, key="large")
    ronse, silent = cast.ronse(), cast.spiere_helkijn()
    with django_assert_num_queries(14):
        opened(silent, small)
    with django_assert_num_queries(14):
        made = opened(ronse, large)
    assert made.answers.count() == 218


def test_a_level_asks_its_own_controls_and_those_below_it() -> None:
    edition = assessed.edition(6, levels=["basic", "important", "essential"])
    assert opened(cast.ronse(), edition, level="important").asked == 4
    assert opened(cast.spiere_helkijn(), edition).asked == 6
    with pytest.raises(Invalid):
        opened(cast.eupen(), edition, level="nonsense")


def test_a_second_one_of_the_same_kind_is_refused_while_one_is_open() -> None:
    edition = assessed.edition()
    first = opened(cast.ronse(), edition)
    with pytest.raises(Conflict):
        opened(cast.ronse(), edition)
    opened(cast.ronse(), edition, kind="external")  # an audit beside it is another thing
    answered(first, C01="met")
    assessments.submit_assessment(assessment=first, by=ALICE)
    assert opened(cast.ronse(), edition).previous_id == first.pk


def test_the_next_one_follows_the_newest_of_its_own_kind_and_edition_family() -> None:
    first = answered(opened(cast.ronse(), assessed.edition()), C01="met")
    assessments.submit_assessment(assessment=first, by=ALICE)
    newer = assessed.edition(version="2")
    assert opened(cast.ronse(), newer).previous_id == first.pk
    assert opened(cast.ronse(), newer, kind="external").previous_id is None
    assert opened(cast.spiere_helkijn(), newer).previous_id is None


# Saving ---------------------------------------------------------------------------------------------------------------------------


def test_who_saves_an_older_answer_is_told_and_nothing_is_lost() -> None:
    made = opened(cast.ronse())
    hers, his = answer(made, "C01"), answer(made, "C01")
    answers.save_answer(answer=hers, version=0, by=ALICE, status="met", explanation="Since May")
    with pytest.raises(answers.OlderAnswer):
        answers.save_answer(answer=his, version=0, by=BOB, status="not_met")
    now = answer(made, "C01")
    assert (now.status, now.explanation, now.version, now.saved_by) == ("met", "Since May", 1, ALICE.label)
    with pytest.raises(answers.OlderAnswer):  # read anew, but written from the page that was open
        answers.save_answer(answer=now, version=0, by=BOB, status="not_met")
    answers.save_answer(answer=now, version=1, by=BOB, status="not_met")
    change = AnswerChange.objects.get()
    assert change.was["status"] == "met"
    assert change.was["saved_by"] == ALICE.label
    assert change.by == BOB.label


def test_saving_what_is_there_already_changes_nothing() -> None:
    made = answered(opened(cast.ronse()), C01="met")
    entries = JournalEntry.objects.count()
    row = answer(made, "C01")
    assert answers.save_answer(answer=row, version=1, by=BOB, status="met").version == 1
    assert JournalEntry.objects.count() == entries
    assert answer(made, "C01").saved_by == ALICE.label


def test_figures_follow_every_answer_and_what_could_not_be_tested_is_counted_apart() -> None:
    made = answered(opened(cast.ronse()), C01="met", C02="not_testable", C03="error", C04="not_met")
    assert (made.answered, made.untestable, made.errors) == (4, 1, 1)
    made = answered(made, C02="met", C04="open")
    assert (made.answered, made.untestable, made.errors) == (3, 0, 1)
    row = answer(made, "C05")
    answers.save_answer(answer=row, version=0, by=ALICE, documentation=2, implementation=3)
    made.refresh_from_db()
    assert made.answered == 4  # figures of maturity are an answer too


@pytest.mark.parametrize(
    "fields",
    [{"status": "fine"}, {"documentation": 6}, {"implementation": 0}, {"score": 3}, {"explanation": "x" * 9000}, {"explanation": "a\0b"}],
)  # fmt: skip
def test_what_does_not_fit_is_refused(fields: dict[str, Any]) -> None:
    row = answer(opened(cast.ronse()), "C01")
    with pytest.raises(Invalid):
        answers.save_answer(answer=row, version=0, by=ALICE, **fields)


def test_an_explanation_holds_until_a_day_that_can_be() -> None:
    row, today = answer(opened(cast.ronse()), "C01"), moment.today()
    answers.save_answer(answer=row, version=0, by=ALICE, explained_until=today + timedelta(days=90))
    with pytest.raises(Invalid):
        answers.save_answer(answer=row, version=1, by=ALICE, explained_until=today.replace(year=today.year + 9, day=1))


def test_after_it_was_submitted_nothing_is_saved() -> None:
    made = answered(opened(cast.ronse()), C01="met")
    row = answer(made, "C02")
    assessments.submit_assessment(assessment=made, by=ALICE)
    with pytest.raises(answers.NotOpen):
        answers.save_answer(answer=row, version=0, by=ALICE, status="met")
    assert answer(made, "C02").status == "open"
    with pytest.raises(answers.NotOpen):
        answers.attach_to_answer(answer=row, stored=store([b"x"]), name="x", by=ALICE)


def test_each_save_notes_whose_figures_changed() -> None:
    Touched.objects.all().delete()
    answered(opened(cast.ronse()), C01="met")
    assert set(Touched.objects.values_list("organisation", flat=True)) == {cast.ronse().pk}


@pytest.mark.django_db(transaction=True)
def test_two_who_save_the_same_answer_at_once_one_is_told() -> None:
    made = opened(cast.ronse())
    barrier, outcomes = Barrier(2), []

    def save(by: Any, status: str) -> None:
        row = answer(made, "C01")
        barrier.wait()
        try:
            answers.save_answer(answer=row, version=0, by=by, status=status)
            outcomes.append("saved")
        except Conflict:
            outcomes.append("told")
        finally:
            connection.close()

    _at_once(lambda: save(ALICE, "met"), lambda: save(BOB, "not_met"))
    assert sorted(outcomes) == ["saved", "told"]
    made.refresh_from_db()
    assert (made.answered, answer(made, "C01").version) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_figures_are_right_when_two_save_different_answers_at_once() -> None:
    made = opened(cast.ronse(), assessed.edition(20))
    barrier = Barrier(2)

    def save(first: int) -> None:
        barrier.wait()
        for place in range(first, 21, 2):
            row = answer(made, f"C{place:02d}")
            answers.save_answer(answer=row, version=0, by=ALICE, status="met")
        connection.close()

    _at_once(lambda: save(1), lambda: save(2))
    made.refresh_from_db()
    assert made.answered == 20


def _at_once(*deeds: Any) -> None:
    threads = [Thread(target=deed) for deed in deeds]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


# Files ----------------------------------------------------------------------------------------------------------------------------


def test_a_file_is_kept_under_its_digest_and_stays_on_record_when_it_is_withdrawn() -> None:
    row = answer(opened(cast.ronse()), "C01")
    kept = store([b"a policy"])
    made = answers.attach_to_answer(answer=row, stored=kept, name="C:\\docs\\policy.pdf", by=ALICE)
    assert (made.name, made.file, made.size) == ("policy.pdf", kept.path, 8)
    assert answers.attach_to_answer(answer=row, stored=kept, name="again.pdf", by=ALICE).pk == made.pk
    answers.withdraw_evidence(evidence=made, by=BOB)
    made.refresh_from_db()
    assert made.withdrawn_by == BOB.label
    with pytest.raises(Conflict):
        answers.withdraw_evidence(evidence=made, by=BOB)


# From open to closed --------------------------------------------------------------------------------------------------------------


def test_submitting_freezes_the_score_and_what_is_unclear_never_counts_as_fine() -> None:
    made = answered(opened(cast.ronse()), C01="met", C02="met", C03="not_testable", C04="error", C05="not_met")
    done = assessments.submit_assessment(assessment=made, by=ALICE)
    assert done.result["counts"] == {
        "met": 2, "partly": 0, "not_met": 1, "not_applicable": 0, "not_testable": 1, "error": 1, "scored": 0, "open": 1
    }  # fmt: skip
    assert done.result["unclear"] == ["C03", "C04"]
    assert done.result["unmet"] == ["C05"]
    assert done.result["total"] == "33.33"  # two of six: the untested, the failed and the unanswered are not in place
    fine = answered(
        opened(cast.spiere_helkijn(), made.edition), C01="met", C02="met", C03="met", C04="met", C05="not_met"
    )
    assert float(assessments.submit_assessment(assessment=fine, by=ALICE).result["total"]) > 33.33


def test_an_empty_one_cannot_be_submitted_nor_twice() -> None:
    made = opened(cast.ronse())
    with pytest.raises(Invalid):
        assessments.submit_assessment(assessment=made, by=ALICE)
    made.refresh_from_db()
    assert made.state == "open"
    answered(made, C01="met")
    stale = Assessment.objects.get(pk=made.pk)
    assessments.submit_assessment(assessment=made, by=ALICE)
    with pytest.raises(Conflict):
        assessments.submit_assessment(assessment=stale, by=BOB)


def test_reopening_wants_a_reason_and_keeps_what_was_frozen() -> None:
    made = answered(opened(cast.ronse()), C01="met")
    assessments.submit_assessment(assessment=made, by=ALICE)
    total = made.result["total"]
    with pytest.raises(Invalid):
        assessments.reopen_assessment(assessment=made, by=BOB, because=" ")
    assessments.reopen_assessment(assessment=made, by=BOB, because="C02 was forgotten")
    assert (made.state, made.submitted_at, made.result) == ("open", None, {})
    assert made.earlier[0]["because"] == "C02 was forgotten"
    assert made.earlier[0]["result"]["total"] == total
    answered(made, C02="met")
    assert float(assessments.submit_assessment(assessment=made, by=ALICE).result["total"]) > float(total)


def test_reopening_is_refused_while_a_newer_one_is_open() -> None:
    made = answered(opened(cast.ronse()), C01="met")
    assessments.submit_assessment(assessment=made, by=ALICE)
    opened(cast.ronse(), made.edition)
    with pytest.raises(Conflict):
        assessments.reopen_assessment(assessment=made, by=BOB, because="Once more")
    made.refresh_from_db()
    assert made.state == "submitted"


def test_closing_an_open_one_wants_a_reason_and_gives_no_result() -> None:
    made = answered(opened(cast.ronse()), C01="met")
    with pytest.raises(Invalid):
        assessments.close_assessment(assessment=made, by=SYSTEM)
    assessments.close_assessment(assessment=made, by=SYSTEM, because="The towns merged")
    assert (made.state, made.submitted_at, made.result) == ("closed", None, {})
    with pytest.raises(Conflict):
        assessments.close_assessment(assessment=made, by=SYSTEM)


def test_an_exercise_stays_one() -> None:
    town = cast.ronse()
    assert opened(town, exercise=True).exercise
    assert not opened(town, assessed.edition(key="other")).exercise
    assert Answer.objects.count() == 12


def test_the_journal_of_who_is_audited_does_not_say_what_the_auditor_found() -> None:
    for kind, said in (("external", False), ("self", True)):
        made = answered(opened(cast.ronse(), assessed.edition(key=kind), kind=kind), C01="not_met")
        lines = JournalDetail.objects.filter(
            entry__in=JournalEntry.objects.visible_to(cast.spoc_viewer(cast.ronse()))
            .filter(verb="answer.saved", object_id=str(made.pk))
            .values("pk")
        )
        assert ["not_met" in str(line.detail) for line in lines] == [said]


def test_what_was_given_by_name_is_seen_in_that_role_only() -> None:
    made = opened(cast.ronse(), kind="external", auditor=cast.assessor())
    named = viewer_of(cast.assessor())
    assert Assessment.objects.visible_to(named).get() == made
    later = Viewer(user=named.user, roles=frozenset({Role.SPOC}), own=frozenset({cast.eupen().pk}))
    assert not Assessment.objects.visible_to(later).exists()
