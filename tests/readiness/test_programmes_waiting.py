"""The waiting list of a programme around the turn of a year and around a merger, and who may take somebody off."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from paraat.accounts.models import Membership
from paraat.kernel.actor import SYSTEM
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.readiness import jobs_programmes
from paraat.readiness.actions.programmes import open_programme, set_budget
from paraat.readiness.actions.programmes_answers import sign_up
from paraat.readiness.actions.programmes_money import waiting
from paraat.readiness.models import Commitment, Participation, Programme
from paraat.registry.models import Organisation
from tests import cast

pytestmark = pytest.mark.django_db


def audit(*, this_year: int = 1000) -> Programme:
    programme = open_programme(by=SYSTEM, key="audit", rules={"share": "1/2", "cap": "1000"})
    set_budget(programme=programme, year=moment.today().year, amount=Decimal(this_year), by=SYSTEM)
    return programme


def states(programme: Programme) -> dict[str, str]:
    return dict(Participation.objects.filter(programme=programme).values_list("organisation__name", "state"))


def test_a_new_year_with_a_budget_moves_the_list_up_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    programme = audit()
    for town in (cast.ronse(), cast.eupen()):
        sign_up(programme=programme, organisation=town, by=SYSTEM)
    set_budget(programme=programme, year=moment.today().year + 1, amount=Decimal(1000), by=SYSTEM)
    jobs_programmes.move_up(0)
    assert states(programme) == {"Ronse": "going", "Eupen": "waiting"}
    then = moment.now().replace(month=1, day=1, year=moment.today().year + 1)
    monkeypatch.setattr(moment, "now", lambda: then)
    jobs_programmes.move_up(0)
    jobs_programmes.move_up(0)
    assert states(programme) == {"Ronse": "going", "Eupen": "going"}
    assert Commitment.objects.get(participation__organisation=cast.eupen()).budget.year == then.year


def test_who_does_not_exist_any_more_gets_no_money_and_holds_up_nobody() -> None:
    programme = audit()
    for town in (cast.ronse(), cast.eupen(), cast.ixelles()):
        sign_up(programme=programme, organisation=town, by=SYSTEM)
    ended = moment.today() - timedelta(days=1)
    Organisation.objects.filter(pk=cast.eupen().pk).update(active_until=ended, merged_into=cast.ixelles())
    set_budget(programme=programme, year=moment.today().year, amount=Decimal(2000), by=SYSTEM)
    assert Participation.objects.get(organisation=cast.eupen()).state == "waiting"
    assert Commitment.objects.filter(participation__organisation=cast.ixelles()).count() == 1
    assert [one.organisation for one in waiting(programme)] == []


def test_a_spoc_who_also_reads_for_the_oversight_body_withdraws_nobody_elses() -> None:
    programme = audit()
    row = sign_up(programme=programme, organisation=cast.eupen(), by=SYSTEM)
    user = cast.spoc_user(cast.ronse())
    Membership.objects.create(user=user, role=Role.AUDITOR)
    client = Client()
    client.force_login(user)
    for name in ("participation_withdraw", "participation_paper"):
        assert client.post(reverse(name, args=[row.pk]), {"because": "no"}).status_code == 404
    row.refresh_from_db()
    assert row.state == "going"
