"""Names of tenants: no two organisations meet under one, however alike they are called and whatever they type."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.utils import translation

from paraat.cloud import configuration
from paraat.cloud.actions import tenants as deeds
from paraat.cloud.actions.preparations import note_dns, prepare
from paraat.cloud.models import Preparation, Programme, Tenant
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Invalid
from paraat.registry.models import Organisation
from tests import cast
from tests.cloud import playing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small(tmp_path: Path) -> Iterator[None]:
    with playing.engine(tmp_path), translation.override("en"):
        yield


def province() -> Organisation:
    """A province that is called as one of its towns."""
    return Organisation.objects.create(kind="province", name="Ronse", languages=["nl"])


def asked(organisation: Organisation) -> Tenant:
    return deeds.request_tenant(organisation=organisation, by=SYSTEM, consent="agreed", services=["page"])


def test_who_prepared_a_name_keeps_it_though_another_of_that_name_asks_first() -> None:
    prepare(organisation=cast.ronse(), by=SYSTEM, services=["page"])
    other = asked(province())
    assert other.name == "ronse-2"
    assert asked(cast.ronse()).domain == f"ronse.{configuration.DOMAIN.get()}"


def test_two_of_one_name_prepare_different_labels_also_beside_a_tenant_that_lives() -> None:
    living, second = asked(cast.ronse()), province()
    assert living.name == "ronse"
    assert prepare(organisation=second, by=SYSTEM).label == "ronse-2"
    with pytest.raises(Invalid, match="Another organisation"):
        prepare(organisation=second, by=SYSTEM, label="ronse")
    assert prepare(organisation=cast.ronse(), by=SYSTEM, label="ronse").label == "ronse"


@pytest.mark.parametrize(
    "text",
    ["nood.ronse.be", "NOOD.ronse.be.", "files.nood.ronse.be", "ronse.be", "nood.example", "eupen.nood.example"],
)
def test_a_domain_of_another_or_of_the_team_is_not_taken(text: str) -> None:
    prepare(organisation=cast.ronse(), by=SYSTEM, domain="nood.ronse.be")
    with pytest.raises(Invalid, match="Another organisation"):
        prepare(organisation=cast.eupen(), by=SYSTEM, domain=text)
    assert prepare(organisation=cast.eupen(), by=SYSTEM, domain="nood-ronse.be").domain == "nood-ronse.be"
    assert prepare(organisation=cast.ronse(), by=SYSTEM, domain="nood.ronse.be", data_mb=1).data_mb == 1


def test_a_domain_that_met_another_before_this_was_looked_at_is_not_served_twice() -> None:
    for town in (cast.ronse(), cast.eupen()):
        row = prepare(organisation=town, by=SYSTEM)
        Preparation.objects.filter(pk=row.pk).update(domain="nood.ronse.be")
        note_dns(preparation=row, records=[{"name": "nood.ronse.be", "type": "A", "right": True}], by=SYSTEM)
    domains = {asked(town).domain for town in (cast.ronse(), cast.eupen())}
    assert len(domains) == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_get_one_name() -> None:
    towns, barrier, failed = [cast.ronse(), province()], threading.Barrier(2), []

    def ask(town: Organisation) -> None:
        try:
            barrier.wait(10)
            asked(town)
        except Exception as error:  # noqa: BLE001  # told below
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=[town]) for town in towns]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert not failed
    assert sorted(Tenant.objects.values_list("name", flat=True)) == ["ronse", "ronse-2"]


@pytest.mark.django_db(transaction=True)
def test_the_first_two_approvals_at_once_share_one_programme() -> None:
    tenants, barrier = [asked(cast.ronse()), asked(province())], threading.Barrier(2)

    def approve(tenant: Tenant) -> None:
        try:
            barrier.wait(10)
            deeds.approve_tenant(tenant=tenant, by=SYSTEM)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=approve, args=[one]) for one in tenants]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert Programme.objects.count() == 1
    assert Tenant.objects.filter(state="approved").count() == 2
