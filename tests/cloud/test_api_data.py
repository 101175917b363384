"""Backups, restores and drills through the API: the rights of the pages, and what a caller reads."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from paraat.cloud.models import Backup, Drill, Restore
from paraat.kernel.marking import Role
from paraat.platform import moment
from tests import cast
from tests.api import stage
from tests.cloud import playing
from tests.cloud.test_views_drills import made

pytestmark = pytest.mark.django_db
MAY = {Role.DUTY_OFFICER, Role.COORDINATOR, Role.AUDITOR, Role.SPOC}


@pytest.fixture(autouse=True)
def engine(tmp_path: Path) -> Iterator[playing.Engine]:
    with playing.engine(tmp_path) as made_engine:
        yield made_engine


@pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed: apt-get install restic")
def test_a_backup_is_asked_for_once_and_read_by_the_town() -> None:
    row = playing.running()
    officer, spoc = stage.Caller(cast.duty_officer()), stage.Caller(cast.spoc_user(row.organisation))
    path = f"/tenants/{row.pk}/backups"
    assert spoc.post(path).status_code == 403
    asked = officer.post(path, Idempotency_Key="one")
    assert (asked.status_code, asked.json()["state"]) == (201, "waiting"), asked.content
    assert officer.post(path, Idempotency_Key="one").json() == asked.json()
    assert officer.post(path).status_code == 409, "one is under way"
    assert [one["id"] for one in spoc.get(path).json()["items"]] == [str(Backup.objects.get().pk)]


def test_what_was_restored_is_listed_with_its_reason() -> None:
    row = playing.running()
    Restore.objects.create(
        tenant=row,
        because="From before the intrusion",
        by="Duty officer",
        began_at=moment.now(),
        same=True,
        state="done",
    )
    (found,) = stage.Caller(cast.duty_officer()).get(f"/tenants/{row.pk}/restores").json()["items"]
    assert (found["because"], found["same"], found["backup"]) == ("From before the intrusion", True, None)


def test_drills_are_listed_read_and_started() -> None:
    ronse, passed = cast.ronse(), made(cast.ronse(), 11)
    made(cast.eupen(), 12, minutes=None)
    officer = stage.Caller(cast.duty_officer())
    assert officer.get("/drills").json()["total"] == 2
    assert [one["number"] for one in officer.get("/drills?state=passed").json()["items"]] == ["D2026-0011"]
    one = officer.get(f"/drills/{passed.pk}").json()
    assert (one["rto_minutes"], one["proven"]) == (10, {"page": ["answers"]})
    assert sum(leg["seconds"] for leg in one["legs"]) == pytest.approx(600)
    asked = officer.post("/drills", {"organisation": str(ronse.pk), "because": "After the move"})
    assert asked.status_code == 201, asked.content
    assert Drill.objects.get(pk=asked.json()["id"]).because == "After the move"
    assert officer.post("/drills", {"organisation": str(ronse.pk)}).status_code == 409, "one is under way"


def test_a_town_reads_its_own_and_starts_none() -> None:
    own, other = made(cast.ronse(), 1), made(cast.eupen(), 2)
    row = playing.running(organisation=cast.ronse())
    spoc = stage.Caller(cast.spoc_user(cast.eupen()))
    assert [one["number"] for one in spoc.get("/drills").json()["items"]] == [other.number]
    assert spoc.get(f"/drills/{own.pk}").status_code == 404
    assert {spoc.get(f"/tenants/{row.pk}/{what}").status_code for what in ("backups", "restores")} == {404}
    assert spoc.post("/drills", {"organisation": str(cast.eupen().pk)}).status_code == 403


def test_who_sees_them() -> None:
    one, row = made(cast.ronse(), 1), playing.running(organisation=cast.ronse())
    callers = {role: stage.Caller(user) for role, user in stage.accounts().items()}
    for path in (f"/drills/{one.pk}", "/drills", f"/tenants/{row.pk}/backups", f"/tenants/{row.pk}/restores"):
        seen = {role: caller.get(path).status_code for role, caller in callers.items()}
        assert {role for role, status in seen.items() if status == 200} == MAY, path
        assert {status for role, status in seen.items() if role not in MAY} == {403}, path


def test_what_nobody_could_try_is_not_called_verified() -> None:
    row = playing.running()
    assert (row.state, row.real) == ("verified", False)
    assert row.get_state_display() == "Started whole, nothing proven"
    assert stage.Caller(cast.duty_officer()).get(f"/tenants/{row.pk}").json()["real"] is False
    row.driver = "podman"
    assert row.get_state_display() == "Verified"
