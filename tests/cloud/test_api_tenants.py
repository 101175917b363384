"""Tenants through the API: from the request to the end, with the rights of every role."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from paraat.cloud import bringing
from paraat.cloud.models import Tenant
from paraat.kernel.marking import Role
from tests import cast
from tests.api import stage
from tests.cloud import playing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def engine(tmp_path: Path) -> Iterator[playing.Engine]:
    with playing.engine(tmp_path) as made:
        yield made


def test_from_the_request_to_the_proof_that_it_is_gone() -> None:
    officer, ronse = stage.Caller(cast.duty_officer()), cast.ronse()
    asked = {"organisation": str(ronse.pk), "services": ["reader"], "consent": "The head agreed by telephone"}
    made = officer.post("/tenants", asked, Idempotency_Key="one")
    assert made.status_code == 201, made.content
    assert officer.post("/tenants", asked, Idempotency_Key="one").json() == made.json(), "asked again, done once"
    assert officer.post("/tenants", asked).status_code == 409
    path = f"/tenants/{made.json()['id']}"
    assert officer.post(f"{path}/start").status_code == 409, "not approved"
    assert officer.post(f"{path}/approve", {}).json()["state"] == "approved"
    called = officer.post(f"{path}/call-back", {"contact": str(cast.contact(ronse, "deputy").pk)})
    assert called.json()["called_back_at"]
    assert officer.post(f"{path}/start").json()["state"] == "starting"
    bringing.bring(Tenant.objects.get().pk)
    status = officer.get(f"{path}/status").json()
    assert (status["state"], [one["service"] for one in status["seen"]]) == ("verified", ["post", "reader"])
    assert all(one["proven"] for one in status["seen"]) and status["seconds"]["verified"] >= 0
    assert officer.post(f"{path}/destroy", {"because": "Over", "number": "T1"}).status_code == 403
    officer.post(f"{path}/destroy", {"because": "Over", "number": status["number"]})
    bringing.bring(Tenant.objects.get().pk)
    assert officer.get(path).json()["destroyed_at"]


def test_a_spoc_asks_for_its_own_and_decides_nothing() -> None:
    ronse, silent = cast.ronse(), cast.spiere_helkijn()
    spoc = stage.Caller(cast.spoc_user(ronse))
    made = spoc.post("/tenants", {"organisation": str(ronse.pk)})
    assert made.status_code == 201, made.content
    assert Tenant.objects.get().requested_contact == cast.contact(ronse)
    assert spoc.post("/tenants", {"organisation": str(silent.pk)}).status_code == 404
    path = f"/tenants/{made.json()['id']}"
    assert spoc.get(path).status_code == 200
    for verb in ("approve", "start", "stop", "destroy", "call-back"):
        assert spoc.post(f"{path}/{verb}", {}).status_code == 403
    assert stage.Caller(cast.spoc_user(silent)).get(path).status_code == 404


def test_who_sees_tenants() -> None:
    row = playing.started()
    seen = {role: stage.Caller(user).get(f"/tenants/{row.pk}").status_code for role, user in stage.accounts().items()}
    may = {Role.DUTY_OFFICER, Role.COORDINATOR, Role.AUDITOR, Role.SPOC}
    assert {role for role, status in seen.items() if status == 200} == may
    assert {status for role, status in seen.items() if role not in may} == {403}


def test_no_secret_leaves(engine: playing.Engine) -> None:
    row = playing.running()
    officer = stage.Caller(cast.duty_officer())
    from paraat.cloud import preparing

    told = officer.get(f"/tenants/{row.pk}").content + officer.get(f"/tenants/{row.pk}/status").content
    assert not any(value.encode() in told for value in preparing.secrets(row).values())
