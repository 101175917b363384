"""A lesson from a closed case goes to many through their providers, is answered, chased and counted; nobody learns whose case it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from paraat.accounts.middleware import actor_of
from paraat.accounts.models import WaitingTask
from paraat.alerts.actions import acknowledge_notice
from paraat.alerts.models import Alert, Delivery, Notice
from paraat.incidents.models import Report
from paraat.kernel.actor import SYSTEM, Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.models import JournalDetail, JournalEntry
from paraat.readiness import recognising
from paraat.readiness.actions import lessons
from paraat.readiness.actions.lessons import personal
from paraat.readiness.models import Lesson, LessonAnswer, Measure, Touched
from paraat.registry.models import Supply
from tests import cast
from tests.readiness import taught

pytestmark = pytest.mark.django_db

SPOC = Actor(ActorKind.USER, None, "SPOC, Ronse")


def later(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    at = moment.now() + timedelta(**span)
    monkeypatch.setattr(moment, "now", lambda: at)


# Drafting and releasing -----------------------------------------------------------------------------------------------------------


def test_a_draft_is_the_teams_alone() -> None:
    lesson = taught.draft(case=taught.case_of(cast.eupen()))
    assert lesson.number.startswith("L")
    assert Lesson.objects.visible_to(cast.team_viewer()).count() == 1
    assert not Lesson.objects.visible_to(cast.spoc_viewer(cast.ronse())).exists()
    assert not LessonAnswer.objects.exists()


def test_what_gives_the_victim_away_holds_it_until_a_named_person_says_why() -> None:
    lesson = taught.draft(case=taught.case_of(cast.eupen()), advice={"en": "Do as Eupen did: ask a second factor."})
    by = actor_of(cast.duty_officer())
    with pytest.raises(Invalid, match="recognised"):
        lessons.release_lesson(lesson=lesson, by=by)
    with pytest.raises(Invalid, match="Say why"):
        lessons.clear_words(lesson=lesson, by=by, words=["Eupen"], because=" ")
    with pytest.raises(Invalid, match="do not stand"):
        lessons.clear_words(lesson=lesson, by=by, words=["Malmedy"], because="Why not")
    lessons.clear_words(lesson=lesson, by=by, words=["Eupen"], because="It told the press itself")
    assert lessons.release_lesson(lesson=lesson, by=by).state == "released"
    assert lesson.cleared[0]["by"] == by.label


def test_a_lesson_from_nothing_names_none_of_those_that_the_team_looks_after() -> None:
    cast.eupen()
    by = actor_of(cast.duty_officer())
    lesson = taught.draft(happened={"en": "In Eupen somebody came in with a password alone; so did spiere-helkijn."})
    for refused in (lessons.ask_approval, lessons.release_lesson):
        with pytest.raises(Invalid, match="recognised"):
            refused(lesson=lesson, by=by)
    with pytest.raises(Invalid, match="recognised"):
        lessons.approve_lesson(lesson=lesson, by=by, officer=cast.coordinator())
    assert [hit.word for hit in recognising.left(lesson)] == ["Eupen", "spiere-helkijn"]
    lessons.edit_lesson(lesson=lesson, by=by, happened={"en": "Look at https://www.eupen[.]be/"})
    assert [hit.word for hit in recognising.left(lesson)] == ["www.eupen.be", "eupen"]
    lessons.edit_lesson(lesson=lesson, by=by, happened={"en": "As Eupen told the press."})
    lessons.clear_words(lesson=lesson, by=by, words=["Eupen"], because="It told the press itself")
    assert lessons.release_lesson(lesson=lesson, by=by).state == "released"


def test_holding_a_lesson_from_nothing_against_everybody_is_a_handful_of_queries(
    django_assert_num_queries: Any,
) -> None:
    taught.population(60, 3)
    lesson = taught.draft()
    with django_assert_num_queries(4):
        assert recognising.found(lesson) == ()


def test_a_changed_text_is_looked_at_again() -> None:
    lesson = taught.draft(case=taught.case_of(cast.eupen()))
    lessons.edit_lesson(lesson=lesson, by=SYSTEM, happened={"en": "www.eupen[.]be was down"})
    with pytest.raises(Invalid, match="recognised"):
        lessons.release_lesson(lesson=lesson, by=SYSTEM)
    lessons.edit_lesson(lesson=lesson, by=SYSTEM, happened={"en": "A site was down"})
    assert lessons.release_lesson(lesson=lesson, by=SYSTEM).state == "released"


def test_release_tells_constituents_and_their_providers_through_one_alert() -> None:
    lesson = taught.released()
    alert = lesson.alert
    assert alert is not None
    assert (alert.kind, alert.state) == (Alert.Kind.ANNOUNCEMENT, Alert.State.SENT)
    told = set(alert.notices.values_list("organisation", flat=True))
    assert told == cast.ids(cast.ronse(), cast.spiere_helkijn(), cast.provider())
    assert Delivery.objects.filter(alert=alert, address="desk@streek-ict.example").exists()
    assert "Ask a second factor" in alert.text["nl"]
    assert set(Touched.objects.values_list("organisation", flat=True)) >= cast.ids(cast.ronse(), cast.spiere_helkijn())


def test_an_amber_lesson_is_not_shown_to_providers() -> None:
    lesson = taught.released(tlp=Tlp.AMBER)
    assert not lesson.providers.exists()
    assert lesson.alert is not None
    assert cast.provider().pk not in set(lesson.alert.notices.values_list("organisation", flat=True))


def test_the_victim_is_not_told_its_own_lesson_unless_chosen() -> None:
    ronse = cast.ronse()
    for chosen in (False, True):
        lesson = taught.released(case=taught.case_of(ronse), tells_source=chosen)
        assert lesson.alert is not None
        assert lesson.alert.notices.filter(organisation=ronse).exists() is chosen
        assert taught.answer_of(lesson, ronse).told is chosen
    assert LessonAnswer.objects.told().filter(organisation=ronse).count() == 1


def test_many_need_a_second_person_and_an_edit_needs_him_again() -> None:
    taught.population(30, 2)
    author, second = cast.duty_officer(), cast.coordinator()
    lesson = taught.draft(audience={"all": True})
    with pytest.raises(NotAllowed, match="second person"):
        lessons.release_lesson(lesson=lesson, by=actor_of(author))
    lessons.ask_approval(lesson=lesson, by=actor_of(author))
    assert WaitingTask.objects.open().filter(key=lessons.approval_key(lesson)).exists()
    with pytest.raises(NotAllowed, match="Somebody else"):
        lessons.approve_lesson(lesson=lesson, by=actor_of(author), officer=author)
    lessons.approve_lesson(lesson=lesson, by=actor_of(second), officer=second)
    assert not WaitingTask.objects.open().filter(key=lessons.approval_key(lesson)).exists()
    lessons.edit_lesson(lesson=lesson, by=actor_of(author), urgency=3)
    with pytest.raises(NotAllowed, match="second person"):
        lessons.release_lesson(lesson=lesson, by=actor_of(author))
    lessons.approve_lesson(lesson=lesson, by=actor_of(second), officer=second)
    released = lessons.release_lesson(lesson=lesson, by=actor_of(author))
    assert released.alert is not None
    assert released.alert.approved_by == second
    with pytest.raises(Conflict):
        lessons.release_lesson(lesson=lesson, by=actor_of(author))


def test_a_lesson_concerns_whoever_uses_a_technology() -> None:
    cast.provider()
    Supply.objects.filter(customer=cast.ronse()).update(what="Citrix remote desktop")
    lesson = taught.draft(audience={"technology": "citrix"})
    lessons.release_lesson(lesson=lesson, by=SYSTEM)
    assert set(lesson.answers.values_list("organisation", flat=True)) == cast.ids(cast.ronse())
    with pytest.raises(Invalid, match="nobody"):
        taught.draft(audience={"technology": "a thing that nobody has"})


def test_a_lesson_of_an_exercise_stays_in_the_house() -> None:
    case = taught.case_of(cast.eupen())
    type(case).objects.filter(pk=case.pk).update(exercise=True)
    case.refresh_from_db()
    lesson = taught.released(case=case)
    assert lesson.exercise
    assert lesson.alert is not None
    assert lesson.alert.exercise
    assert set(Notice.objects.filter(alert=lesson.alert).values_list("exercise", flat=True)) == {True}
    assert not LessonAnswer.objects.real().exists()
    with pytest.raises(Invalid, match="stays in the house"):
        taught.draft(case=case, exercise=False)


# Answering ------------------------------------------------------------------------------------------------------------------------


def test_whoever_acknowledges_the_message_has_seen_the_lesson() -> None:
    lesson = taught.released()
    assert lesson.alert is not None
    notice = lesson.alert.notices.select_related("alert").get(organisation=cast.ronse())
    acknowledge_notice(notice=notice, by=SPOC, through="link", name="SPOC")
    assert taught.answer_of(lesson, cast.ronse()).acknowledged_at is not None
    notice = lesson.alert.notices.select_related("alert").get(organisation=cast.provider())
    acknowledge_notice(notice=notice, by=SPOC, through="link", name="Desk")
    assert lesson.providers.get().acknowledged_by == "Desk"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"state": "planned"}, "by when"),
        ({"state": "not_applicable"}, "why it does not"),
        ({"state": "need_help"}, "need help"),
        ({"state": "open"}, "no such answer"),
        ({"state": "done", "looked": "could_not"}, "could not look"),
        ({"state": "done"}, "whether you looked"),
    ],
)
def test_an_answer_says_what_it_must(said: dict[str, Any], wrong: str) -> None:
    lesson = taught.released(indicators=[{"type": "host", "value": "evil.example"}])
    with pytest.raises(Invalid, match=wrong):
        lessons.answer_lesson(answer=taught.answer_of(lesson, cast.ronse()), by=SPOC, **said)


def test_two_answers_at_once_do_not_overwrite_each_other() -> None:
    lesson = taught.released()
    first, second = taught.answer_of(lesson, cast.ronse()), taught.answer_of(lesson, cast.ronse())
    lessons.answer_lesson(answer=first, by=SPOC, state="done")
    with pytest.raises(Conflict):
        lessons.answer_lesson(answer=second, by=SPOC, state="not_applicable", because="We have none")
    assert taught.answer_of(lesson, cast.ronse()).state == "done"


def test_need_of_help_waits_for_the_team_until_something_else_is_said() -> None:
    lesson = taught.released()
    answer = taught.answer_of(lesson, cast.ronse())
    lessons.answer_lesson(answer=answer, by=SPOC, state="need_help", because="Nobody here knows how")
    task = WaitingTask.objects.open().get(key=lessons.help_key(answer))
    assert task.organisation_id == cast.ronse().pk
    lessons.answer_lesson(answer=answer, by=SPOC, state="done")
    assert not WaitingTask.objects.open().filter(pk=task.pk).exists()


def test_traces_that_are_found_open_one_report() -> None:
    lesson = taught.released(indicators=[{"type": "host", "value": "evil.example"}], case=taught.case_of(cast.eupen()))
    answer = taught.answer_of(lesson, cast.ronse())
    lessons.answer_lesson(answer=answer, by=SPOC, state="need_help", because="It is in our logs", looked="found")
    report = Report.objects.get(organisation=cast.ronse())
    assert answer.report == report
    assert "Eupen" not in report.text
    lessons.answer_lesson(answer=answer, by=SPOC, state="done", looked="found")
    assert Report.objects.filter(organisation=cast.ronse()).count() == 1
    assert not answer.exercise
    assert not report.exercise


def test_a_provider_answers_for_customers_that_agreed_and_for_no_others() -> None:
    lesson, firm = taught.released(), cast.provider()
    by = Actor(ActorKind.USER, None, "Provider's desk")
    with pytest.raises(NotAllowed):
        lessons.answer_for_customers(
            lesson=lesson, provider=firm, customers=[cast.ronse().pk, cast.spiere_helkijn().pk], by=by, state="done"
        )
    assert taught.answer_of(lesson, cast.ronse()).state == "open"
    lessons.answer_for_customers(lesson=lesson, provider=firm, customers=[cast.ronse().pk], by=by, state="done")
    answer = taught.answer_of(lesson, cast.ronse())
    assert (answer.state, answer.provider, answer.answered_by) == ("done", firm, "Provider's desk")
    entry = JournalEntry.objects.get(chain=cast.ronse().pk, verb="lesson.answered")
    assert JournalDetail.objects.get(entry=entry.pk).detail["on_behalf"] == firm.name
    Supply.objects.filter(customer=cast.ronse()).update(consent=False)
    with pytest.raises(NotAllowed):
        lessons.answer_for_customers(lesson=lesson, provider=firm, customers=[cast.ronse().pk], by=by, state="done")


def test_a_provider_reads_the_rows_of_customers_that_agreed_as_the_agreement_stands() -> None:
    lesson = taught.released()
    seen = LessonAnswer.objects.visible_to(cast.provider_viewer())
    assert set(seen.values_list("organisation", flat=True)) == cast.ids(cast.ronse())
    Supply.objects.filter(customer=cast.ronse()).update(consent=False)
    assert not LessonAnswer.objects.visible_to(cast.provider_viewer()).exists()
    assert Lesson.objects.visible_to(cast.provider_viewer()).get() == lesson, "it was told, whoever agreed"


def test_a_constituent_reads_its_own_row_only() -> None:
    lesson = taught.released(case=taught.case_of(cast.eupen()))
    viewer = cast.spoc_viewer(cast.ronse())
    assert set(LessonAnswer.objects.visible_to(viewer).values_list("organisation", flat=True)) == cast.ids(cast.ronse())
    assert Lesson.objects.visible_to(viewer).get() == lesson
    assert not Lesson.objects.visible_to(cast.spoc_viewer(cast.drogenbos())).exists()


def test_no_journal_of_a_recipient_names_the_case_or_the_victim() -> None:
    victim = cast.eupen()
    case = taught.case_of(victim)
    lesson = taught.released(case=case)
    lessons.answer_lesson(answer=taught.answer_of(lesson, cast.ronse()), by=SPOC, state="done")
    lessons.withdraw_lesson(lesson=lesson, by=SYSTEM, because="It was wrong")
    entries = JournalEntry.objects.exclude(tlp__gte=Tlp.AMBER_STRICT, chain=victim.pk).exclude(verb="lesson.drafted")
    for detail in JournalDetail.objects.filter(entry__in=entries.exclude(chain=victim.pk).values("pk")):
        assert case.number not in str(detail.detail)
        assert str(victim.pk) not in str(detail.detail)
    assert JournalEntry.objects.get(verb="lesson.drafted").tlp == Tlp.AMBER_STRICT


# Chasing --------------------------------------------------------------------------------------------------------------------------


def test_the_silent_are_chased_rung_by_rung_and_never_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = taught.released()
    assert lessons.chase_due() == 0
    later(monkeypatch, days=8)
    lessons.answer_lesson(answer=taught.answer_of(lesson, cast.ronse()), by=SPOC, state="done")
    assert (lessons.chase_due(), lessons.chase_due()) == (1, 0)
    reminded = Delivery.objects.filter(purpose="reminder")
    assert [one.contact.organisation for one in reminded] == [cast.spiere_helkijn()]
    assert "L20" in reminded[0].body
    later(monkeypatch, days=4)
    assert (lessons.chase_due(), lessons.chase_due()) == (1, 0)  # its provider has no agreement: the team sees it
    assert taught.answer_of(lesson, cast.spiere_helkijn()).chased == 3
    assert WaitingTask.objects.open().filter(key=lessons.silent_key(lesson)).count() == 1
    later(monkeypatch, days=60)
    assert lessons.chase_due() == 0
    assert reminded.count() == 1


def test_the_provider_is_asked_once_for_all_its_silent_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    towns, _firms = taught.population(6, 2)
    lesson = taught.draft(audience={"organisations": [str(one.pk) for one in towns]})
    lessons.release_lesson(lesson=lesson, by=SYSTEM)
    later(monkeypatch, days=8)
    assert lessons.chase_due() == 6
    later(monkeypatch, days=4)
    assert lessons.chase_due() == 6
    told = Delivery.objects.filter(purpose="reminder", contact__organisation__kind="provider")
    assert told.count() == 2
    assert "Town 00000, Town 00002, Town 00004" in told.get(contact__organisation__name="Firm 00").body


def test_a_promise_is_asked_after_when_its_day_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = taught.released()
    answer = taught.answer_of(lesson, cast.ronse())
    lessons.answer_lesson(answer=answer, by=SPOC, state="planned", planned_on=moment.today() + timedelta(days=20))
    LessonAnswer.objects.exclude(pk=answer.pk).update(chase_at=None)
    later(monkeypatch, days=19)
    assert lessons.chase_due() == 0
    later(monkeypatch, days=3)
    assert lessons.chase_due() == 1
    assert ":planned:" in Delivery.objects.get(purpose="reminder").key


@pytest.mark.parametrize("ends", ["close", "withdraw"])
def test_nobody_is_chased_about_what_has_ended(monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    lesson = taught.released()
    if ends == "close":
        lessons.close_lesson(lesson=lesson, by=SYSTEM)
    else:
        lessons.withdraw_lesson(lesson=lesson, by=SYSTEM, because="It was wrong")
        assert Alert.objects.filter(kind=Alert.Kind.CORRECTION, corrects=lesson.alert).exists()
    later(monkeypatch, days=100)
    assert lessons.chase_due() == 0
    with pytest.raises(Conflict):
        lessons.answer_lesson(answer=taught.answer_of(lesson, cast.ronse()), by=SPOC, state="done")


def test_a_correction_withdraws_and_gives_a_draft_that_says_what_it_corrects() -> None:
    lesson = taught.released()
    draft = lessons.correct_lesson(lesson=lesson, by=actor_of(cast.duty_officer()), because="The advice was wrong")
    lesson.refresh_from_db()
    assert (lesson.state, draft.state, draft.corrects, draft.advice) == ("withdrawn", "draft", lesson, lesson.advice)


# What it becomes ------------------------------------------------------------------------------------------------------------------


def test_lessons_become_items_of_a_checklist_whose_older_editions_stay() -> None:
    one, two = taught.released(), taught.released(title={"en": "Backups apart"})
    first = lessons.make_checklist_item(lesson=one, by=SYSTEM)
    second = lessons.make_checklist_item(lesson=two, by=SYSTEM, checking={"en": "Restore one."})
    assert first.edition.controls.count() == 1
    assert [row.identifier for row in second.edition.controls.all()] == [one.number, two.number]
    assert first.edition.framework == second.edition.framework
    with pytest.raises(Conflict):
        lessons.make_checklist_item(lesson=one, by=SYSTEM)
    with pytest.raises(Invalid):
        lessons.make_checklist_item(lesson=taught.draft(), by=SYSTEM)


def test_a_lesson_becomes_a_measure_once() -> None:
    lesson = taught.released()
    answer = taught.answer_of(lesson, cast.ronse())
    lessons.answer_lesson(answer=answer, by=SPOC, state="planned", planned_on=moment.today() + timedelta(days=5))
    measure = lessons.make_measure(answer=answer, by=SPOC)
    assert (measure.organisation, measure.due_on, list(measure.lessons.all())) == (
        cast.ronse(),
        answer.planned_on,
        [lesson],
    )
    with pytest.raises(Conflict):
        lessons.make_measure(answer=answer, by=SPOC)
    assert Measure.objects.count() == 1


# Personal data --------------------------------------------------------------------------------------------------------------------


def test_a_person_is_found_and_taken_out_and_the_answer_stays() -> None:
    lesson, town = taught.released(), cast.ronse()
    contact = cast.contact(town)
    by = Actor(ActorKind.CONTACT, contact.pk, contact.name)
    lessons.answer_lesson(answer=taught.answer_of(lesson, town), by=by, state="done")
    found = personal.export_person(contact.pk)
    assert [row["lesson__number"] for row in found["answered"]] == [lesson.number]
    assert personal.erase_person(contact=contact.pk) == 1
    answer = taught.answer_of(lesson, town)
    assert (answer.state, answer.answered_by) == ("done", "")
    assert personal.export_person(contact.pk) == {"answered": [], "read": []}
