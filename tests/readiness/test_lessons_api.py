"""Lessons over the API: who reads and does what, and that no answer names the case or the victim."""

from __future__ import annotations

import json
from typing import Any

import pytest

from paraat.kernel.marking import Role
from paraat.readiness.actions.guidance import load_guidance
from paraat.readiness.models import Lesson, LessonAnswer
from tests import cast
from tests.api.stage import Caller
from tests.readiness import taught

pytestmark = pytest.mark.django_db

WORDS = {
    "title": {"en": "Second factor"},
    "happened": {"en": "A password was guessed"},
    "advice": {"en": "Ask a second factor"},
}


def test_from_draft_to_figures_with_a_second_person() -> None:
    towns, firms = taught.population(30, 2)
    officer, second = Caller(cast.duty_officer()), Caller(cast.coordinator())
    made = officer.post("/lessons", WORDS | {"indicators": [{"type": "host", "value": "evil.example"}]})
    assert made.status_code == 201, made.content
    path = f"/lessons/{made.json()['id']}"
    assert officer.post(f"{path}/release").status_code == 403
    assert officer.post(f"{path}/approve").status_code == 403, "its author, whatever the token"
    assert second.post(f"{path}/approve").status_code == 200
    assert officer.post(f"{path}/release").json()["state"] == "released"
    desk = Caller(cast.account("desk", "Desk", Role.PROVIDER, firms[0]))
    said = {"state": "done", "looked": "not_found", "customers": [str(one.pk) for one in towns[:6:2]]}
    assert len(desk.post(f"{path}/customers", said).json()) == 3
    assert desk.post(f"{path}/customers", said | {"customers": [str(towns[1].pk)]}).status_code == 403
    figures = officer.get(f"{path}/figures").json()
    assert (figures["told"], figures["closed"], figures["by_providers"], figures["silent"]) == (30, 3, 3, 27)
    assert figures["looked"] == {"not_found": 3, "not_yet": 27}
    assert figures["curve"][0]["closed"] == 3
    assert second.get(f"/lesson-answers?lesson={made.json()['id']}&state=done").json()["total"] == 3


def test_everybody_reads_his_own_and_nobody_the_case() -> None:
    victim = cast.ronse()
    case = taught.case_of(victim)
    lesson = taught.released(case=case)
    cast.spiere_helkijn()
    callers = {
        "spoc": Caller(cast.spoc_user(cast.spiere_helkijn())),
        "victim": Caller(cast.spoc_user(victim)),
        "provider": Caller(cast.provider_user()),
        "observer": Caller(cast.observer()),
        "other": Caller(cast.spoc_user(cast.eupen())),
    }
    seen: dict[str, Any] = {}
    for name, caller in callers.items():
        for path in ("/lessons", f"/lessons/{lesson.pk}", "/lesson-answers"):
            answer = caller.get(path)
            body = json.dumps(answer.json())
            assert case.number not in body, (name, path)
            assert str(case.pk) not in body
            seen[name, path] = (answer.status_code, answer.json().get("total"))
    assert seen["spoc", "/lesson-answers"] == (200, 1)
    assert seen["victim", "/lesson-answers"] == (200, 0)
    assert seen["victim", f"/lessons/{lesson.pk}"][0] == 404
    assert seen["provider", "/lesson-answers"] == (200, 1), "its customer's row stands there, told or not"
    assert seen["observer", "/lesson-answers"][0] == 403
    assert seen["other", "/lessons"] == (200, 0)
    assert callers["spoc"].get(f"/lessons/{lesson.pk}/figures").status_code == 403


def test_a_spoc_answers_its_own_and_no_other() -> None:
    lesson = taught.released()
    own, other = taught.answer_of(lesson, cast.ronse()), taught.answer_of(lesson, cast.spiere_helkijn())
    spoc = Caller(cast.spoc_user(cast.ronse()))
    assert spoc.post(f"/lesson-answers/{own.pk}", {"state": "planned"}).status_code == 422
    assert spoc.post(f"/lesson-answers/{own.pk}", {"state": "done"}).json()["state"] == "done"
    assert spoc.post(f"/lesson-answers/{other.pk}", {"state": "done"}).status_code == 404
    assert LessonAnswer.objects.get(pk=other.pk).state == "open"
    assert Lesson.objects.count() == 1


def test_guidance_is_read_by_topic() -> None:
    load_guidance()
    caller = Caller(cast.observer())
    found = caller.get("/guidance?topic=alert:ransomware").json()
    assert {"no-more-ransom", "cisa-ransomware"} <= {one["key"] for one in found["items"]}
    assert all(one["checked_on"] is None for one in found["items"])
