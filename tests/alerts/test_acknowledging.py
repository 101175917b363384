"""Only a named person acknowledges, once; machines never do."""

from __future__ import annotations

import threading
from datetime import timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest
from django.db import connection

from paraat.accounts.models import WaitingTask
from paraat.alerts import actions, jobs, links
from paraat.alerts.actions import deliveries
from paraat.alerts.models import Delivery, Inbound, Notice
from paraat.alerts.rules import night
from paraat.formats import mail
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid
from paraat.platform import facts, registrations
from paraat.platform.channels.inbound import KeyPress, SmsReply, StatusReport
from paraat.platform.crypto import BadLink, ExpiredLink
from paraat.platform.mailbox import taking
from paraat.platform.models import JournalEntry
from paraat.registry.models import ContactChannel, Organisation
from tests import cast
from tests.alerts import staging

pytestmark = pytest.mark.django_db


@pytest.fixture
def ronse():
    return cast.ronse()


@pytest.fixture
def alert(ronse):
    return staging.alert_for(ronse)


@pytest.fixture
def notice(alert, ronse):
    return staging.notice_of(alert, ronse)


@pytest.fixture
def delivery(alert):
    return Delivery.objects.get(alert=alert)


def reply_to(
    delivery: Delivery,
    text: str = "Seen, we are on it.",
    *,
    sender: str = "",
    subject: str = "Re: notice",
    **headers: str,
) -> mail.Inbound:
    message = EmailMessage()
    message["From"] = sender or delivery.address
    message["To"] = mail.plus_address("alerts@team.example", delivery.pk)
    message["Subject"] = subject
    message["Message-ID"] = f"<{uuid4()}@ronse.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return mail.read(message.as_bytes(), own=frozenset({"alerts@team.example"}))


def bounce_of(delivery: Delivery) -> mail.Inbound:
    raw = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {mail.plus_address('alerts@team.example', delivery.pk)}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b1@mx.example>\r\nReturn-Path: <>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nFailed\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {delivery.address}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b--\r\n"
    )
    return mail.read(raw.encode())


# By whom --------------------------------------------------------------------------------------------------------------------------
def test_the_first_one_counts_and_the_second_gets_what_stands(notice, ronse):
    actions.acknowledge_notice(notice=notice, by=staging.spoc(ronse), through="link", name="SPOC, Ronse")
    again = actions.acknowledge_notice(notice=notice, by=staging.officer(), through="officer", name="Somebody else")
    assert (again.acknowledged_by, again.acknowledged_through) == ("SPOC, Ronse", "link")
    assert JournalEntry.objects.filter(verb="notice.acknowledged").count() == 1


def test_nobody_acknowledges_without_a_name(notice):
    with pytest.raises(Invalid):
        actions.acknowledge_notice(notice=notice, by=Actor(ActorKind.CONTACT), through="link", name=" ")
    with pytest.raises(Invalid):
        actions.acknowledge_notice(notice=notice, by=staging.officer(), through="telepathy", name="X")


def test_what_nobody_was_told_cannot_be_acknowledged():
    held = staging.alert_for(cast.eupen(), policy="one_click")
    with pytest.raises(Conflict):
        actions.acknowledge_notice(notice=held.notices.get(), by=staging.officer(), through="officer", name="X")


def test_opening_the_page_reaches_nobody(notice):
    assert actions.open_notice(notice=notice)
    assert not actions.open_notice(notice=notice)
    notice.refresh_from_db()
    assert (notice.state, notice.opened_at is not None) == ("open", True)


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_make_one_acknowledgement():
    ronse = cast.ronse()
    notice = staging.notice_of(staging.alert_for(ronse), ronse)
    by, barrier, answers = staging.officer(), threading.Barrier(2), []

    def acknowledge(name: str) -> None:
        barrier.wait()
        answers.append(
            actions.acknowledge_notice(
                notice=Notice.objects.get(pk=notice.pk), by=by, through="officer", name=name
            ).acknowledged_by
        )
        connection.close()

    threads = [threading.Thread(target=acknowledge, args=(name,)) for name in ("One", "Other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 2
    assert len(set(answers)) == 1
    assert JournalEntry.objects.filter(verb="notice.acknowledged").count() == 1


def test_every_happening_is_told_to_outside_systems(alert, notice, ronse):
    heard = []
    facts.subscribe(facts.Happened)(heard.append)
    try:
        staging.later(alert, minutes=11)
        actions.acknowledge_notice(notice=notice, by=staging.spoc(ronse), through="link", name="SPOC, Ronse")
        actions.withdraw_alert(alert=alert, by=staging.officer(), reason="Wrong")
    finally:
        facts._subscribers[facts.Happened].remove(heard.append)
    assert [one.event for one in heard] == ["notice.silent", "notice.acknowledged", "alert.withdrawn"]
    assert heard[1].organisation == ronse.pk


# By link --------------------------------------------------------------------------------------------------------------------------
def test_a_link_names_its_delivery_and_nothing_else(delivery):
    token = links.notice_token(delivery)
    assert links.delivery_of(token, now=staging.NOW()) == delivery
    assert f"/n/{token}/" in links.notice_url(delivery)
    with pytest.raises(BadLink):
        links.read(token[:-2] + "AA", now=staging.NOW())
    with pytest.raises(ExpiredLink):
        links.read(token, now=staging.NOW() + timedelta(days=31))


def test_a_link_acknowledges_every_notice_of_its_message(delivery, ronse):
    (notice,) = actions.acknowledge_delivery(
        delivery=delivery, by=staging.spoc(ronse), through="link", name="SPOC, Ronse"
    )
    assert notice.state == "acknowledged"


# By mail --------------------------------------------------------------------------------------------------------------------------
def test_a_persons_reply_acknowledges(delivery, notice):
    actions.receive(message=reply_to(delivery))
    notice.refresh_from_db()
    assert (notice.state, notice.acknowledged_by, notice.acknowledged_through) == (
        "acknowledged",
        "SPOC, Ronse",
        "mail",
    )


def test_the_same_letter_counts_once(delivery):
    message = reply_to(delivery)
    assert actions.receive(message=message) is not None
    assert actions.receive(message=message) is None
    assert Inbound.objects.count() == 1


def test_an_automatic_reply_moves_the_ladder_to_the_deputy_and_never_acknowledges(delivery, notice, alert):
    actions.receive(
        message=reply_to(
            delivery, "I am away until Monday", subject="Automatic reply: notice", Auto_Submitted="auto-replied"
        )
    )
    notice.refresh_from_db()
    assert (notice.state, notice.step_due_at <= staging.NOW()) == ("open", True)
    actions.climb_ladders()
    assert ("mail", "deputy@ronse.example") in staging.told(alert)
    assert not [kind for kind, _address in staging.told(alert) if kind == "sms"]


def test_a_bounce_moves_on_at_once(delivery, notice, alert):
    actions.receive(message=bounce_of(delivery))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.detail) == ("bounced", "smtp; 550 no such user")
    actions.climb_ladders()
    assert [kind for kind, _address in staging.told(alert)] == ["mail", "sms"] or {
        kind for kind, _a in staging.told(alert)
    } == {"mail", "sms"}


def test_a_bounce_that_comes_while_somebody_is_to_phone_does_not_exhaust_the_ladder(ronse):
    ContactChannel.objects.filter(contact__organisation=ronse).exclude(address="spoc@ronse.example").delete()
    Organisation.objects.filter(pk=ronse.pk).update(provider_consent=False)
    alert = staging.alert_for(ronse)
    staging.later(alert, minutes=11)
    assert len(staging.lines()) == 1
    before = staging.notice_of(alert, ronse).step_due_at
    deliveries.bounce_delivery(delivery=Delivery.objects.get(alert=alert), detail="unknown", now=staging.NOW())
    assert staging.notice_of(alert, ronse).step_due_at == before


def test_a_message_that_answers_nothing_and_that_nobody_takes_waits_for_a_person(monkeypatch):
    monkeypatch.setattr(taking, "takers", registrations.Registry())  # reports take such mails otherwise
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "who@elsewhere.example", "alerts@team.example", "Question"
    message["Message-ID"] = "<q1@elsewhere.example>"
    message.set_content("Who are you?")
    kept = actions.receive(message=mail.read(message.as_bytes()))
    assert kept.verdict == "unknown"
    assert WaitingTask.objects.open().get(key=f"inbound:{kept.pk}").urgent is False
    actions.read_inbound(message=kept, by=staging.officer())
    assert not WaitingTask.objects.open().exists()


def test_a_code_acknowledges_only_from_an_address_on_file(notice):
    def told(sender: str) -> mail.Inbound:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, "alerts@team.example", notice.code
        message["Message-ID"] = f"<{uuid4()}@x.example>"
        message.set_content("seen")
        return mail.read(message.as_bytes())

    actions.receive(message=told("stranger@elsewhere.example"))
    notice.refresh_from_db()
    assert notice.state == "open"
    actions.receive(message=told("deputy@ronse.example"))
    notice.refresh_from_db()
    assert (notice.state, notice.acknowledged_by) == ("acknowledged", "Deputy, Ronse")


# By telephone ---------------------------------------------------------------------------------------------------------------------
def test_an_sms_with_the_code_acknowledges(notice, ronse):
    number = cast.channel(ronse, "spoc", "sms").address
    actions.receive_event(event=SmsReply("e1", number, f"ok {notice.code}", (notice.code,), None))
    notice.refresh_from_db()
    assert (notice.state, notice.acknowledged_through) == ("acknowledged", "sms")


def test_only_the_right_key_acknowledges(alert, notice):
    for _each in range(2):
        staging.later(alert, minutes=11)
    call = Delivery.objects.get(alert=alert, kind="voice")
    actions.receive_event(event=KeyPress("e1", call.address, "5", call.pk))
    notice.refresh_from_db()
    assert notice.state == "open"
    actions.receive_event(event=KeyPress("e2", call.address, "1", call.pk))
    notice.refresh_from_db()
    assert (notice.state, notice.acknowledged_through) == ("acknowledged", "key")


def test_a_message_that_the_network_gave_up_moves_on(delivery, notice):
    actions.receive_event(event=StatusReport("e1", delivery.pk, False, "unknown subscriber"))
    notice.refresh_from_db()
    assert notice.step_due_at <= staging.NOW()


# What was done --------------------------------------------------------------------------------------------------------------------
def test_saying_what_was_done_is_having_seen_it_and_its_end_reminds(notice, alert, ronse):
    until = staging.NOW() + timedelta(minutes=50)
    done = actions.report_mitigation(notice=notice, by=staging.spoc(ronse), text="Filter on", until=until)
    assert (done.state, done.mitigation) == ("acknowledged", "Filter on")
    assert actions.remind_mitigations() == 1
    assert actions.remind_mitigations() == 0
    assert Delivery.objects.get(purpose="reminder").address == "spoc@ronse.example"
    Delivery.objects.filter(purpose="reminder").update(state="accepted")
    actions.report_mitigation(
        notice=notice, by=staging.spoc(ronse), text="Still on", until=until + timedelta(minutes=5)
    )
    assert actions.remind_mitigations() == 1, "a new mitigation reminds anew"
    assert Delivery.objects.filter(purpose="reminder").count() == 2


@pytest.mark.parametrize(("severity", "rings"), [(2, False), (3, True)])
def test_a_reminder_rings_nobody_at_night_whom_the_notice_would_let_sleep(ronse, severity, rings):
    ContactChannel.objects.filter(contact__organisation=ronse).exclude(kind="sms").delete()
    notice = staging.notice_of(staging.alert_for(ronse, severity=severity), ronse)
    tonight = night.morning(staging.NOW()) + timedelta(hours=20)  # 03:00
    until = tonight + timedelta(minutes=30)
    actions.report_mitigation(notice=notice, by=staging.spoc(ronse), text="Filter on", until=until)
    assert actions.remind_mitigations(now=tonight) == 1
    due = Delivery.objects.get(purpose="reminder").due_at
    assert due == (tonight if rings else night.morning(tonight))


def test_how_the_site_is_can_be_said_without_acknowledging(notice, ronse):
    since = staging.NOW() - timedelta(minutes=5)
    said = actions.report_site(notice=notice, by=staging.spoc(ronse), state="down", since=since)
    assert (said.state, said.site_state, said.site_since) == ("open", "down", since)
    with pytest.raises(Invalid):
        actions.report_site(notice=notice, by=staging.spoc(ronse), state="wobbly", since=since)


def test_what_is_over_expires_and_stays_silent(notice, alert):
    Notice.objects.filter(pk=notice.pk).update(expires_at=staging.NOW())
    type(alert).objects.filter(pk=alert.pk).update(valid_until=staging.NOW())
    assert actions.expire() == 1
    notice.refresh_from_db()
    alert.refresh_from_db()
    assert (notice.state, notice.step_due_at, alert.state) == ("expired", None, "closed")
    assert not Delivery.objects.filter(state="queued").exists()


def test_a_correction_is_history_after_a_day(alert):
    correction = actions.withdraw_alert(alert=alert, by=staging.officer(), reason="The list was of last year")
    actions.expire(now=staging.NOW() + timedelta(hours=23))
    correction.refresh_from_db()
    assert correction.state == "sent"
    actions.expire(now=staging.NOW() + timedelta(hours=25))
    correction.refresh_from_db()
    assert correction.state == "closed"


def test_the_mailbox_is_read_once_and_one_bad_letter_stops_no_other(delivery, notice, tmp_path, monkeypatch):
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
    good = (
        f"From: spoc@ronse.example\r\nTo: {mail.plus_address('alerts@team.example', delivery.pk)}\r\nSubject: Re: notice\r\n"
        "Message-ID: <good@ronse.example>\r\n\r\nSeen\r\n"
    )
    (tmp_path / "new" / "1.bad").write_bytes(
        b"From: x\0y@ronse.example\r\nSubject: \0\r\nMessage-ID: <b\0ad@x.example>\r\n\r\n\0"
    )
    (tmp_path / "new" / "2.good").write_bytes(good.encode())
    monkeypatch.setenv("PARAAT_MAILBOX_URL", f"maildir:{tmp_path}")
    for _each in range(2):
        jobs.read_mailbox(timestamp=0)
    notice.refresh_from_db()
    assert (notice.state, notice.acknowledged_through) == ("acknowledged", "mail")
    assert Inbound.objects.count() == 2
