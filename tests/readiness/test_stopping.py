"""The emergency stop: at once, to everybody, by every channel; and going on only with the owner's yes."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from paraat.accounts.middleware import actor_of
from paraat.accounts.models import Shift, WaitingTask
from paraat.alerts.models import Delivery
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import moment
from paraat.readiness.actions import authorisations, engagements, scopes, stopping
from paraat.readiness.actions.findings import fix_finding, retest_finding
from paraat.readiness.actions.target_checks import ask_target
from paraat.readiness.models import Engagement
from paraat.registry.models import Contact, Organisation, Supply
from tests import cast
from tests.readiness import tested

pytestmark = pytest.mark.django_db


def stopped(row: Engagement, **more: object) -> Engagement:
    return stopping.stop_testing(engagement=row, because="A counter is down", by=tested.officer(), **more)  # type: ignore[arg-type]


def test_everybody_is_told_at_once_by_every_channel_also_at_night() -> None:
    row = tested.going(with_testers=2)
    now = moment.now()
    Shift.objects.create(
        user=cast.second_officer(),
        position="first",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )
    Delivery.objects.all().delete()
    stopped(row)
    told = Delivery.objects.filter(key__startswith="engagement-stop:")
    contacts = told.exclude(contact=None)
    assert set(contacts.values_list("contact__role", "kind")) == {
        (role, kind) for role in ("spoc", "deputy", "ict_on_call") for kind in ("mail", "sms")
    }
    assert all(one.severity == 5 and one.due_at <= one.created_at for one in contacts)  # SMS too, whatever the hour
    assert "A counter is down" in contacts.filter(kind="mail")[0].body
    users = {one.user for one in told.filter(contact=None)}
    assert users == {cast.tester(), cast.tester(2), cast.second_officer()}
    assert all(one.purpose == "page" for one in told.filter(contact=None))  # leaves also while all sending is stopped
    task = WaitingTask.objects.get(key=stopping.stop_key(row))
    assert task.urgent and task.done_at is None and row.number in task.summary


def test_a_provider_that_signed_is_told_too() -> None:
    firm = cast.provider()
    row = tested.planned()
    net = tested.network(cast.ronse(), "198.51.100.0/24", shared=True)
    scopes.put_in_scope(engagement=row, asset=net, provider=firm, by=tested.officer())
    for paper in authorisations.make_papers(engagement=row, by=tested.officer()):
        tested.check(tested.sign(paper))
    engagements.begin_testing(engagement=row, by=tested.officer())
    stopped(row)
    assert Delivery.objects.filter(key__startswith="engagement-stop:", contact__organisation=firm).exists()


def test_a_stop_of_an_exercise_stays_in_the_house() -> None:
    row = tested.going(exercise=True)
    stopped(row)
    assert set(Delivery.objects.filter(key__startswith="engagement-stop:").values_list("exercise", flat=True)) == {True}


def test_a_stop_needs_a_reason_and_is_one() -> None:
    row = tested.going()
    with pytest.raises(Invalid):
        stopping.stop_testing(engagement=row, because=" ", by=tested.officer())
    stopped(row)
    with pytest.raises(Conflict):
        stopped(row)
    with pytest.raises(Conflict):
        stopping.stop_testing(engagement=tested.planned(cast.eupen()), because="x", by=tested.officer())


def test_nothing_is_asked_or_tested_again_while_it_is_stopped() -> None:
    row = tested.going()
    finding = tested.disclosed(row)
    fix_finding(finding=finding, how="Closed", by=actor_of(cast.spoc_user(cast.ronse())))
    assert ask_target(engagement=row, target="ronse.be", by=tested.officer()).allowed
    stopped(row)
    assert ask_target(engagement=row, target="ronse.be", by=tested.officer()).reason == "stopped"
    with pytest.raises(Conflict):
        retest_finding(finding=finding, gone=True, note="", by=tested.officer())


def test_testers_confirm_and_who_pressed_has() -> None:
    row = tested.going(with_testers=3)
    stopped(row, user=cast.tester())
    stopping.confirm_stopped(engagement=row, user=cast.tester(2), by=actor_of(cast.tester(2)))
    assert {one.user for one in row.testers.filter(stop_seen_at=None)} == {cast.tester(3)}
    for user in (cast.tester(2), cast.duty_officer()):
        with pytest.raises(Conflict):
            stopping.confirm_stopped(engagement=row, user=user, by=actor_of(user))


def test_it_goes_on_with_the_owners_yes_and_a_reason() -> None:
    row = stopped(tested.going())
    with pytest.raises(Conflict):
        stopping.resume_testing(engagement=row, because="It works again", by=tested.officer())
    stopping.agree_to_go_on(engagement=row, who="Head of administration, by telephone", by=tested.officer())
    with pytest.raises(Conflict):
        stopping.agree_to_go_on(engagement=row, who="Again", by=tested.officer())
    with pytest.raises(Invalid):
        stopping.resume_testing(engagement=row, because="", by=tested.officer())
    row = stopping.resume_testing(engagement=row, because="It works again", by=tested.officer())
    assert row.state == "going" and WaitingTask.objects.get(key=stopping.stop_key(row)).done_at
    assert Delivery.objects.filter(key__startswith="engagement-resumed:", user=cast.tester()).exists()
    row = stopped(row)
    assert row.yes_at is None  # each stop wants a yes of its own
    assert Delivery.objects.filter(key__startswith="engagement-stop:", user=cast.tester(), kind="mail").count() == 2


def test_it_does_not_go_on_with_a_paper_that_has_ended() -> None:
    row = stopped(tested.going())
    scopes.put_in_scope(engagement=row, kind="host", value="x.ronse.be", by=tested.officer())
    stopping.agree_to_go_on(engagement=row, who="Head", by=tested.officer())
    with pytest.raises(Conflict):
        stopping.resume_testing(engagement=row, because="x", by=tested.officer())
    for paper in authorisations.make_papers(engagement=row, by=tested.officer()):
        assert tested.check(tested.sign(paper)).state == "stopped"
    assert stopping.resume_testing(engagement=row, because="x", by=tested.officer()).state == "authorised"


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_stop_it_once() -> None:
    row = tested.going()
    results: list[str] = []
    ready = threading.Barrier(2)

    def press() -> None:
        try:
            ready.wait()
            stopped(row)
            results.append("stopped")
        except Conflict:
            results.append("was stopped")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(results) == ["stopped", "was stopped"]
    assert WaitingTask.objects.filter(key=stopping.stop_key(row)).count() == 1
    connection.close()


def test_the_register_of_today_decides_not_that_of_the_signature() -> None:
    row = tested.going()
    ask = {"engagement": row, "by": tested.officer()}
    assert ask_target(target="www.ronse.be", **ask).reason == "in_scope"
    asset = cast.ronse().assets.get()
    type(asset).objects.filter(pk=asset.pk).update(valid_until=moment.today())
    assert ask_target(target="www.ronse.be", **ask).reason == "not_owned"
    cast.own(cast.eupen(), "ronse.be")
    assert ask_target(target="www.ronse.be", **ask).reason == "other_owner"


def test_networks_of_the_register_are_found_whatever_their_form() -> None:
    tested.network(cast.ronse(), "192.0.2.0/24")
    tested.network(cast.ronse(), "2001:db8::/48")
    tested.network(cast.eupen(), "192.0.2.16/28")
    Supply.objects.filter(customer=cast.ronse()).delete()
    row = tested.planned()
    for value in ("192.0.2.0/24", "2001:db8::/48"):
        scopes.put_in_scope(engagement=row, kind="network", value=value, by=tested.officer())
    for paper in authorisations.make_papers(engagement=row, by=tested.officer()):
        tested.check(tested.sign(paper))
    engagements.begin_testing(engagement=row, by=tested.officer())
    found = {
        target: ask_target(engagement=row, target=target, by=tested.officer()).reason
        for target in (
            "192.0.2.1",
            "192.0.2.17",
            "192.0.2.0/27",
            "192.0.2.250-192.0.3.2",
            "2001:DB8::5",
            "::ffff:192.0.2.1",
            "2001:db9::1",
        )
    }
    assert list(found.values()) == [
        "in_scope",
        "other_owner",
        "partly_other",
        "partly",
        "in_scope",
        "in_scope",
        "not_in_scope",
    ]
    assert row.checks.count() == 7


def test_the_school_whose_students_test_is_told_too() -> None:
    school = Organisation.objects.create(
        kind="partner", name="School (fictitious)", constituent=False, languages=["nl"]
    )
    desk = Contact.objects.create(organisation=school, role="spoc", name="SPOC, School", languages=["nl"])
    cast.channels(desk, [("mail", "desk@school.example")])
    row = tested.going(firm=school)
    Delivery.objects.all().delete()
    stopped(row)
    assert Delivery.objects.filter(key__startswith="engagement-stop:", address="desk@school.example").count() == 1


def test_another_firm_than_the_one_on_the_paper_is_another_paper() -> None:
    row = tested.going(firm=cast.provider())
    engagements.change_terms(engagement=row, by=tested.officer(), firm=cast.partner())
    row.refresh_from_db()
    assert row.state == Engagement.State.DRAFT
    assert not row.authorisations.in_force().exists()
