"""Frameworks through the API: our words, no official ones; whoever takes part reads them."""

from __future__ import annotations

import pytest

from paraat.kernel.actor import SYSTEM
from paraat.platform.api import Scope
from paraat.readiness.actions.editions import import_edition
from paraat.readiness.frameworks import current
from tests import cast
from tests.api.stage import Caller
from tests.readiness import official

pytestmark = pytest.mark.django_db


def test_frameworks_controls_and_differences_are_read() -> None:
    first = current("cyfun-2025")
    current("basics")
    rows = [one for one in official.controls() if one["identifier"] != "GV.OC-01.1"]
    second = import_edition(
        content=official.workbook(rows=rows, text="SECRET WORDS", answers={"GV.OC-02.1": (9, 1, "")}),
        version="own",
        by=SYSTEM,
    )
    caller = Caller(cast.spoc_user(cast.ronse()))
    listed = {one["key"]: one for one in caller.get("/frameworks").json()["items"]}
    assert [one["version"] for one in listed["cyfun-2025"]["editions"]] == ["own", "2025-10-01"]
    newest = listed["cyfun-2025"]["editions"][0]
    assert (newest["controls"], newest["put_aside"], newest["imported"]) == (217, 1, True)
    path = f"/frameworks/editions/{second.pk}"
    found = caller.get(f"{path}/controls?level=basic&key_measure=true&limit=200")
    assert found.json()["total"] == 13
    assert "SECRET" not in found.content.decode()
    assert caller.get(f"{path}/controls?level=nonsense").json()["total"] == 0
    told = caller.get(f"{path}/since/{first.pk}").json()
    assert (told["removed"], told["added"], told["same"]) == (["GV.OC-01.1"], [], 217)
    assert caller.get(f"{path}/since/{current('basics').pk}").status_code == 404


def test_who_takes_part_reads_and_nobody_else() -> None:
    path = f"/frameworks/editions/{current('basics').pk}/controls"
    readers = (cast.duty_officer(), cast.provider_user(), cast.auditor(), cast.assessor(), cast.spoc_user(cast.ronse()))
    for user in readers:
        assert Caller(user).get(path).status_code == 200
    for user in (cast.tester(), cast.administrator()):
        assert Caller(user).get(path).status_code == 403
        assert Caller(user).get("/frameworks").status_code == 403
    assert Caller(cast.duty_officer(), Scope.CASES_READ).get(path).status_code == 403
