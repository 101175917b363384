"""Assessments through the API: each caller its own, answers saved with a version, and nothing of an audit that goes on."""

from __future__ import annotations

import pytest

from paraat.platform.api import Scope
from paraat.readiness.actions import assessments
from paraat.readiness.models import Assessment
from tests import cast
from tests.api.stage import Caller
from tests.readiness import assessed
from tests.readiness.assessed import ALICE, answer, answered, opened

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]


def test_a_spoc_opens_answers_and_submits_its_own() -> None:
    edition, caller = assessed.edition(), Caller(cast.spoc_user(cast.ronse()))
    given = {"organisation": str(cast.ronse().pk), "edition": str(edition.pk), "due_on": "2030-01-01"}
    made = caller.post("/assessments", given)
    assert made.status_code == 201
    path = f"/assessments/{made.json()['id']}"
    assert caller.post("/assessments", given).status_code == 409
    saved = caller.post(f"{path}/answers", {"control": "C01", "version": 0, "status": "not_testable"})
    assert (saved.status_code, saved.json()["version"]) == (200, 1)
    assert caller.post(f"{path}/answers", {"control": "C01", "version": 0, "status": "met"}).status_code == 409
    assert caller.post(f"{path}/answers", {"control": "C99", "version": 0, "status": "met"}).status_code == 404
    rows = caller.get(f"{path}/answers?limit=2").json()
    assert (rows["total"], rows["items"][0]["status"], rows["items"][0]["control"]) == (6, "not_testable", "C01")
    done = caller.post(f"{path}/submit").json()
    assert done["result"]["counts"]["not_testable"] == 1
    assert done["untestable"] == 1
    listed = caller.get("/assessments?state=submitted&framework=small").json()
    assert [one["framework"] for one in listed["items"]] == ["small"]


def test_others_learn_nothing() -> None:
    made = answered(opened(cast.ronse()), C01="met")
    path = f"/assessments/{made.pk}"
    for user in (cast.spoc_user(cast.eupen()), cast.provider_user(), cast.assessor()):
        caller = Caller(user)
        assert caller.get("/assessments").json()["total"] == 0
        for more in ("", "/answers", "/beside"):
            assert caller.get(path + more).status_code == 404
        assert caller.post(f"{path}/answers", {"control": "C01", "version": 1, "status": "met"}).status_code == 404
        assert caller.post(f"{path}/submit").status_code == 404
    for user in (cast.tester(), cast.observer()):
        assert Caller(user).get("/assessments").status_code == 403
    team = Caller(cast.duty_officer())
    assert team.get(path).status_code == 200
    assert team.post(f"{path}/answers", {"control": "C01", "version": 1, "status": "met"}).status_code == 403
    reading = Caller(cast.spoc_user(cast.ronse()), Scope.READINESS_READ)
    assert reading.post(f"{path}/submit").status_code == 403


def test_a_spoc_opens_nobody_elses() -> None:
    edition = assessed.edition()
    given = {"organisation": str(cast.eupen().pk), "edition": str(edition.pk)}
    assert Caller(cast.spoc_user(cast.ronse())).post("/assessments", given).status_code == 404
    assert Caller(cast.duty_officer()).post("/assessments", given).status_code == 201
    assert Assessment.objects.get().organisation == cast.eupen()


def test_the_answers_of_an_audit_that_goes_on_are_its_auditors() -> None:
    audit = answered(opened(cast.ronse(), kind="external", auditor=cast.assessor()), C01="not_met")
    town, auditor, path = Caller(cast.spoc_user(cast.ronse())), Caller(cast.assessor()), f"/assessments/{audit.pk}"
    assert town.get(path).status_code == 200
    assert town.get(f"{path}/answers").status_code == 404
    assert town.get(f"{path}/beside").status_code == 404
    assert town.post(f"{path}/answers", {"control": "C01", "version": 1, "status": "met"}).status_code == 403
    assert auditor.post(f"{path}/answers", {"control": "C02", "version": 0, "status": "met"}).status_code == 200
    assert auditor.post(f"{path}/submit").status_code == 200
    assert town.get(f"{path}/answers").json()["total"] == 6


def test_columns_beside_each_other() -> None:
    edition = assessed.edition()
    own = answered(opened(cast.ronse(), edition), C01="met", C02="met")
    audit = answered(opened(cast.ronse(), edition, kind="external"), C01="met", C02="error")
    assessments.submit_assessment(assessment=audit, by=ALICE)
    found = Caller(cast.spoc_user(cast.ronse())).get(f"/assessments/{own.pk}/beside").json()
    assert found["assessments"] == {"self": str(own.pk), "external": str(audit.pk)}
    assert found["controls"][0] == {
        "control": "C02",
        "difference": "unclear",
        "said": {"self": "met", "external": "error"},
    }
    assert found["controls"][1]["difference"] == "same"


def test_a_provider_without_consent_is_refused() -> None:
    edition, firm = assessed.edition(), cast.provider()
    made = assessments.open_for_customers(organisations=[cast.ronse()], author=firm, edition=edition, by=ALICE)[0]
    caller, path = Caller(cast.provider_user()), f"/assessments/{made.pk}/answers"
    assert caller.post(path, {"control": "C01", "version": 0, "status": "met"}).status_code == 200
    firm.supplies.update(consent=False)
    assert caller.post(path, {"control": "C02", "version": 0, "status": "met"}).status_code == 403
    assert caller.get(path).status_code == 200
    assert answer(made, "C02").status == "open"
