"""The frame of the API: tokens, scopes, roles, problems, parts, retries and limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from paraat.accounts import actions
from paraat.accounts.models import ApiToken, User, WaitingTask
from paraat.kernel.actor import SYSTEM
from paraat.platform import moment
from paraat.platform.api import Scope
from paraat.platform.facts import Waits
from paraat.platform.models import JournalEntry
from tests import cast

pytestmark = pytest.mark.django_db


class Caller:
    """Somebody with a token."""

    def __init__(self, user: User, *scopes: Scope) -> None:
        self.token, self.text = actions.issue_token(user=user, name="test", scopes=scopes or list(Scope), by=SYSTEM)
        self.client = Client(headers={"Authorization": f"Bearer {self.text}"})

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1{path}")

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        content = json.dumps(body) if body is not None else ""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/api/v1{path}", content, content_type="application/json", headers=named)


def waiting(key: str = "held:1") -> WaitingTask:
    task = actions.wait_for_person(what=Waits("held", key, "A list is held", "/alerts/"))
    assert task is not None
    return task


def test_it_says_whose_token_it_is() -> None:
    caller = Caller(cast.duty_officer(), Scope.ACCOUNT_READ)
    answer = caller.get("/me")
    assert answer.status_code == 200
    assert answer.json()["roles"] == ["duty_officer"]
    assert answer.json()["scopes"] == ["account:read"]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer paraat_wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_a_valid_token_it_is_401(header: dict[str, str]) -> None:
    answer = Client(headers=header).get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_session_opens_no_operation() -> None:
    client = Client()
    client.force_login(cast.duty_officer())
    assert client.get("/api/v1/me").status_code == 401


def test_a_token_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    officer = cast.duty_officer()
    expired, revoked, closed = Caller(officer), Caller(officer), Caller(cast.auditor())
    ApiToken.objects.filter(pk=expired.token.pk).update(expires_at=moment.now() - timedelta(seconds=1))
    actions.revoke_token(token=revoked.token, by=SYSTEM)
    actions.close_account(user=cast.auditor(), by=SYSTEM)
    assert [caller.get("/me").status_code for caller in (expired, revoked, closed)] == [401, 401, 401]
    actions.open_account(user=cast.auditor(), by=SYSTEM)
    assert closed.get("/me").status_code == 401  # its tokens ended with the account


def test_only_a_digest_of_a_token_is_kept() -> None:
    caller = Caller(cast.duty_officer())
    kept = json.dumps([list(map(str, row)) for row in ApiToken.objects.values_list()])
    assert caller.text not in kept
    assert caller.text.startswith("paraat_")


def test_a_scope_that_the_token_lacks_is_403() -> None:
    answer = Caller(cast.duty_officer(), Scope.ACCOUNT_READ).get("/tasks")
    assert answer.status_code == 403
    assert "tasks:read" in answer.json()["detail"]


def test_a_scope_gives_no_role() -> None:
    assert Caller(cast.auditor()).post(f"/tasks/{waiting().pk}/take").status_code == 403
    assert Caller(cast.observer()).get("/tasks").status_code == 403


def test_what_one_may_not_see_does_not_exist() -> None:
    answer = Caller(cast.duty_officer()).post("/tasks/0198c0de-0000-7000-8000-000000000000/take")
    assert answer.status_code == 404
    assert answer.json()["title"].startswith("There is no such object")


def test_lists_come_in_parts() -> None:
    for number in range(3):
        waiting(f"held:{number}")
    caller = Caller(cast.duty_officer())
    first, rest = caller.get("/tasks?limit=2").json(), caller.get("/tasks?limit=2&offset=2").json()
    assert (len(first["items"]), first["total"], len(rest["items"]), rest["total"]) == (2, 3, 1, 3)
    assert {one["id"] for one in first["items"]}.isdisjoint(one["id"] for one in rest["items"])


def test_wrong_input_says_which_field() -> None:
    answer = Caller(cast.duty_officer()).get("/tasks?limit=0")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"].endswith("limit")


def test_a_deed_is_journalled_under_the_token() -> None:
    caller, task = Caller(cast.duty_officer()), waiting()
    assert caller.post(f"/tasks/{task.pk}/take").json()["taken_by"] == str(cast.duty_officer().pk)
    entry = JournalEntry.objects.get(verb="task.take")
    assert (entry.actor_kind, entry.actor_id) == ("token", caller.token.pk)


def test_the_second_who_takes_it_is_409() -> None:
    task = waiting()
    assert Caller(cast.duty_officer()).post(f"/tasks/{task.pk}/take").status_code == 200
    answer = Caller(cast.second_officer()).post(f"/tasks/{task.pk}/take")
    assert (answer.status_code, answer.headers["Content-Type"]) == (409, "application/problem+json")


def test_a_retry_with_the_same_key_gets_the_same_answer_and_does_nothing_twice() -> None:
    caller, task = Caller(cast.duty_officer()), waiting()
    first = caller.post(f"/tasks/{task.pk}/take", Idempotency_Key="k1")
    again = caller.post(f"/tasks/{task.pk}/take", Idempotency_Key="k1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert JournalEntry.objects.filter(verb="task.take").count() == 1
    assert caller.post(f"/tasks/{task.pk}/take", Idempotency_Key="k2").status_code == 409


def test_the_same_key_for_something_else_is_422() -> None:
    caller, task = Caller(cast.duty_officer()), waiting()
    caller.post(f"/tasks/{task.pk}/close", {"outcome": "done"}, Idempotency_Key="k1")
    answer = caller.post(f"/tasks/{task.pk}/close", {"outcome": "other"}, Idempotency_Key="k1")
    assert (answer.status_code, answer.json()["title"]) == (422, "This Idempotency-Key was used for another request.")


def test_keys_of_two_people_do_not_meet() -> None:
    one, other = waiting("held:1"), waiting("held:2")
    assert Caller(cast.duty_officer()).post(f"/tasks/{one.pk}/take", Idempotency_Key="k").status_code == 200
    assert Caller(cast.second_officer()).post(f"/tasks/{other.pk}/take", Idempotency_Key="k").status_code == 200


def test_a_refused_deed_may_be_tried_again_with_its_key() -> None:
    caller, task = Caller(cast.duty_officer()), waiting()
    actions.take_task(task=task, officer=cast.second_officer(), by=SYSTEM)
    assert caller.post(f"/tasks/{task.pk}/take", Idempotency_Key="k1").status_code == 409
    actions.hand_back_task(task=task, by=SYSTEM)
    assert caller.post(f"/tasks/{task.pk}/take", Idempotency_Key="k1").status_code == 200


def test_it_limits_how_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_API_RATE", "3")
    caller = Caller(cast.duty_officer())
    answers = [caller.get("/me") for _ in range(9)]  # a window may end in between
    assert answers[0].status_code == 200
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 3
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
    assert Caller(cast.auditor()).get("/me").status_code == 200  # each for himself


def test_one_call_costs_few_queries(django_assert_max_num_queries: Any) -> None:
    waiting()
    caller = Caller(cast.duty_officer())
    caller.get("/me")
    with django_assert_max_num_queries(4):  # who, the clock, the limit, the list
        assert caller.get("/tasks").status_code == 200


def test_it_describes_itself() -> None:
    document = Client().get("/api/v1/openapi.json")
    assert document.status_code == 200
    schema = document.json()
    assert schema["paths"]["/api/v1/tasks"]["get"]["operationId"] == "listTasks"
    refused = schema["paths"]["/api/v1/tasks"]["get"]["responses"]["403"]["content"]
    assert list(refused) == ["application/problem+json"]


def test_no_two_schemas_of_the_description_have_one_name() -> None:
    """The description keeps one schema per name: a second of the same name would silently describe the first."""
    from ninja import Schema

    def below(one: type) -> Iterator[type]:
        for child in one.__subclasses__():
            yield child
            yield from below(child)

    found = {child for child in below(Schema) if child.__module__.startswith("paraat.") and ".api" in child.__module__}
    ours = [child.__name__ for child in found if "[" not in child.__name__]
    assert sorted(name for name in ours if ours.count(name) > 1) == []
