"""SMS and voice through real HTTP servers: our own kind of gateway, a vendor by apprise, a first and a second route."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote

import pytest

from paraat.kernel.errors import SettingError
from paraat.platform import channels
from paraat.platform.channels import short, signature
from paraat.platform.channels.base import State
from paraat.platform.channels.gateway import GatewayRoute
from paraat.platform.channels.phone import NotANumber, e164
from paraat.platform.channels.sms import SmsChannel
from paraat.platform.channels.voice import VoiceChannel
from tests.platform.channels.messages import WAKE_UP, outgoing
from tests.platform.channels.servers import free_port, http_server

SECRET = b"a secret of at least thirty-two bytes"
NUMBER = "+447700900123"


def sms(*urls: str) -> SmsChannel:
    return SmsChannel(routes=tuple(GatewayRoute(url, SECRET, timeout=2.0) for url in urls), demonstration=False)


def test_the_gateway_gets_number_text_and_reference_signed() -> None:
    item = outgoing("+44 7700 900 123", text=WAKE_UP)
    with http_server() as server:
        (outcome,) = sms(server.url + "/send").send([item])
    (request,) = server.requests
    assert request.json == {
        "kind": "sms",
        "to": NUMBER,
        "text": WAKE_UP,
        "language": "nl",
        "reference": str(item.delivery),
    }
    assert signature.check(request.headers, request.body, [SECRET], datetime.now(UTC)) == str(item.delivery)
    assert (outcome.state, outcome.reference, outcome.route) == (State.ACCEPTED, "g-1", "first")


def test_a_voice_call_carries_the_language_to_speak() -> None:
    with http_server() as server:
        list(
            VoiceChannel(routes=(GatewayRoute(server.url, SECRET),), demonstration=False).send(
                [outgoing(NUMBER, text=WAKE_UP, language="fr")]
            )
        )
    assert (server.requests[0].json["kind"], server.requests[0].json["language"]) == ("voice", "fr")


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_a_faulty_first_gateway_leaves_the_second(status: int) -> None:
    with http_server(lambda _: (status, {})) as first, http_server() as second:
        outcomes = list(sms(first.url, second.url).send([outgoing(NUMBER, text=WAKE_UP) for _ in range(6)]))
    assert {(outcome.state, outcome.route) for outcome in outcomes} == {(State.ACCEPTED, "second")}
    assert len(second.requests) == 6


def test_a_dead_first_gateway_leaves_the_second() -> None:
    with http_server() as second:
        (outcome,) = sms(f"http://127.0.0.1:{free_port()}", second.url).send([outgoing(NUMBER, text=WAKE_UP)])
    assert (outcome.state, outcome.route) == (State.ACCEPTED, "second")


def test_a_gateway_that_never_answers_may_have_sent_it() -> None:
    with http_server(lambda _: (0, None)) as first, http_server() as second:
        (outcome,) = sms(first.url, second.url).send([outgoing(NUMBER, text=WAKE_UP)])
    assert (outcome.state, outcome.perhaps_twice) == (State.DEFERRED, True)
    assert second.requests == []


@pytest.mark.parametrize("status", [400, 422])
def test_a_refused_number_is_rejected(status: int) -> None:
    with http_server(lambda _: (status, {"error": "no such number"})) as server:
        (outcome,) = sms(server.url).send([outgoing(NUMBER, text=WAKE_UP)])
    assert outcome.state is State.REJECTED and "no such number" in outcome.detail


def test_too_many_requests_is_for_later_and_closes_no_route() -> None:
    answers = iter([(429, {})] + [(200, {})] * 3)
    with http_server(lambda _: next(answers)) as server:
        channel = sms(server.url)
        channel.connections = 1
        states = [outcome.state for outcome in channel.send([outgoing(NUMBER, text=WAKE_UP) for _ in range(4)])]
    assert states == [State.DEFERRED, State.ACCEPTED, State.ACCEPTED, State.ACCEPTED]


def test_a_vendor_is_reached_through_apprise() -> None:
    with http_server() as server:
        port = server.server_address[1]
        (outcome,) = sms(f"json://127.0.0.1:{port}/sms/{{to}}").send([outgoing("0044 7700 900123", text=WAKE_UP)])
    assert outcome.state is State.ACCEPTED
    assert unquote(server.requests[0].path).rstrip("/") == f"/sms/{NUMBER}"
    assert server.requests[0].json["message"] == WAKE_UP


def test_a_vendor_that_refuses_one_number_is_still_used_for_the_next() -> None:
    with http_server(lambda request: (400 if "0199" in request.path else 200, {})) as server:
        port = server.server_address[1]
        channel = sms(f"json://127.0.0.1:{port}/{{to}}")
        channel.connections = 1
        outcomes = list(channel.send([outgoing("+447700900199", text=WAKE_UP), outgoing(NUMBER, text=WAKE_UP)]))
    assert [outcome.state for outcome in outcomes] == [State.DEFERRED, State.ACCEPTED]
    assert outcomes[0].detail


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("é" * 160, 1),
        ("", 1),
        ("🛡" * 35, 1),
        ("🛡" * 36, 2),
    ],
)
def test_it_counts_sms_as_the_network_does(text: str, parts: int) -> None:
    assert short.sms_parts(text) == parts


@pytest.mark.parametrize("text", ["", "   ", "x" * 460, f"{WAKE_UP} https://paraat.example/second"])
def test_a_text_that_is_no_wake_up_is_refused_before_anything_is_sent(text: str) -> None:
    with http_server() as server:
        (outcome,) = sms(server.url).send([outgoing(NUMBER, text=text)])
    assert outcome.state is State.REJECTED and outcome.detail
    assert server.requests == []


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0475/12.34.56", "+32475123456"),
        ("+44 (0)7700 900123", "+447700900123"),
        ("0032 3 221 11 11", "+3232211111"),
        ("tel:+447700900123", NUMBER),
    ],
)
def test_numbers_are_read_as_people_write_them(written: str, number: str) -> None:
    assert e164(written) == number


@pytest.mark.parametrize("written", ["", "spoc", "+0475", "12345", "+1234567890123456", "+44770090012x"])
def test_what_is_no_number_is_rejected(written: str) -> None:
    with pytest.raises(NotANumber):
        e164(written)
    with http_server() as server:
        (outcome,) = sms(server.url).send([outgoing(written, text=WAKE_UP)])
    assert outcome.state is State.REJECTED and server.requests == []


def test_probe_names_the_gateway_that_is_gone() -> None:
    dead = free_port()
    with http_server() as server:
        (said,) = sms(server.url, f"http://127.0.0.1:{dead}").probe()
    assert str(dead) in said


def test_a_gateway_without_a_secret_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAT_SMS_URL", "https://gateway.example/send")
    with pytest.raises(SettingError, match="PARAAT_GATEWAY_SECRET"):
        channels.of("sms")
    monkeypatch.setenv("PARAAT_GATEWAY_SECRET", "new secret, old secret")
    channel = channels.of("sms")
    assert isinstance(channel, SmsChannel) and [route.secret for route in channel.routes] == [b"new secret"]
    assert "new secret" not in repr(list(channel.routes))
