"""Mail over real SMTP conversations, and what happens when they break."""

from __future__ import annotations

import re
import threading
import time
from email import message_from_bytes, policy
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.formats import mail as inbound
from paraat.kernel.ids import uuid7
from paraat.platform.channels.base import State
from paraat.platform.channels.mail import MailChannel, MailRoute, Press
from paraat.platform.channels.mail.courier import Letter
from paraat.platform.channels.mail.message import Unsendable, carried_address
from tests.platform.channels.messages import batch, by_address, outgoing
from tests.platform.channels.servers import Inbox, breaking_smtp, free_port, smtp_process, smtp_server

PRESS = Press("Team <alerts@team.example>", bounces="bounce@team.example", replies="reply@team.example")


def channel(*ports: int, connections: int = 3, **times: float) -> MailChannel:
    routes = tuple(
        MailRoute("127.0.0.1", port, tls="never", **{"connect": 3.0, "command": 3.0, "answer": 3.0, **times})
        for port in ports
    )
    return MailChannel(press=PRESS, routes=routes, connections=connections, demonstration=False)


def test_what_arrives_is_a_mail_that_people_and_machines_can_read() -> None:
    item = outgoing("spoc@ronse.example", headers=(("X-Severity", "3"),))
    with smtp_server(inbox := Inbox()) as port:
        (outcome,) = channel(port).send([item])
    assert (outcome.state, outcome.route, outcome.reference) == (State.ACCEPTED, "first", "OK queued as 1")
    (envelope,) = inbox.envelopes
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["Message-ID"] == f"<{item.delivery}@team.example>"
    assert message["Subject"] == "Aangekondigde DDoS-aanval"
    assert (message["Auto-Submitted"], message["List-Id"]) == ("auto-generated", "<notices.team.example>")
    assert (message["Content-Language"], message["X-Severity"]) == ("nl", "3")
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == item.text
    page = message.get_body(("html",)).get_content()
    assert '<html lang="nl">' in page and "<h1>Aangekondigde DDoS-aanval</h1>" in page
    assert '<a href="https://paraat.example/n/abc?x=1&amp;y=2">' in page
    assert re.search(rb"(?<!\r)\n", envelope.content) is None, "line ends are CRLF throughout"
    assert envelope.mail_from == inbound.plus_address("bounce@team.example", item.delivery)


def test_a_reply_to_what_we_sent_is_recognised_by_its_address_and_by_its_thread() -> None:
    item = outgoing()
    with smtp_server(inbox := Inbox()) as port:
        list(channel(port).send([item]))
    sent = message_from_bytes(inbox.envelopes[0].content, policy=policy.default)
    answer = f"From: spoc@ronse.example\r\nTo: {sent['Reply-To']}\r\nSubject: Re: x\r\n\r\nGezien.\r\n".encode()
    assert inbound.read(answer).delivery == item.delivery
    answer = f"From: a@b.example\r\nTo: x@team.example\r\nIn-Reply-To: {sent['Message-ID']}\r\nSubject: Re: x\r\n\r\nGezien.\r\n".encode()
    assert inbound.read(answer).delivery == item.delivery


def test_one_connection_carries_many_messages() -> None:
    with breaking_smtp("never") as server:
        list(channel(server.server_address[1], connections=2).send(batch(40)))
    assert server.connections == 2
    assert len(server.taken) == 40


def test_a_greylisted_recipient_is_deferred_and_accepted_the_next_time() -> None:
    items = batch(3)
    with smtp_server(inbox := Inbox({items[1].address: "450 4.2.0 greylisted, come back"}, once=True)) as port:
        mail = channel(port)
        first = by_address(items, list(mail.send(items)))
        assert [first[item.address].state for item in items] == [State.ACCEPTED, State.DEFERRED, State.ACCEPTED]
        assert "greylisted" in first[items[1].address].detail
        (second,) = mail.send([items[1]])
    assert second.state is State.ACCEPTED
    assert sorted(inbox.recipients) == sorted(item.address for item in items)


def test_a_refused_recipient_is_rejected_with_the_servers_words() -> None:
    items = batch(3)
    with smtp_server(Inbox({items[0].address: "550 5.1.1 unknown in this village"})) as port:
        outcomes = by_address(items, list(channel(port, connections=1).send(items)))
    assert outcomes[items[0].address].state is State.REJECTED
    assert outcomes[items[0].address].detail == "550 5.1.1 unknown in this village"
    assert {outcomes[item.address].state for item in items[1:]} == {State.ACCEPTED}


def test_a_dead_first_server_leaves_the_second_and_is_not_tried_for_every_message() -> None:
    with smtp_server(inbox := Inbox()) as port:
        mail = channel(free_port(), port)
        begin = time.perf_counter()
        outcomes = list(mail.send(batch(30)))
    assert {outcome.state for outcome in outcomes} == {State.ACCEPTED}
    assert {outcome.route for outcome in outcomes} == {"second"}
    assert len(inbox.envelopes) == 30
    assert time.perf_counter() - begin < 5


def test_with_both_servers_dead_everything_is_deferred_and_nothing_lost() -> None:
    outcomes = list(channel(free_port(), free_port()).send(batch(20)))
    assert {outcome.state for outcome in outcomes} == {State.DEFERRED}
    assert not any(outcome.perhaps_twice for outcome in outcomes)
    assert any("refused" in outcome.detail for outcome in outcomes)


def test_a_first_server_that_is_back_is_used_again() -> None:
    port = free_port()
    with smtp_server(Inbox()) as second:
        mail = channel(port, second)
        mail.routes._rest = 0.2
        assert [outcome.route for outcome in mail.send(batch(2))] == ["second", "second"]
        time.sleep(0.25)
        with smtp_process(port):
            assert [outcome.route for outcome in mail.send(batch(2))] == ["first", "first"]


def test_a_server_that_breaks_off_in_the_middle_of_a_message_does_not_have_it() -> None:
    """It cannot have been accepted, so the other route takes it and nobody gets it twice."""
    with breaking_smtp("data") as first, smtp_server(inbox := Inbox()) as port:
        items = batch(6, text="x" * 3_000_000)
        outcomes = list(channel(first.server_address[1], port).send(items))
    assert {outcome.state for outcome in outcomes} == {State.ACCEPTED}
    assert sorted(inbox.recipients) == sorted(item.address for item in items)


def test_a_server_that_breaks_off_before_its_answer_may_have_it() -> None:
    with breaking_smtp("answer", times=1) as server:
        outcomes = list(channel(server.server_address[1], connections=1).send(batch(5)))
    assert [outcome.perhaps_twice for outcome in outcomes] == [True, False, False, False, False]
    assert outcomes[0].state is State.DEFERRED
    assert {outcome.state for outcome in outcomes[1:]} == {State.ACCEPTED}


def test_a_server_that_closes_after_so_many_messages_gets_a_new_connection_each_time() -> None:
    with breaking_smtp("never", per_connection=3) as server:
        outcomes = list(channel(server.server_address[1], connections=1).send(batch(10)))
    assert {outcome.state for outcome in outcomes} == {State.ACCEPTED}
    assert (server.connections, len(set(server.taken))) == (4, 10)


def test_a_server_that_resets_between_messages_loses_none() -> None:
    with breaking_smtp("after", times=3) as server:
        outcomes = list(channel(server.server_address[1], connections=1).send(batch(8)))
    assert {outcome.state for outcome in outcomes} == {State.ACCEPTED}
    assert len(server.taken) == len(set(server.taken)) == 8


def test_a_slow_server_costs_its_own_lane_the_time_out_and_no_more() -> None:
    with smtp_server(Inbox(delay=2.0)) as slow:
        mail = channel(slow, answer=0.4, connections=2)
        outcomes = list(mail.send(batch(2)))
    assert {outcome.state for outcome in outcomes} == {State.DEFERRED}
    assert all(outcome.perhaps_twice for outcome in outcomes), "it was handed over whole; it may still be taken"


def test_a_server_killed_while_it_works_loses_nothing_and_doubts_at_most_one_message_per_connection() -> None:
    port = free_port()
    items = batch(400)
    known: dict[UUID, State] = {}
    doubtful = 0
    with smtp_process(port) as process:
        for group in channel(port).send_in_groups(items):
            for outcome in group:
                known[outcome.delivery] = outcome.state
                doubtful += outcome.perhaps_twice
            if len(known) > 50:
                process.kill()
    assert len(known) == 400
    assert doubtful <= 3
    rest = [item for item in items if known[item.delivery] is not State.ACCEPTED]
    assert 0 < len(rest) <= 350
    with smtp_server(inbox := Inbox()) as again:
        assert {outcome.state for outcome in channel(again).send(rest)} == {State.ACCEPTED}
    assert sorted(inbox.recipients) == sorted(item.address for item in rest)


def test_a_sender_that_is_refused_is_no_fault_of_the_recipient() -> None:
    class Strict(Inbox):
        async def handle_MAIL(self, *arguments: object) -> str:
            return "550 5.7.1 not from you"

    with smtp_server(Strict()) as first, smtp_server(inbox := Inbox()) as second:
        (outcome,) = channel(first, second).send([outgoing()])
        assert (outcome.state, outcome.route) == (State.ACCEPTED, "second")
        (outcome,) = channel(first).send([outgoing()])
    assert outcome.state is State.DEFERRED and "not from you" in outcome.detail
    assert len(inbox.envelopes) == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "spoc",
        "a@b@",
        "spoc@ronse.example\r\nBcc: x@y.example",
        "spoc @ronse.example",
        ".a@b.example",
        "a@-.example",
        "é@b.example",
    ],
)
def test_an_address_that_no_mail_can_carry_is_rejected_by_itself(address: str) -> None:
    with smtp_server(inbox := Inbox()) as port:
        outcomes = [outcome.state for outcome in channel(port, connections=1).send([outgoing(address), outgoing()])]
    assert outcomes == [State.REJECTED, State.ACCEPTED]
    assert len(inbox.envelopes) == 1


def test_a_domain_with_accents_is_carried_in_ascii() -> None:
    assert carried_address("spoc@bütgenbach.example") == "spoc@xn--btgenbach-q9a.example"


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "x\r\nBcc: all@example.org"},
        {"headers": (("X-A", "b\nBcc: c@d.example"),)},
        {"headers": (("From", "a@b.example"),)},
        {"headers": (("X A", "b"),)},
    ],
)
def test_no_text_of_a_notice_becomes_a_header(changes: dict[str, object]) -> None:
    with pytest.raises(Unsendable):
        PRESS.letter(outgoing(**changes))


def _lines(text: str) -> list[str]:
    """Line ends may change their spelling on the way; nothing else may."""
    return re.split(r"\r\n|\r|\n", text)


@given(st.text(max_size=400), st.text(max_size=80).filter(lambda text: "\n" not in text and "\r" not in text))
def test_any_text_arrives_as_it_was_written(text: str, subject: str) -> None:
    try:
        letter = PRESS.letter(outgoing(text=text, subject=subject))
    except Unsendable:
        assert any(
            ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0 or sign in "\u2028\u2029" or 0xD800 <= ord(sign) < 0xE000
            for sign in text + subject
        )
        return
    body = message_from_bytes(letter.content, policy=policy.default).get_body(("plain",)).get_content()
    assert _lines(body) == _lines(text)
    assert letter.content.isascii()
    assert max(map(len, letter.content.split(b"\r\n"))) <= 998, "RFC 5322, 2.1.1"


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable() and text == text.strip()))
def test_any_subject_arrives_and_is_one_line(subject: str) -> None:
    letter = PRESS.letter(outgoing(subject=subject))
    message = message_from_bytes(letter.content, policy=policy.default)
    assert "".join(message["Subject"].split()) == "".join(subject.split())
    assert max(map(len, letter.content.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 998


@given(st.lists(st.sampled_from([b".", b"..", b".x", b"x", b"", b"\x80."]), max_size=12))
def test_lines_that_begin_with_a_dot_arrive_unchanged(lines: list[bytes]) -> None:
    content = b"Subject: x\r\n\r\n" + b"".join(line + b"\r\n" for line in lines)
    stuffed = Letter(uuid7(), "a@b.example", "c@d.example", content).stuffed()
    assert stuffed.endswith(b"\r\n.\r\n")
    carried = stuffed[: -len(b".\r\n")]
    assert b"\r\n".join(line[1:] if line.startswith(b".") else line for line in carried.split(b"\r\n")) == content


def test_dots_survive_a_real_server() -> None:
    content = b"Subject: x\r\n\r\n.\r\n..two\r\nlast\r\n.\r\n"
    with smtp_server(inbox := Inbox()) as port:
        groups = channel(port).carry([Letter(uuid7(), "a@b.example", "c@d.example", content)])
        assert [outcome.state for group in groups for outcome in group] == [State.ACCEPTED]
    assert inbox.envelopes[0].content == content


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "try", "")),
        ("smtp://u%40x:p%3A@mail.example:587?starttls=required", ("mail.example", 587, "required", "u@x")),
        ("smtps://mail.example", ("mail.example", 465, "immediate", "")),
    ],
)
def test_a_route_is_one_line_of_the_settings(url: str, expected: tuple[object, ...]) -> None:
    route = MailRoute.from_url(url)
    assert (route.host, route.port, route.tls, route.user) == expected
    assert route.password not in repr(route) or not route.password


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://h?starttls=perhaps", "smtp://h:99999"]
)
def test_a_wrong_route_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(ValueError):
        MailRoute.from_url(url)


def test_a_password_never_travels_in_the_clear() -> None:
    assert not MailRoute("mail.example").local and MailRoute("127.0.0.1").local and MailRoute("localhost").local
    route = MailRoute("0.0.0.0", 0, user="u", password="p")
    with smtp_server(Inbox()) as port:
        mail = MailChannel(
            press=PRESS, routes=(MailRoute("0.0.0.0", port, user="u", password="p"),), demonstration=False
        )
        (outcome,) = mail.send([outgoing()])
    assert outcome.state is State.DEFERRED and "without TLS" in outcome.detail
    assert not route.local


def test_probe_names_each_route_that_takes_no_mail() -> None:
    dead = free_port()
    with smtp_server(Inbox()) as port:
        (said,) = channel(port, dead).probe()
    assert f"127.0.0.1:{dead}" in said


def test_lanes_leave_no_thread_behind() -> None:
    with smtp_server(Inbox()) as port:
        list(channel(port, connections=4).send(batch(20)))
    assert not [thread for thread in threading.enumerate() if thread.name == "channel-lane"]
