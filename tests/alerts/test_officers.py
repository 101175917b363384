"""Announcements, pages to officers, what lower apps have to tell, coverage and the command line."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from paraat.accounts.models import Shift
from paraat.alerts import actions, audience, coverage
from paraat.alerts.models import Alert, Delivery, Notice
from paraat.alerts.rules.coverage import OnFile, Told, of_notice, of_register
from paraat.cli import alert as alert_cli
from paraat.cli import calls as calls_cli
from paraat.cli import coverage as coverage_cli
from paraat.kernel.errors import Conflict, Invalid, NotAllowed
from paraat.platform import facts
from paraat.registry.models import Asset, Contact, ContactChannel, Organisation
from tests import cast
from tests.alerts import staging

pytestmark = pytest.mark.django_db


def draft(to: dict[str, object], **more: object) -> Alert:
    values = {
        "by": staging.officer(), "author": cast.duty_officer(), "sender": None, "audience": to, "title": {"nl": "Werk de mailpoort bij"},
        "text": {"nl": "Plaats vandaag de update van de mailpoort."}, "severity": 2, "tlp": 1, "valid_until": None, "exercise": False,
    }  # fmt: skip
    return actions.draft_announcement(**(values | more))  # type: ignore[arg-type]


def towns(number: int) -> None:
    for place in range(number):
        Organisation.objects.create(
            kind="municipality", nis=str(90000 + place), name=f"Town {place}", languages=["nl"], province="40000"
        )


# Announcements --------------------------------------------------------------------------------------------------------------------
def test_an_announcement_goes_to_its_audience_and_escalates_like_an_alert():
    ronse = cast.ronse()
    cast.eupen()
    alert = draft({"province": "40000"})
    assert (alert.state, alert.needs_second) == ("draft", False)
    actions.send_announcement(alert=alert, by=staging.officer())
    alert.refresh_from_db()
    assert [notice.organisation for notice in alert.notices.all()] == [ronse]
    assert alert.notices.get().step_due_at is not None
    with pytest.raises(Conflict):
        actions.send_announcement(alert=alert, by=staging.officer())


def test_above_25_somebody_else_approves():
    towns(26)
    alert = draft({"all": True})
    assert alert.needs_second
    with pytest.raises(NotAllowed):
        actions.send_announcement(alert=alert, by=staging.officer())
    with pytest.raises(NotAllowed):
        actions.approve_announcement(alert=alert, by=staging.officer(), officer=cast.duty_officer())
    actions.approve_announcement(alert=alert, by=staging.officer(), officer=cast.coordinator())
    actions.send_announcement(alert=alert, by=staging.officer())
    assert alert.notices.count() == 26


def test_an_audience_that_grew_needs_the_second_person_after_all():
    towns(25)
    alert = draft({"all": True})
    Organisation.objects.create(kind="municipality", nis="99999", name="One more", languages=["nl"])
    with pytest.raises(NotAllowed):
        actions.send_announcement(alert=alert, by=staging.officer())


def test_a_suppliers_customers_are_an_audience():
    supplier = cast.provider()
    assert {one.name for one in audience.recipients({"supplier": str(supplier.pk)})} == {"Ronse", "Spiere-Helkijn"}


@pytest.mark.parametrize("wrong", [{}, {"everybody": True}, {"province": "40000", "x": 1}])
def test_an_audience_that_is_not_understood_is_nobody(wrong):
    with pytest.raises(Invalid):
        audience.recipients(wrong)


def test_the_outbox_warns_of_doubles():
    cast.ronse()
    first = draft({"province": "40000"}, sender=cast.partner())
    actions.send_announcement(alert=first, by=staging.officer())
    same = draft({"province": "40000"}, title={"nl": "Werk de mailpoort vandaag bij"})
    other = draft(
        {"province": "40000"},
        title={"nl": "Infosessie over phishing"},
        text={"nl": "Op donderdag, voor iedereen, in Gent."},
    )
    assert audience.doubles(same, staging.NOW()) == [first]
    assert audience.doubles(other, staging.NOW()) == []


# Pages ----------------------------------------------------------------------------------------------------------------------------
def test_what_waits_pages_first_second_and_coordinator_in_turn():
    now = staging.NOW()
    people = {"first": cast.duty_officer(), "second": cast.second_officer(), "coordinator": cast.coordinator()}
    for position, user in people.items():
        Shift.objects.create(
            user=user, position=position, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=9)
        )
    staging.alert_for(cast.ronse(), policy="one_click")
    staging.alert_for(cast.eupen(), policy="one_click")
    paged = []
    for minutes in (0, 20, 40):
        actions.page_officers(now=staging.NOW() + timedelta(minutes=minutes))
        fresh = Delivery.objects.filter(purpose="page").exclude(pk__in=[row.pk for row in paged])
        assert {row.kind for row in fresh} == {"sms", "mail"}
        assert "2" in fresh[0].subject, "two things in one message"
        paged += list(fresh)
    assert [row.user.email for row in paged[::2]] == [people[one].email for one in ("first", "second", "coordinator")]
    assert not any("Ronse" in row.body + row.subject for row in paged)


def test_nothing_is_paged_once_somebody_has_it():
    alert = staging.alert_for(cast.ronse(), policy="one_click")
    actions.decline_alert(alert=alert, by=staging.officer(), reason="Old")
    assert actions.page_officers() == 0


# What lower apps tell -------------------------------------------------------------------------------------------------------------
def test_an_invitation_is_told_once_in_the_words_of_the_registry():
    contact = cast.contact(cast.ronse())
    told = facts.Tells("invite:1", contact.pk, "invitation", "Uitnodiging", "Bevestig: https://paraat.example/c/x/")
    facts.announce(told)
    facts.announce(told)
    delivery = Delivery.objects.get()
    assert (delivery.purpose, delivery.address, delivery.body) == ("invitation", "spoc@ronse.example", told.body)


def test_an_answer_to_a_test_reaches_the_app_that_asked():
    heard = []
    facts.subscribe(facts.Answered)(heard.append)
    contact = cast.contact(cast.ronse())
    try:
        facts.announce(facts.Tells("other:1", contact.pk, "test", "Test", "Answer please"))
        from tests.alerts.test_acknowledging import bounce_of, reply_to

        actions.receive(message=reply_to(Delivery.objects.get()))
        actions.receive(message=bounce_of(Delivery.objects.get()))
    finally:
        facts._subscribers[facts.Answered].remove(heard.append)
    assert [(one.key, one.contact, one.how) for one in heard] == [
        ("other:1", contact.pk, "person"),
        ("other:1", contact.pk, "bounced"),
    ]


# Coverage -------------------------------------------------------------------------------------------------------------------------
def test_coverage_of_an_alert_names_each_class():
    ronse, spiere = cast.ronse(), cast.spiere_helkijn()
    alert = staging.alert_for(ronse, spiere, cast.drogenbos(), cast.wemmel(), cast.eupen())
    actions.acknowledge_notice(
        notice=staging.notice_of(alert, ronse), by=staging.officer(), through="officer", name="SPOC, Ronse"
    )
    Notice.objects.filter(organisation=spiere).update(silent_since=staging.NOW())
    Delivery.objects.filter(address="spoc@eupen.example").update(state="bounced")
    found = dict(coverage.of_alert(alert).values_list("organisation__name", "coverage"))
    assert found == {
        "Ronse": "reached", "Spiere-Helkijn": "silent", "Drogenbos": "no_out_of_band", "Wemmel": "no_contact", "Eupen": "bounced",
    }  # fmt: skip
    assert coverage.counts(coverage.of_alert(alert)) == {
        "reached": 1, "waiting": 0, "silent": 1, "bounced": 1, "no_out_of_band": 1, "no_contact": 1, "no_asset": 0,
    }  # fmt: skip


def test_the_sql_of_a_notice_says_what_the_rule_says():
    alert = staging.alert_for(cast.ronse(), cast.drogenbos(), cast.wemmel())
    for change in ({}, {"silent_since": staging.NOW()}, {"acknowledged_at": staging.NOW(), "state": "acknowledged"}):
        for state in ("accepted", "bounced", "cancelled"):
            Notice.objects.filter(alert=alert).update(**change)
            Delivery.objects.filter(alert=alert).update(state=state)
            for row in coverage.of_alert(alert):
                sent = row.deliveries.exclude(state="cancelled").count()
                told = Told(
                    row.acknowledged_at is not None,
                    row.reach,
                    row.silent_since is not None,
                    sent,
                    sent if state == "bounced" else 0,
                )
                assert row.coverage == of_notice(told)


def test_the_sql_of_the_register_says_what_the_rule_says():
    everybody = [cast.ronse(), cast.drogenbos(), cast.wemmel(), cast.spiere_helkijn(), cast.eupen()]
    Contact.objects.filter(organisation=cast.eupen()).update(confirmed_at=None)
    Asset.objects.filter(organisation=cast.spiere_helkijn()).delete()
    today = staging.NOW().date()
    found = {row.pk: row.coverage for row in coverage.of_register(coverage.constituents(today), today)}
    for one in everybody:
        channels = ContactChannel.objects.filter(contact__organisation=one)
        answered = Contact.objects.filter(organisation=one, confirmed_at__isnull=False).exists()
        on_file = OnFile(one.assets.count(), channels.count(), channels.filter(out_of_band=True).count(), answered)
        assert found[one.pk] == of_register(on_file)
    assert {found[one.pk] for one in everybody} == {"reached", "no_out_of_band", "no_contact", "no_asset", "waiting"}


def test_counting_takes_one_query(django_assert_num_queries):
    alert = staging.alert_for(cast.ronse(), cast.eupen())
    today = staging.NOW().date()
    with django_assert_num_queries(1):
        coverage.counts(coverage.of_alert(alert))
    with django_assert_num_queries(1):
        coverage.counts(coverage.of_register(coverage.constituents(today), today))


# The command line -----------------------------------------------------------------------------------------------------------------
def run(command, *arguments: str):
    done = CliRunner().invoke(command, list(arguments))
    assert done.exit_code == 0, done.output
    return json.loads(done.output) if "--json" in arguments else done.output


def test_the_command_line_lists_shows_and_counts():
    alert = staging.alert_for(cast.ronse(), cast.wemmel())
    (row,) = run(alert_cli.command, "list", "--json")["alerts"]
    assert (row["number"], row["organisations"], row["coverage"]["no_contact"]) == (alert.number, 2, 1)
    shown = run(alert_cli.command, "show", alert.number, "--json")
    assert [(one["name"], [each["address"] for each in one["deliveries"]]) for one in shown["notices"]] == [
        ("Ronse", ["spoc@ronse.example"]), ("Wemmel", []),
    ]  # fmt: skip
    assert run(coverage_cli.command, alert.number, "--json")["counts"]["waiting"] == 1
    register = run(coverage_cli.command, "--json")
    assert register["denominator"] == sum(register["counts"].values()) == 2
    (call,) = run(calls_cli.command, "list", "--json")["calls"]
    assert call["notices"][0]["name"] == "Wemmel"
    for command in (alert_cli.command, calls_cli.command):
        assert run(command, "list")
    assert alert.number in run(alert_cli.command, "show", str(alert.pk))
    assert "register" in run(coverage_cli.command)


def test_the_command_line_decides():
    held = staging.alert_for(cast.ronse(), policy="one_click")
    assert "1 organisations" in run(alert_cli.command, "release", held.number)
    code = staging.notice_of(held, cast.ronse()).code
    assert "SPOC, Ronse" in run(alert_cli.command, "acknowledge", code, "--name", "SPOC, Ronse")
    assert "withdrawn" in run(alert_cli.command, "withdraw", held.number, "--reason", "Wrong")
    other = staging.alert_for(cast.eupen(), policy="one_click")
    assert "not sent" in run(alert_cli.command, "decline", other.number, "--reason", "Old") or other
