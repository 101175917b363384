"""What people decide about a tenant: who may, in which order, within which money, and what two at once can do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.utils import translation

from paraat.accounts.middleware import actor_of
from paraat.accounts.models import WaitingTask
from paraat.cloud import preparing
from paraat.cloud.actions import tenants as deeds
from paraat.cloud.actions.personal import erase_person, export_person
from paraat.cloud.actions.programmes import change_programme, current_programme, envelope_of, make_programme
from paraat.cloud.models import Programme, Tenant
from paraat.incidents.actions.cases import open_case
from paraat.kernel.actor import SYSTEM
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.kernel.marking import Tlp
from paraat.platform import moment
from paraat.platform.models import JournalEntry
from paraat.registry.models import Contact
from tests import cast
from tests.cloud import playing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def engine(tmp_path: Path) -> Iterator[playing.Engine]:
    with playing.engine(tmp_path) as made, translation.override("en"):
        yield made


def asked(**more: object) -> Tenant:
    given = {
        "organisation": cast.ronse(),
        "by": playing.officer(),
        "consent": "The head agreed by telephone",
        "services": ["page"],
    }
    return deeds.request_tenant(**(given | more))  # type: ignore[arg-type]


# Asking ---------------------------------------------------------------------------------------------------------------------------
def test_a_request_is_recorded_and_waits_for_somebody() -> None:
    tenant = asked(services=["reader"])
    assert (tenant.number, tenant.name, tenant.state, tenant.wanted) == ("T2026-0001", "ronse", "requested", "nothing")
    assert tenant.services == ["post", "reader"], "with what it needs"
    assert tenant.tlp == Tlp.AMBER_STRICT
    assert tenant.consent_by == "Duty officer"
    assert WaitingTask.objects.filter(key=f"cloud-tenant:{tenant.pk}").exists()


def test_an_officer_needs_consent_and_a_spoc_does_not() -> None:
    with pytest.raises(Invalid, match="agreed"):
        asked(consent=" ")
    spoc = cast.spoc_user(cast.ronse())
    tenant = asked(consent="", user=spoc, by=actor_of(spoc))
    assert tenant.requested_contact == cast.contact(cast.ronse())


def test_an_organisation_has_one_at_a_time_and_throw_away_ones_beside_it() -> None:
    asked()
    with pytest.raises(Conflict):
        asked()
    drill, exercise = asked(kind="drill"), asked(exercise=True)
    assert (drill.name, exercise.name, exercise.kind) == ("ronse-drill", "ronse-exercise", "exercise")
    assert asked(kind="drill").name == "ronse-drill-2"
    assert exercise.domain == "ronse-exercise.nood.example"


def test_what_comes_of_an_exercise_is_an_exercise() -> None:
    case = open_case(organisation=cast.ronse(), title="x", by=SYSTEM, exercise=True)
    tenant = asked(case=case)
    assert tenant.exercise and tenant.kind == "exercise"
    with pytest.raises(Invalid):
        asked(case=open_case(organisation=cast.spiere_helkijn(), title="x", by=SYSTEM))


# The call-back --------------------------------------------------------------------------------------------------------------------
def test_a_spocs_request_starts_after_a_call_to_somebody_else() -> None:
    ronse, spoc = cast.ronse(), cast.spoc_user(cast.ronse())
    tenant = asked(consent="", user=spoc, by=actor_of(spoc))
    deeds.approve_tenant(tenant=tenant, by=playing.officer())
    with pytest.raises(Conflict, match="second contact"):
        deeds.start_tenant(tenant=tenant, by=playing.officer())
    with pytest.raises(Invalid, match="somebody else"):
        deeds.call_back(tenant=tenant, contact=cast.contact(ronse), by=playing.officer())
    with pytest.raises(Invalid):
        deeds.call_back(tenant=tenant, contact=cast.contact(cast.spiere_helkijn()), by=playing.officer())
    deeds.call_back(tenant=tenant, contact=cast.contact(ronse, "deputy"), by=playing.officer())
    assert deeds.start_tenant(tenant=tenant, by=playing.officer()).state == "starting"


def test_who_asked_is_not_called_back_under_another_role_or_at_the_same_telephone() -> None:
    ronse, spoc = cast.ronse(), cast.spoc_user(cast.ronse())
    tenant, by = asked(consent="", user=spoc, by=actor_of(spoc)), playing.officer()
    asker = cast.contact(ronse)
    own = asker.channels.filter(kind__in=["voice", "sms"]).first()
    assert own is not None

    def on_file(name: str, **channel: str) -> Contact:
        made = Contact.objects.create(organisation=ronse, role="head", name=name)
        cast.channels(made, [(channel["kind"], channel["address"])])
        return made

    for contact in (
        on_file(f" {asker.name.upper()}", kind="voice", address="+3255000001"),
        on_file("Another name", kind="voice", address=f"{own.address[:3]} {own.address[3:]}"),
    ):
        with pytest.raises(Invalid, match="somebody else"):
            deeds.call_back(tenant=tenant, contact=contact, by=by)
    with pytest.raises(Invalid, match="answer for"):
        deeds.call_back(tenant=tenant, contact=on_file("By mail", kind="mail", address="x@ronse.example"), by=by)
    former = on_file("Former head", kind="voice", address="+3255000002")
    Contact.objects.filter(pk=former.pk).update(valid_until=moment.today() - timedelta(days=1))
    with pytest.raises(Invalid, match="answer for"):
        deeds.call_back(tenant=tenant, contact=former, by=by)
    now = on_file("Head of today", kind="voice", address="+3255000003")
    assert deeds.call_back(tenant=tenant, contact=now, by=by).called_back_to == now


def test_consent_starts_it_but_hands_nothing_over() -> None:
    tenant = playing.running(["page"])
    assert WaitingTask.objects.filter(key=f"cloud-call-back:{tenant.pk}", done_at=None).exists()
    with pytest.raises(Conflict, match="second contact"):
        deeds.hand_over(tenant=tenant, by=playing.officer())
    deeds.call_back(tenant=tenant, contact=cast.contact(cast.ronse(), "deputy"), by=playing.officer())
    assert not WaitingTask.objects.filter(key=f"cloud-call-back:{tenant.pk}", done_at=None).exists()
    assert deeds.hand_over(tenant=tenant, by=playing.officer()).state == "handed_over"


# Money ----------------------------------------------------------------------------------------------------------------------------
def test_the_years_programme_is_made_when_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_CLOUD_ENVELOPE", "250")
    tenant = deeds.approve_tenant(tenant=asked(), by=playing.officer())
    programme = Programme.objects.get()
    assert (programme.envelope_cents, tenant.cents_per_day) == (25_000, 500)
    assert envelope_of(programme).committed == 15_000
    assert tenant.until is not None and tenant.until - moment.now() > timedelta(days=29)


def test_above_the_envelope_a_coordinator_says_so_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_CLOUD_ENVELOPE", "100")
    tenant = asked()
    with pytest.raises(Conflict, match="envelope"):
        deeds.approve_tenant(tenant=tenant, by=playing.officer())
    with pytest.raises(NotAllowed):
        deeds.approve_tenant(tenant=tenant, by=playing.officer(), override_because="People wait for help")
    assert Tenant.objects.get(pk=tenant.pk).state == "requested"
    coordinator = actor_of(cast.coordinator())
    deeds.approve_tenant(tenant=tenant, by=coordinator, override_because="People wait for help")
    assert (tenant.over_envelope, tenant.override_by) == (True, "Coordinator")
    assert JournalEntry.objects.filter(verb="tenant.approved", object_id=str(tenant.pk)).exists()
    with pytest.raises(Conflict, match="envelope"):
        deeds.extend_tenant(tenant=tenant, until=moment.now() + timedelta(days=90), by=coordinator, because="Not done")


def test_what_is_thrown_away_takes_nothing_of_the_envelope(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_CLOUD_ENVELOPE", "0")
    tenant = deeds.approve_tenant(tenant=asked(kind="drill"), by=playing.officer())
    assert (tenant.cents_per_day, tenant.over_envelope) == (0, False)


def test_a_programme_that_makes_no_sense_is_refused() -> None:
    today = moment.today()
    with pytest.raises(Invalid):
        make_programme(name="x", envelope_cents=1, begins_on=today, ends_on=today - timedelta(days=1), by=SYSTEM)
    made = current_programme()
    with pytest.raises(Invalid):
        change_programme(programme=made, envelope_cents=-1, by=SYSTEM)
    assert change_programme(programme=made, envelope_cents=5, by=SYSTEM).envelope_cents == 5


# States ---------------------------------------------------------------------------------------------------------------------------
def test_what_does_not_go_from_here_changes_nothing() -> None:
    tenant = asked()
    for verb in (deeds.start_tenant, deeds.hand_over, deeds.verify_tenant):
        with pytest.raises(Conflict):
            verb(tenant=tenant, by=playing.officer())
    for end in (deeds.stop_tenant, deeds.destroy_tenant):
        with pytest.raises(Conflict):
            end(tenant=tenant, by=playing.officer(), because="Enough")
    deeds.refuse_tenant(tenant=tenant, by=playing.officer(), because="Nothing happened")
    assert Tenant.objects.get().state == "refused"
    assert asked().name == "ronse", "its name is free again"


@pytest.mark.parametrize("verb", [deeds.stop_tenant, deeds.destroy_tenant])
def test_an_end_has_a_reason(verb: object) -> None:
    tenant = playing.running(["page"])
    with pytest.raises(Invalid):
        verb(tenant=tenant, by=playing.officer(), because=" ")  # type: ignore[operator]


def test_nothing_of_it_happens_when_one_step_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_CLOUD_ENVELOPE", "0")
    with pytest.raises(Conflict):
        playing.started(["page"])
    assert not Tenant.objects.exists()
    assert not JournalEntry.objects.filter(verb__startswith="tenant.").exists()


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_do_not_both_take_the_last_euro(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_CLOUD_ENVELOPE", "200")
    current_programme()
    rows, said = [asked(), asked(organisation=cast.spiere_helkijn())], []
    by, gate = playing.officer(), threading.Barrier(2)

    def approve(tenant: Tenant) -> None:
        gate.wait()
        try:
            with transaction.atomic():
                said.append(deeds.approve_tenant(tenant=tenant, by=by).state)
        except Conflict:
            said.append("no room")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=approve, args=[one]) for one in rows]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(said) == ["approved", "no room"]


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_make_one_tenant() -> None:
    ronse, by, gate, said = cast.ronse(), playing.officer(), threading.Barrier(4), []

    def ask() -> None:
        gate.wait()
        try:
            said.append(deeds.request_tenant(organisation=ronse, by=by, consent="Agreed", services=["page"]).number)
        except Conflict:
            said.append("")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(said) == ["", "", "", "T2026-0001"]


# People ---------------------------------------------------------------------------------------------------------------------------
def test_a_person_is_shown_and_taken_out() -> None:
    ronse = cast.ronse()
    deputy = cast.contact(ronse, "deputy")
    tenant = playing.running(["page"])
    deeds.call_back(tenant=tenant, contact=deputy, by=playing.officer())
    [found] = export_person(deputy.pk)["tenants"]
    assert found["called_back"] and found["call_list"][0]["name"] == deputy.name
    assert erase_person(contact=deputy.pk) == 1
    tenant.refresh_from_db()
    assert tenant.called_back_to is None and tenant.called_back_at is not None
    assert deputy.name not in str(tenant.values)
    assert preparing.prepared(tenant).calls, "the others stay"
    assert export_person(deputy.pk) == {"tenants": []}
