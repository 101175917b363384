"""The score in the query is the score of the rules, organisation by organisation; a list sorts and filters by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from paraat.cloud import standing
from paraat.cloud.models import Drill, Preparation, PreparedAccount
from paraat.platform import moment
from tests import cast
from tests.cloud import screens
from tests.cloud.test_views_drills import made
from tests.web.pages import body, officer

pytestmark = pytest.mark.django_db


def scores() -> dict[str, tuple[int, int]]:
    """By name: as the query says, and as the rules say."""
    today = moment.today()
    rows: Any = standing.scored(standing.rows(cast.team_viewer(), today), today)
    return {row.name: (row.score, standing.of(row).percent) for row in rows}


def test_the_query_says_what_the_rules_say() -> None:
    full = screens.prepared(
        cast.ronse(),
        domain="nood.ronse.be",
        page={"title": {"nl": "Noodpagina"}, "message": {}, "phones": [{"number": "055"}]},
        page_approved_at=moment.now(),
        claimed_rto_minutes=60,
        data_mb=5,
    )
    PreparedAccount.objects.create(preparation=full, login="crisis", name="Crisis team")
    full.dns_checks.create(at=moment.now(), right=True)
    made(cast.ronse(), 364)
    screens.prepared(cast.eupen(), services=[], page={"message": "", "title": {}, "phones": []}, data_mb=5)
    made(cast.eupen(), 367)
    cast.ixelles()
    found = scores()
    assert all(said == computed for said, computed in found.values()), found
    assert found["Ronse"][0] >= 80 and found["Eupen"][0] < 50
    before = found["Ronse"][0]
    Drill.objects.update(requested_at=moment.now() - timedelta(days=400))
    Preparation.objects.filter(pk=full.pk).update(page={}, domain="")
    found = scores()
    assert all(said == computed for said, computed in found.values()), found
    assert found["Ronse"][0] < before


def test_the_list_sorts_and_filters_by_it() -> None:
    screens.prepared(cast.ronse(), domain="nood.ronse.be", page={"message": "Kom morgen", "phone": "055"})
    screens.prepared(cast.eupen(), services=[])

    def names(asked: str) -> list[str]:
        lines = body(officer().get(f"/cloud/preparations/?format=csv&prepared=yes&{asked}")).splitlines()
        return [line.split(",")[0] for line in lines[1:]]

    assert names("sort=-score") == ["Ronse", "Eupen"]
    assert names("sort=score") == ["Eupen", "Ronse"]
    assert names("ready=80-100") == []
    assert "Eupen" in names("ready=0-49")
