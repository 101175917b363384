"""What the tests of the API put on stage: callers with tokens, and one of everything that operations speak of."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from paraat.accounts import actions
from paraat.accounts.models import User
from paraat.alerts.models import CallLine
from paraat.cloud.actions.drills import drill, end_drill
from paraat.cloud.actions.tenants import request_tenant
from paraat.exercises import scenarios
from paraat.exercises.actions.planning import plan_exercise
from paraat.feeds.models import Source
from paraat.incidents.actions.cases import open_case
from paraat.incidents.actions.evidence import store_evidence
from paraat.incidents.actions.reports import take_report
from paraat.incidents.models import ClockStep
from paraat.kernel.actor import SYSTEM
from paraat.kernel.ids import uuid7
from paraat.kernel.marking import Role
from paraat.observations.models import Finding, QuarantinedRow, UnassignedHost
from paraat.platform import moment
from paraat.platform.api import Scope
from paraat.platform.facts import Waits
from paraat.readiness.actions.disclosures import take_disclosure
from paraat.readiness.actions.findings import see_finding
from paraat.readiness.actions.measures import plan_measure
from paraat.readiness.actions.programmes import open_programme
from paraat.readiness.actions.programmes_answers import sign_up
from paraat.readiness.frameworks import current
from paraat.registry.models import Organisation
from paraat.warroom.actions.rooms import open_room
from tests import cast
from tests.alerts import staging
from tests.readiness import assessed, convening, taught, tested

LIST = json.dumps(
    {"randoms": [], "targets": [{"target_id": "1", "host": "www.ronse.be", "ip": "", "type": "http", "method": "GET", "port": 443,
     "use_ssl": True, "path": "/", "body": {"type": "", "value": ""}, "headers": None, "request_id": "1"}]}
)  # fmt: skip


class Caller:
    """Somebody with a token."""

    def __init__(self, user: User, *scopes: Scope) -> None:
        self.user = user
        self.token, self.text = actions.issue_token(user=user, name="test", scopes=scopes or list(Scope), by=SYSTEM)
        self.headers = {"Authorization": f"Bearer {self.text}"}
        self.client = Client(headers=self.headers)

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1{path}")

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        content = json.dumps(body) if body is not None else ""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/api/v1{path}", content, content_type="application/json", headers=named)

    def send(self, path: str, fields: dict[str, Any]) -> Any:
        """Post a form, with files."""
        return self.client.post(f"/api/v1{path}", fields)


def accounts() -> dict[Role, User]:
    """An account for every role."""
    return {
        Role.DUTY_OFFICER: cast.duty_officer(),
        Role.COORDINATOR: cast.coordinator(),
        Role.ADMINISTRATOR: cast.administrator(),
        Role.PARTNER: cast.partner_user(),
        Role.AUDITOR: cast.auditor(),
        Role.OBSERVER: cast.observer(),
        Role.SPOC: cast.spoc_user(cast.ronse()),
        Role.PROVIDER: cast.provider_user(),
        Role.ASSESSOR: cast.assessor(),
        Role.TESTER: cast.tester(),
    }


def everything() -> dict[str, list[str]]:
    """One of everything, real and known; the ids by the name that paths give them."""
    ronse, silent = cast.ronse(), cast.spiere_helkijn()
    sent = staging.alert_for(ronse, silent)
    kept = staging.alert_for(cast.east_flanders())
    Source.objects.filter(slug="test-list").update(policy="one_click")
    held, other = staging.alert_for(cast.eupen()), staging.alert_for(cast.ixelles())
    line = CallLine.objects.create(
        organisation=silent, severity=3, since=moment.now(), address="+447700900001", contact=cast.contact(silent)
    )
    run = Finding.objects.values_list("run", flat=True)[0]
    perhaps = staging.found(run, cast.drogenbos(), "perhaps.drogenbos.be", moment.now(), certainty="perhaps")
    host = UnassignedHost.objects.create(run=run, host="nobody.be", why="country", listed_at=moment.now())
    row = QuarantinedRow.objects.create(
        run=run, file_name="list.json", row=2, reason="not a host", raw="?", at=moment.now()
    )
    task = actions.wait_for_person(what=Waits("held", "test", "A list is held", "/alerts/"))
    assert task is not None
    return _responding(ronse) | {
        **_learnt(ronse),
        **_programme(silent),
        **_hacking(ronse),
        "edition": [str(current("basics").pk)],
        "before": [str(current("basics").pk)],
        "assessment": [str(assessed.answered(assessed.opened(ronse), C01="met").pk)],
        "alert": [str(sent.pk), str(held.pk), str(other.pk)],
        "notice": [str(staging.notice_of(kept, cast.east_flanders()).pk)],
        "organisation": [str(ronse.pk), str(silent.pk)],
        "line": [str(line.pk)],
        "run": [str(run)],
        "host": [str(host.pk)],
        "row": [str(row.pk)],
        "task": [str(task.pk)],
        "finding": [str(perhaps.pk)],
        "source": ["test-list"],
        "webhook": [str(uuid7())],
    }


def _learnt(town: Organisation) -> dict[str, list[str]]:
    """A lesson that was released, the row of who must answer it, and a draft; a session, and a supplier."""
    released, draft = taught.released(), taught.draft()
    return {
        "lesson": [str(released.pk), str(draft.pk)],
        "lesson_answer": [str(taught.answer_of(released, town).pk)],
        "session": [str(convening.invited(town).pk)],
        "supplier": [str(cast.provider().pk)],
    }


def _hacking(town: Organisation) -> dict[str, list[str]]:
    """An engagement that is being tested, a finding that its owner has seen, and what a researcher reported."""
    going = tested.going(town)
    told = tested.disclosed(going)
    see_finding(finding=told, by=SYSTEM)
    return {
        "engagement": [str(going.pk)],
        "weakness": [str(told.pk)],
        "disclosure": [str(take_disclosure(text="The search answers with scripts").pk)],
    }


def _programme(town: Organisation) -> dict[str, list[str]]:
    """A programme, and a town that takes part in it."""
    programme = open_programme(by=SYSTEM, key="audit", rules={"share": "2/3", "cap": "4000"})
    taking = sign_up(programme=programme, organisation=town, by=SYSTEM)
    return {"programme": [programme.key], "participation": [str(taking.pk)]}


def _responding(victim: Organisation) -> dict[str, list[str]]:
    """A report, a case with its clock and a piece of evidence, a room with a report that is frozen, an exercise."""
    report = take_report(through="phone", text="Files end in .play", by=SYSTEM, organisation=victim)
    case = open_case(organisation=victim, title="Files are locked", by=SYSTEM)
    step = ClockStep.objects.filter(clock__case=case)[0]
    piece = store_evidence(case=case, name="note.txt", stream=[b"note"], by=SYSTEM)
    room = open_room(title="Room", by=SYSTEM)
    tenant = request_tenant(organisation=victim, by=SYSTEM, services=["web"], consent="The head agreed by telephone")
    drilled = drill(organisation=victim, by=SYSTEM, enqueue=False)
    end_drill(drill=drilled, error="It was stopped")
    scenario = scenarios.get("ransomware-december-2022")
    exercise = plan_exercise(scenario=scenario, by=SYSTEM, parts={part.key: victim for part in scenario.parts})
    return {
        "report": [str(report.pk)],
        "case": [str(case.pk)],
        "clock": [str(step.clock_id)],
        "step": [str(step.pk)],
        "evidence": [str(piece.pk)],
        "room": [str(room.pk)],
        "exercise": [str(exercise.pk)],
        "tenant": [str(tenant.pk)],
        "drill": [str(drilled.pk)],
        "measure": [str(plan_measure(organisation=victim, title="A second factor", by=SYSTEM).pk)],
    }


__all__ = ["LIST", "Caller", "accounts", "everything"]
