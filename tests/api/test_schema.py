"""The API is what it says it is: generated calls against its own description, with the token of every role."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from paraat.kernel.marking import Role
from tests.api import stage

pytestmark = pytest.mark.django_db

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SECONDS = 32.0
"""For all of it: each operation gets its share, and at least one generated call for each of the eight roles."""


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The server would close the connection after every call, and with it the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def operations() -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    return [found.ok() for found in schema.get_all_operations()]


def test_every_operation_answers_every_role_as_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_API_RATE", "1000000")
    known = stage.everything()
    callers = {role: stage.Caller(user) for role, user in stage.accounts().items()}
    found = operations()
    assert len(found) > 40
    ends, statuses = time.monotonic() + SECONDS, {}
    for place, operation in enumerate(found):
        share = time.monotonic() + (ends - time.monotonic()) / (len(found) - place)
        statuses[operation.label] = _call(operation, callers, known, share)
    missed = {label for label, seen in statuses.items() if not seen & {200, 201}} - HARD
    assert not missed, f"no call of these succeeded, so their answers were never looked at: {missed}"


HARD = {
    "POST /api/v1/gateway/events",  # wants a signature
    "POST /api/v1/feeds/files",  # wants a real list
    "POST /api/v1/announcements/{alert}/approve",  # wants a draft
    "POST /api/v1/announcements/{alert}/send",
    "POST /api/v1/notices/{notice}/take",  # wants an exhausted ladder
    "POST /api/v1/webhooks/{webhook}/end",
    "POST /api/v1/announcements",  # wants an audience that exists
    "POST /api/v1/unassigned/hand-over",  # wants a partner
    "POST /api/v1/quarantine/replay",
    "POST /api/v1/quarantine/drop",
    "POST /api/v1/calls/{line}/release",  # wants a line that somebody claimed
    "POST /api/v1/tasks/{task}/close",
    "POST /api/v1/unassigned/leave",
    "POST /api/v1/case-tasks/{task}/finish",  # wants a task of a case; tests/incidents/test_work_api.py calls it
    "POST /api/v1/cases/{case}/move",  # wants a state that may follow; tests/incidents/test_api_cases.py calls it
    "GET /api/v1/clocks/compute",  # wants a regime and its facts; these four: tests/incidents/test_clock_api.py
    "POST /api/v1/clocks/{clock}/decide",
    "POST /api/v1/clocks/{clock}/facts",
    "POST /api/v1/clocks/{clock}/steps/{step}/submit",
    "GET /api/v1/situation-reports/{report}",  # wants one that two people froze; tests/warroom/test_api_sitreps.py calls it
    "POST /api/v1/tenants",  # wants an organisation that has none; these: tests/cloud/test_api_tenants.py
    "POST /api/v1/tenants/{tenant}/call-back",
    "POST /api/v1/tenants/{tenant}/start",
    "POST /api/v1/tenants/{tenant}/stop",
    "POST /api/v1/tenants/{tenant}/destroy",
    "POST /api/v1/tenants/{tenant}/backups",  # wants one that runs; tests/cloud/test_api_data.py calls it
    "POST /api/v1/assessments",  # wants an edition; these three: tests/readiness/test_assessments_api.py
    "POST /api/v1/assessments/{assessment}/answers",
    "POST /api/v1/assessments/{assessment}/submit",
    "POST /api/v1/lessons",  # wants words; these three: tests/readiness/test_lessons_api.py
    "POST /api/v1/lessons/{lesson}/approve",
    "POST /api/v1/lessons/{lesson}/customers",
    "POST /api/v1/programmes/{programme}/sign-up",  # wants money or an extra turn; these: tests/readiness/test_programmes_api.py
    "POST /api/v1/programmes/{programme}/answer",
    "POST /api/v1/participations/{participation}/steps",
    "POST /api/v1/rooms/{room}/signals",  # wants a lane of that room; tests/warroom/test_api.py calls it
}
"""Operations whose success a generated call does not reach; tests/api/test_operations.py, or the test that is named, calls them."""


def _call(operation: Any, callers: dict[Role, stage.Caller], known: dict[str, list[str]], until: float) -> set[int]:
    """Generated calls of one operation, each for every role, as generated and about what there is."""
    statuses: set[int] = set()

    @seed(1)
    @settings(
        max_examples=8, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        if statuses and time.monotonic() > until:
            return
        for real in (False, True):
            if real and not _made_real(case, known):
                return
            for caller in callers.values():
                response = case.call(headers=caller.headers)
                statuses.add(response.status_code)
                case.validate_response(response, checks=CHECKS)

    run()
    return statuses


def _made_real(case: Any, known: dict[str, list[str]]) -> bool:
    """Let a call speak of what there is; says whether it speaks of anything."""
    place = {"release": 1, "decline": 2}.get(case.operation.path.rpartition("/")[2], 0)  # of the held ones
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known[name][place % len(known[name])]
    said = case.body if isinstance(case.body, dict) else {}
    for name in said.keys() & {"findings", "rows", "hosts"}:
        said[name] = known[name.removesuffix("s")]
    for name in said.keys() & {"organisation", "source"}:
        said[name] = known[name][0]
    return bool(case.path_parameters or said)


def test_what_does_not_fit_the_description_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_API_RATE", "1000000")
    stage.everything()
    caller = stage.Caller(stage.accounts()[Role.COORDINATOR])
    for operation in operations():
        if operation.method == "get" or "gateway" in operation.path:
            continue

        @seed(1)
        @settings(
            max_examples=4,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
        def run(case: Any) -> None:
            response = case.call(headers=caller.headers)
            case.validate_response(response, checks=[not_a_server_error, negative_data_rejection])

        run()


def test_the_description_is_complete() -> None:
    for operation in operations():
        definition = operation.definition.raw
        assert definition.get("operationId"), operation.label
        assert definition.get("description"), operation.label
        if "gateway" not in operation.path:
            assert "Scope `" in definition["description"], operation.label
            assert definition.get("security"), operation.label
