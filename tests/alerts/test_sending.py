"""From the database to a real mail server and back: what arrives, what is deferred, what bounces, and what a killed process leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes, policy

import pytest
from django.db import connection

from paraat.alerts import actions, jobs
from paraat.alerts.actions import deliveries
from paraat.alerts.models import Claim, Delivery, Notice
from paraat.alerts.sending import send_due
from paraat.kernel.marking import Tlp
from paraat.platform import channels
from paraat.platform.models import HouseMessage
from paraat.registry.models import Contact, ContactChannel, Organisation
from tests import cast
from tests.alerts import staging
from tests.platform.channels.servers import Inbox, breaking_smtp, free_port, smtp_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def server(inbox, monkeypatch):
    """A mail server that this installation sends by."""
    with smtp_server(inbox) as port:
        route(monkeypatch, port)
        yield inbox


def route(monkeypatch, port: int) -> None:
    monkeypatch.setenv("PARAAT_SMTP_URL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("PARAAT_MAIL_FROM", "alerts@team.example")


def make_due() -> None:
    Delivery.objects.filter(state="queued").update(due_at=staging.NOW())


def text_of(envelope) -> str:
    return message_from_bytes(envelope.content, policy=policy.default).get_body(("plain",)).get_content()


def test_a_notice_arrives_and_is_accepted(server):
    ronse = cast.ronse()
    alert = staging.alert_for(ronse)
    assert send_due("mail") == 1
    delivery = Delivery.objects.get(alert=alert)
    assert (delivery.state, delivery.claim, delivery.attempts) == ("accepted", None, 1)
    assert delivery.accepted_at is not None
    assert delivery.reference.startswith("OK queued")
    (envelope,) = server.envelopes
    assert envelope.rcpt_tos == ["spoc@ronse.example"]
    text = text_of(envelope)
    for expected in ("www.ronse.be", "Ronse", "TLP:CLEAR", "/n/", staging.notice_of(alert, ronse).code, alert.number):
        assert expected in text
    assert send_due("mail") == 0


def test_a_bilingual_organisation_gets_both_languages(server):
    staging.alert_for(cast.ixelles())
    send_due("mail")
    mail = message_from_bytes(server.envelopes[0].content, policy=policy.default)
    assert "Votre site web" in mail["Subject"]
    assert "Uw website" in mail["Subject"]
    assert text_of(server.envelopes[0]).index("hébergeur") < text_of(server.envelopes[0]).index("hostingbedrijf")


def test_above_amber_without_a_key_only_a_wake_up_travels(server):
    alert = staging.alert_for(cast.ronse(), tlp=Tlp.AMBER_STRICT)
    send_due("mail")
    whole = server.envelopes[0].content.decode()
    assert "ronse.be" not in whole.replace("spoc@ronse.example", "")
    assert "DDoS" not in whole
    assert staging.notice_of(alert, cast.ronse()).code in text_of(server.envelopes[0])


def test_a_dead_server_defers_and_another_try_arrives(monkeypatch):
    route(monkeypatch, free_port())
    alert = staging.alert_for(cast.ronse())
    send_due("mail")
    delivery = Delivery.objects.get(alert=alert)
    assert (delivery.state, delivery.claim) == ("queued", None)
    assert delivery.due_at > staging.NOW()
    inbox = Inbox()
    with smtp_server(inbox) as port:
        route(monkeypatch, port)
        make_due()
        send_due("mail")
    assert inbox.recipients == ["spoc@ronse.example"]
    assert not Delivery.objects.get(alert=alert).perhaps_twice


def test_a_dead_mail_server_does_not_stop_the_ladder(monkeypatch):
    route(monkeypatch, free_port())
    alert = staging.alert_for(cast.ronse())
    send_due("mail")
    staging.later(alert, minutes=11)
    assert ("sms", cast.channel(cast.ronse(), "spoc", "sms").address) in staging.told(alert)


def test_one_refused_address_does_not_stop_the_others_and_moves_on_at_once(server):
    server.answers["spoc@ronse.example"] = "550 5.1.1 no such user"
    ronse, eupen = cast.ronse(), cast.eupen()
    alert = staging.alert_for(ronse, eupen)
    send_due("mail")
    assert dict(Delivery.objects.values_list("address", "state")) == {
        "spoc@ronse.example": "bounced", "spoc@eupen.example": "accepted",
    }  # fmt: skip
    assert staging.notice_of(alert, ronse).step_due_at <= staging.NOW()
    assert staging.notice_of(alert, eupen).step_due_at > staging.NOW()
    actions.climb_ladders()
    assert {kind for kind, _address in staging.told(alert)} == {"mail", "sms"}
    assert staging.notice_of(alert, ronse).silent_since is None  # a bounce is not silence


def test_a_notice_that_cannot_be_put_into_words_stops_no_other(server, monkeypatch):
    ronse, eupen = cast.ronse(), cast.eupen()
    alert = staging.alert_for(ronse, eupen)
    Delivery.objects.filter(address="spoc@ronse.example").update(languages=["xx"])
    send_due("mail")
    assert server.recipients == ["spoc@eupen.example"]
    assert Delivery.objects.get(alert=alert, address="spoc@ronse.example").state == "bounced"
    assert staging.notice_of(alert, ronse).step_due_at <= staging.NOW()


def test_a_channel_without_a_route_moves_on_at_once(monkeypatch):
    monkeypatch.delenv("PARAAT_SMS_URL", raising=False)
    ronse = cast.ronse()
    ContactChannel.objects.filter(contact=cast.contact(ronse), kind="mail").delete()
    alert = staging.alert_for(ronse)
    send_due("sms")
    delivery = Delivery.objects.get(alert=alert)
    assert (delivery.state, delivery.detail) == ("bounced", "no route for sms is set up")
    assert staging.notice_of(alert, ronse).step_due_at <= staging.NOW()


def test_a_connection_that_breaks_before_the_answer_is_perhaps_twice_and_sent_again(monkeypatch):
    with breaking_smtp("answer", times=1) as broken:
        route(monkeypatch, broken.server_address[1])
        alert = staging.alert_for(cast.ronse())
        send_due("mail")
        delivery = Delivery.objects.get(alert=alert)
        assert (delivery.state, delivery.perhaps_twice) == ("queued", True)
        make_due()
        send_due("mail")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.perhaps_twice) == ("accepted", True)


def test_an_acknowledged_notice_is_not_sent_any_more(server):
    ronse = cast.ronse()
    alert = staging.alert_for(ronse)
    Notice.objects.filter(alert=alert).update(state="acknowledged")  # between the claim and the writing of the letter
    send_due("mail")
    assert server.envelopes == []
    assert Delivery.objects.get(alert=alert).state == "cancelled"


def test_nothing_but_pages_leaves_while_sending_is_stopped(server):
    staging.alert_for(cast.ronse())
    actions.stop_sending(by=staging.officer(), reason="A wrong list")
    Delivery.objects.create(
        purpose="page", kind="mail", address="duty.officer@team.example", subject="One thing waits", body="Sign in",
        user=cast.duty_officer(), due_at=staging.NOW(), created_at=staging.NOW(),
    )  # fmt: skip
    send_due("mail")
    assert server.recipients == ["duty.officer@team.example"]
    actions.resume_sending(by=staging.officer(), reason="It was right")
    send_due("mail")
    assert server.recipients[1:] == ["spoc@ronse.example"]


def test_the_button_stops_a_batch_under_way_and_loses_none(monkeypatch):
    monkeypatch.setenv("PARAAT_SMTP_CONNECTIONS", "1")
    monkeypatch.setattr("paraat.alerts.sending.LOOK", 0.0)
    inbox = Inbox()
    with smtp_server(inbox) as port:
        route(monkeypatch, port)
        many(12)
        real, sent = deliveries.write_outcomes, []

        def stop_after_three(**arguments):
            real(**arguments)
            sent.extend(arguments["outcomes"])
            if len(sent) == 3:
                actions.stop_sending(by=staging.officer(), reason="A wrong list")

        monkeypatch.setattr("paraat.alerts.sending.deliveries.write_outcomes", stop_after_three)
        send_due("mail")
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert len(inbox.recipients) == states["accepted"] < 12
    assert states["accepted"] + states["queued"] == 12
    assert not Delivery.objects.filter(perhaps_twice=True).exists()
    assert not Delivery.objects.filter(claim__isnull=False).exists()


def test_pages_to_officers_go_on_when_a_batch_is_stopped(server, monkeypatch):
    monkeypatch.setattr("paraat.alerts.sending.LOOK", -1.0)
    monkeypatch.setattr("paraat.alerts.sending.is_stopped", lambda: True)  # pressed once the batch was claimed
    staging.alert_for(cast.ronse())
    for name in ("first", "second"):
        Delivery.objects.create(
            purpose="page", kind="mail", address=f"{name}@team.example", subject="One thing waits", body="Sign in", severity=1,
            user=cast.duty_officer(), due_at=staging.NOW(), created_at=staging.NOW(),
        )  # fmt: skip
    send_due("mail")
    assert sorted(server.recipients) == ["first@team.example", "second@team.example"]
    assert Delivery.objects.get(purpose="notice").state == "queued"


def test_an_exercise_stays_in_the_house_and_is_shown(server):
    ronse = cast.ronse()
    alert = staging.alert_for(ronse, exercise=True)
    send_due("mail")
    assert server.envelopes == []
    assert Delivery.objects.get(alert=alert).state == "house"
    message = HouseMessage.objects.get()
    assert (message.address, message.organisation, message.exercise) == ("spoc@ronse.example", ronse.pk, True)
    assert message.subject.startswith("EXERCISE") or message.subject.startswith("OEFENING")


def test_withdrawing_corrects_whoever_was_told_by_the_same_way_and_nobody_else(server):
    ronse, eupen = cast.ronse(), cast.eupen()
    server.answers["spoc@eupen.example"] = "550 5.1.1 no such user"
    alert = staging.alert_for(ronse, eupen)
    send_due("mail")
    correction = actions.withdraw_alert(alert=alert, by=staging.officer(), reason="The list was of last year")
    assert actions.climb_ladders() == 0
    send_due("mail")
    assert staging.told(correction) == [("mail", "spoc@ronse.example")]
    assert "The list was of last year" in text_of(server.envelopes[-1])
    assert server.recipients == ["spoc@ronse.example"] * 2
    assert set(alert.notices.values_list("state", flat=True)) == {"withdrawn"}


def test_who_was_phoned_is_phoned_again_when_it_is_withdrawn():
    wemmel = cast.wemmel()
    alert = staging.alert_for(wemmel)
    actions.close_call(line=staging.lines()[0], by=staging.officer(), outcome="acknowledged", spoke_to="Reception")
    actions.withdraw_alert(alert=alert, by=staging.officer(), reason="Wrong")
    (line,) = staging.lines()
    assert line.correction
    actions.close_call(line=line, by=staging.officer(), outcome="acknowledged", spoke_to="Reception")
    assert staging.lines() == []


def test_a_batch_takes_a_constant_number_of_queries(server, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setenv("PARAAT_SMTP_CONNECTIONS", "1")
    many(3)
    with django_assert_max_num_queries(40) as three:
        send_due("mail")
    many(9, offset=3)
    with django_assert_max_num_queries(100) as nine:
        send_due("mail")
    per_message = (len(nine.captured_queries) - len(three.captured_queries)) / 6
    assert per_message <= 5, "outcomes are written one group at a time; nothing else may grow"


def many(number: int, offset: int = 0) -> None:
    """So many towns with a notice waiting to be sent by mail."""
    towns = [
        Organisation.objects.create(
            kind="municipality", nis=str(90000 + offset + place), name=f"Town {offset + place}", languages=["nl"]
        )
        for place in range(number)
    ]
    for town in towns:
        contact = Contact.objects.create(organisation=town, role="spoc", name=f"SPOC, {town.name}", languages=["nl"])
        ContactChannel.objects.create(
            contact=contact, kind="mail", address=f"spoc@town{town.nis}.example", out_of_band=True
        )
    alert = staging.alert_for(*towns)
    if alert.state == "held":
        actions.release_alert(alert=alert, by=staging.officer())


PROGRAM = """
import sys, django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from paraat.alerts.sending import send_due
while send_due("mail"):
    pass
"""


@pytest.mark.fault
@pytest.mark.django_db(transaction=True)
def test_kill_9_mid_fan_out_loses_none_and_marks_at_most_one_per_connection(monkeypatch):
    inbox = Inbox(delay=0.01)
    with smtp_server(inbox) as port:
        route(monkeypatch, port)
        monkeypatch.setenv("PARAAT_SMTP_CONNECTIONS", "4")
        many(80)
        for _kill in range(2):
            start = len(inbox.envelopes)
            process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(connection.settings_dict["NAME"])],
                env=os.environ | {"PYTHONPATH": "src"},
            )
            wait_until(lambda start=start: len(inbox.envelopes) >= start + 20)
            process.kill()
            process.wait()
            wait_until(lambda: deliveries.recover(now=staging.NOW()) > 0)
        assert Claim.objects.filter(died=True).count() == 2
        assert 0 < Delivery.objects.filter(perhaps_twice=True).count() <= 8
        while send_due("mail"):
            pass
    assert set(Delivery.objects.values_list("state", flat=True)) == {"accepted"}
    arrived = Counter(inbox.recipients)
    assert len(arrived) == 80, "somebody was not told"
    twice = {address for address, times in arrived.items() if times > 1}
    assert twice <= set(Delivery.objects.filter(perhaps_twice=True).values_list("address", flat=True))
    ids = Counter(message_from_bytes(envelope.content)["Message-ID"] for envelope in inbox.envelopes)
    assert len(ids) == 80, "a second copy carries the same Message-ID"


def wait_until(happens, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_the_jobs_are_enqueued_once_per_kind(server):
    staging.alert_for(cast.ronse(), cast.eupen())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args ->> 'kind', count(*) FROM procrastinate_jobs WHERE task_name = 'alerts.jobs.send' GROUP BY 1"
        )
        assert cursor.fetchall() == [("mail", 1)]
    jobs.send_all(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'alerts.jobs.send'")
        assert cursor.fetchone()[0] == len(channels.kinds())
