"""The screens of lessons: what each role opens, what it can do there, and what nobody outside the team learns."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from paraat.accounts.models import User
from paraat.alerts import links
from paraat.alerts.models import Delivery, Told
from paraat.exercises import scenarios
from paraat.exercises.actions.planning import plan_exercise
from paraat.kernel.actor import SYSTEM
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.readiness.actions import lessons
from paraat.readiness.models import Lesson, LessonAnswer, Measure
from paraat.registry.models import Supply
from tests import cast
from tests.readiness import taught

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, path: str, status: int = 200, **data: Any) -> str:
    answer = client.get(path, data)
    assert answer.status_code == status, (path, answer.status_code)
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def write(client: Client, path: str = "/lessons/new/", **more: Any) -> Any:
    fields = {
        "urgency": "2",
        "tlp": "1",
        "title_en": "Second factor",
        "happened_en": "A password was guessed.",
        "advice_en": "Ask a second factor.",
    }
    return client.post(path, fields | more)


def everybody() -> dict[str, Client]:
    return {
        "officer": as_(cast.duty_officer()),
        "auditor": as_(cast.auditor()),
        "observer": as_(cast.observer()),
        "partner": as_(cast.partner_user()),
        "spoc": as_(cast.spoc_user(cast.ronse())),
        "other": as_(cast.spoc_user(cast.drogenbos())),
        "provider": as_(cast.provider_user()),
        "assessor": as_(cast.account("assessor", "External auditor", Role.ASSESSOR, cast.partner())),
        "tester": as_(cast.account("tester", "Tester", Role.TESTER, cast.partner())),
        "administrator": as_(cast.administrator()),
    }


def test_a_lesson_is_written_from_a_closed_case_without_what_names_the_victim() -> None:
    officer, eupen = as_(cast.duty_officer()), cast.eupen()
    case = taught.case_of(eupen)
    type(case).objects.filter(pk=case.pk).update(
        summary="The files of Eupen were locked", language="en", state="closed"
    )
    page = text(officer, f"/lessons/new/?case={case.pk}")
    assert "The files of … were locked" in page
    answer = write(officer, f"/lessons/new/?case={case.pk}", tells_source="")
    lesson = Lesson.objects.get()
    assert (answer.status_code, lesson.case, lesson.audience, lesson.exercise) == (302, case, {"all": True}, False)
    assert "Make a lesson" in text(officer, f"/cases/{case.pk}/")
    assert type(case).objects.get().state == "closed"


def test_what_is_missing_stands_at_its_field() -> None:
    officer = as_(cast.duty_officer())
    answer = write(officer, advice_en="")
    assert answer.status_code == 400
    assert "Write this too" in answer.content.decode()
    answer = write(officer, indicators="evil.example\nnot a trace")
    assert "not a trace" in answer.content.decode()
    answer = write(officer, technology="what nobody uses")
    assert "nobody in it" in answer.content.decode()
    assert not Lesson.objects.exists()


def test_before_its_release_one_sees_whom_it_goes_to_and_what_gives_the_victim_away() -> None:
    cast.provider()
    officer = as_(cast.duty_officer())
    lesson = taught.draft(case=taught.case_of(cast.ronse()), happened={"en": "Renaix was hit"})
    page = text(officer, f"/lessons/{lesson.pk}/")
    assert "Somebody can be recognised" in page
    assert "Renaix" in page
    assert "Streek-ICT" in page
    assert "It goes to 1 organisation" in page
    assert "Not told: Ronse" in page
    officer.post(f"/lessons/{lesson.pk}/decide/release/")
    assert Lesson.objects.get().state == "draft"
    officer.post(f"/lessons/{lesson.pk}/decide/clear/", {"words": ["Renaix"], "because": "It said so itself"})
    officer.post(f"/lessons/{lesson.pk}/decide/release/")
    assert Lesson.objects.get().state == "released"


def test_who_opens_what() -> None:
    lesson = taught.released(case=taught.case_of(cast.eupen()), indicators=[{"type": "host", "value": "evil.example"}])
    row = taught.answer_of(lesson, cast.ronse()).pk
    one, people = f"/lessons/{lesson.pk}/", everybody()
    expected = {
        "/lessons/": {"officer", "auditor", "observer", "partner"},
        "/lessons/new/": {"officer"},
        one: {"officer", "auditor", "observer", "partner", "spoc", "provider"},
        f"{one}answers/": {"officer", "auditor"},
        f"{one}customers/": {"provider"},
        "/lessons/ours/": {"spoc", "other"},
        "/lessons/customers/": {"provider"},
        f"/lessons/answers/{row}/": {"officer", "auditor", "spoc"},
    }
    for path, may in expected.items():
        opened = {name for name, client in people.items() if client.get(path).status_code == 200}
        assert opened == may, path


def test_nobody_outside_the_team_learns_of_the_case_or_the_victim() -> None:
    victim = cast.eupen()
    case = taught.case_of(victim)
    lesson = taught.released(
        case=case, audience={"organisations": [str(one.pk) for one in (victim, cast.ronse(), cast.spiere_helkijn())]}
    )
    row = taught.answer_of(lesson, cast.ronse()).pk
    people, one = everybody(), f"/lessons/{lesson.pk}/"
    pages = {
        "observer": ["/lessons/", one, "/lessons/?format=csv"],
        "partner": ["/lessons/", one],
        "spoc": [one, "/lessons/ours/", "/lessons/ours/?format=csv", f"/lessons/answers/{row}/", "/portal/"],
        "provider": [one, f"{one}customers/", "/lessons/customers/", "/lessons/customers/?format=csv"],
    }
    for name, paths in pages.items():
        for path in paths:
            said = text(people[name], path)
            assert case.number not in said, (name, path)
            assert str(case.pk) not in said, (name, path)
            assert "Eupen" not in said, (name, path)
    assert "Eupen" in text(people["officer"], one)


def test_the_victim_itself_is_shown_nothing_of_its_own_lesson() -> None:
    eupen = cast.eupen()
    lesson = taught.released(
        case=taught.case_of(eupen), audience={"organisations": [str(eupen.pk), str(cast.ronse().pk)]}
    )
    spoc = as_(cast.spoc_user(eupen))
    assert spoc.get(f"/lessons/{lesson.pk}/").status_code == 404
    assert spoc.get(f"/lessons/answers/{taught.answer_of(lesson, eupen).pk}/").status_code == 404
    assert lesson.number not in text(spoc, "/lessons/ours/")


def test_a_providers_table_has_no_gap_where_the_victim_would_stand() -> None:
    ronse = cast.ronse()
    lesson = taught.released(case=taught.case_of(ronse))
    Supply.objects.filter(customer=cast.spiere_helkijn()).update(consent=True)
    page = text(as_(cast.provider_user()), f"/lessons/{lesson.pk}/customers/")
    assert "Ronse" in page
    assert "Spiere-Helkijn" in page
    assert lesson_told(lesson) == {"Spiere-Helkijn"}


def lesson_told(lesson: Lesson) -> set[str]:
    return set(LessonAnswer.objects.told().filter(lesson=lesson).values_list("organisation__name", flat=True))


def test_a_spoc_answers_and_makes_a_measure() -> None:
    lesson = taught.released()
    spoc, row = as_(cast.spoc_user(cast.ronse())), taught.answer_of(lesson, cast.ronse())
    assert lesson.number in text(spoc, "/lessons/ours/")
    assert "Passwords of administrators" in text(spoc, "/portal/")
    wrong = spoc.post(f"/lessons/answers/{row.pk}/", {"state": "planned"})
    assert wrong.status_code == 400
    assert "Say by when" in wrong.content.decode()
    assert spoc.post(f"/lessons/answers/{row.pk}/", {"state": "done"}).status_code == 302
    assert taught.answer_of(lesson, cast.ronse()).state == "done"
    spoc.post(f"/lessons/answers/{row.pk}/measure/")
    assert Measure.objects.get().organisation == cast.ronse()
    assert (
        as_(cast.spoc_user(cast.eupen())).post(f"/lessons/answers/{row.pk}/", {"state": "planned"}).status_code == 404
    )


def test_an_answer_is_given_behind_the_link_of_the_message() -> None:
    lesson = taught.released()
    delivery = Delivery.objects.get(alert=lesson.alert, address="spoc@ronse.example")
    token, visitor = links.notice_token(delivery), Client()
    assert f'action="/n/{token}/lesson/"' in text(visitor, f"/n/{token}/"), "whatever the language of who was told"
    visitor.post(f"/n/{token}/lesson/", {"state": "not_applicable", "because": "Nobody enters from outside"})
    row = taught.answer_of(lesson, cast.ronse())
    assert (row.state, row.answered_by) == ("not_applicable", "SPOC, Ronse")
    assert visitor.post("/n/nonsense/lesson/", {"state": "done"}).status_code == 404
    desk = Delivery.objects.get(alert=lesson.alert, address="desk@streek-ict.example")
    assert visitor.post(f"/n/{links.notice_token(desk)}/lesson/", {"state": "done"}).status_code == 404


def test_behind_the_link_of_a_ladder_a_provider_answers_as_what_it_is_and_while_it_is_agreed() -> None:
    lesson = taught.released()
    assert lesson.alert is not None
    desk = cast.contact(cast.provider(), "ict_on_call")
    climbed = Delivery.objects.create(
        alert=lesson.alert, contact=desk, kind="mail", address="desk@streek-ict.example", due_at=moment.now(), created_at=moment.now()
    )  # fmt: skip
    notice = lesson.alert.notices.get(organisation=cast.ronse())
    Told.objects.create(notice=notice, delivery=climbed, purpose="notice", kind="mail", address=climbed.address)
    address, visitor = f"/n/{links.notice_token(climbed)}/lesson/", Client()
    visitor.post(address, {"state": "done"})
    row = taught.answer_of(lesson, cast.ronse())
    assert (row.state, row.provider) == ("done", cast.provider())
    Supply.objects.filter(customer=cast.ronse()).update(consent=False)
    visitor.post(address, {"state": "need_help", "because": "x"})
    assert taught.answer_of(lesson, cast.ronse()).state == "done"


def test_a_provider_answers_for_ticked_customers_and_for_all_without_an_answer() -> None:
    towns, firms = taught.population(5, 1)
    lesson = taught.draft(audience={"organisations": [str(one.pk) for one in towns]})
    lessons.release_lesson(lesson=lesson, by=SYSTEM)
    desk = as_(cast.account("desk", "Desk of the firm", Role.PROVIDER, firms[0]))
    page = f"/lessons/{lesson.pk}/customers/"
    assert "5" in text(desk, "/lessons/customers/")
    desk.post(
        page,
        {"customers": [str(towns[0].pk), str(cast.ronse().pk)], "state": "not_applicable", "because": "No such thing"},
    )
    assert taught.answer_of(lesson, towns[0]).state == "not_applicable"
    assert desk.post(page, {"state": "done"}).status_code == 400, "nobody was ticked"
    desk.post(page, {"without": "yes", "state": "done"})
    assert LessonAnswer.objects.filter(lesson=lesson, state="done", provider=firms[0]).count() == 4
    desk.post(f"/lessons/{lesson.pk}/read/")
    assert lesson.providers.get().acknowledged_by == "Desk of the firm"


def test_every_figure_opens_its_list() -> None:
    towns, _firms = taught.population(4, 1)
    lesson = taught.draft(audience={"organisations": [str(one.pk) for one in towns]})
    lessons.release_lesson(lesson=lesson, by=SYSTEM)
    for row, said in zip(
        towns,
        ({"state": "done"}, {"state": "not_applicable", "because": "x"}, {"state": "need_help", "because": "y"}),
        strict=False,
    ):
        lessons.answer_lesson(answer=taught.answer_of(lesson, row), by=SYSTEM, **said)
    officer, one = as_(cast.duty_officer()), f"/lessons/{lesson.pk}/"
    page = text(officer, one)
    assert "50 % of those that were told closed it" in page
    for filters, names in {"closed=yes": 2, "state=open": 1, "state=need_help": 1, "": 4}.items():
        assert text(officer, f"{one}answers/?{filters}&format=csv").count("Town ") == names
    assert officer.get(f"{one}answers/?format=xlsx").status_code == 200


def test_lists_ask_the_database_the_same_for_many_as_for_few() -> None:
    towns, _firms = taught.population(60, 3)
    for count in (3, 60):
        lesson = taught.draft(audience={"organisations": [str(one.pk) for one in towns[:count]]})
        second = cast.coordinator()
        lessons.approve_lesson(lesson=lesson, by=SYSTEM, officer=second)
        lessons.release_lesson(lesson=lesson, by=SYSTEM)
        officer = as_(cast.duty_officer())
        numbers = []
        for path in (f"/lessons/{lesson.pk}/answers/", f"/lessons/{lesson.pk}/"):
            text(officer, path)
            caches["local"].clear()
            numbers.append(_queries(officer, path))
        if count == 3:
            first = numbers
    assert numbers == first


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        text(client, path)
    return len(seen)


def test_a_lesson_from_an_exercise_is_one_until_somebody_says_that_it_holds() -> None:
    scenario = scenarios.get("ransomware-december-2022")
    exercise = plan_exercise(scenario=scenario, by=SYSTEM, parts={part.key: cast.ronse() for part in scenario.parts})
    officer = as_(cast.duty_officer())
    assert "Make a lesson" in text(officer, f"/exercises/{exercise.pk}/")
    for holds in ("", "on"):
        write(officer, f"/lessons/new/?exercise={exercise.pk}", holds=holds)
    assert list(Lesson.objects.order_by("number").values_list("exercise", flat=True)) == [True, False]
