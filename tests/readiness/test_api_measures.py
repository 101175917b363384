"""Measures through the API: read, planned, moved, proven, with the rights of every role."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest

from paraat.platform import moment
from paraat.platform.api import Scope
from paraat.readiness.models import Measure
from tests import cast
from tests.api import stage
from tests.readiness import measured

pytestmark = pytest.mark.django_db


def test_from_plan_to_verified_by_another_token() -> None:
    town = cast.ronse()
    spoc, officer = stage.Caller(cast.spoc_user(town)), stage.Caller(cast.duty_officer())
    finding = measured.found()
    given = {"organisation": str(town.pk), "title": "A second factor", "due_on": "2027-03-31", "findings": [str(finding.pk)],
             "owner": str(cast.contact(town).pk), "cost": "1200.50", "topic": "signing_in"}  # fmt: skip
    made = spoc.post("/measures", given, Idempotency_Key="one")
    assert made.status_code == 201, made.content
    assert spoc.post("/measures", given, Idempotency_Key="one").json() == made.json() and Measure.objects.count() == 1
    path = f"/measures/{made.json()['id']}"
    sent = spoc.client.post(
        f"/api/v1{path}/evidence?name=proof.txt&sha256={sha256(b'it works').hexdigest()}",
        b"it works",
        content_type="application/octet-stream",
    )
    assert (sent.status_code, sent.json()["revision"]) == (201, 1), sent.content
    wrong = spoc.client.post(
        f"/api/v1{path}/evidence?name=proof.txt&sha256={'0' * 64}", b"else", content_type="application/octet-stream"
    )
    assert wrong.status_code == 422
    assert spoc.post(f"{path}/state", {"deed": "verify"}).status_code == 409, "nobody said that it is done"
    assert spoc.post(f"{path}/state", {"deed": "done"}).json()["state"] == "done"
    assert spoc.post(f"{path}/state", {"deed": "verify"}).status_code == 403
    second = stage.Caller(cast.spoc_user(town))
    assert second.post(f"{path}/state", {"deed": "verify"}).status_code == 403, "another token, the same person"
    done = officer.post(f"{path}/state", {"deed": "verify"})
    assert (done.status_code, done.json()["state"], len(done.json()["proofs"])) == (200, "verified", 1)
    assert officer.post(f"{path}/state", {"deed": "undo"}).json()["state"] == "done"


def test_lists_filter_and_say_how_late() -> None:
    today = moment.today()
    late = measured.planned(due_on=today - timedelta(days=4))
    measured.planned(cast.spiere_helkijn(), due_on=today + timedelta(days=4))
    officer = stage.Caller(cast.auditor())
    found = officer.get("/measures?late=true").json()
    assert [(one["number"], one["days_late"]) for one in found["items"]] == [(late.number, 4)]
    assert officer.get("/measures?state=open").json()["total"] == 2
    assert officer.get(f"/measures?organisation={late.organisation_id}&state=planned").json()["total"] == 1


def test_each_sees_and_changes_only_its_own() -> None:
    row = measured.planned()
    cast.provider()
    path = f"/measures/{row.pk}"
    for user in (cast.spoc_user(cast.spiere_helkijn()), cast.assessor()):
        caller = stage.Caller(user)
        assert caller.get("/measures").json()["total"] == 0
        assert caller.get(path).status_code == 404
        assert caller.post(f"{path}/state", {"deed": "done"}).status_code == 404
    for user in (cast.provider_user(), cast.tester(), cast.observer(), cast.administrator()):
        caller = stage.Caller(user)
        assert caller.get("/measures").status_code == 403 and caller.get(path).status_code == 403
    other = stage.Caller(cast.spoc_user(cast.spiere_helkijn()))
    assert other.post("/measures", {"organisation": str(row.organisation_id), "title": "x"}).status_code == 404
    own = stage.Caller(cast.spoc_user(cast.ronse()))
    strange = {
        "organisation": str(row.organisation_id),
        "title": "x",
        "findings": [str(measured.found(cast.spiere_helkijn()).pk)],
    }
    assert own.post("/measures", strange).status_code == 422
    assert (
        own.post(
            "/measures",
            {
                "organisation": str(row.organisation_id),
                "title": "x",
                "owner": str(cast.contact(cast.spiere_helkijn()).pk),
            },
        ).status_code
        == 422
    )
    assert stage.Caller(cast.auditor()).post(f"{path}/state", {"deed": "done"}).status_code == 403
    reader = stage.Caller(cast.spoc_user(cast.ronse()), Scope.READINESS_READ)
    assert reader.get(path).status_code == 200 and reader.post(f"{path}/state", {"deed": "done"}).status_code == 403
