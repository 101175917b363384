"""Webhooks: signed, to public addresses only, and one silent server holds up no other."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraat.platform import channels
from paraat.platform.channels import signature
from paraat.platform.channels.base import State
from paraat.platform.channels.posting import ForbiddenAddress, Poster, public, resolved
from paraat.platform.channels.signature import BadSignature
from paraat.platform.channels.webhook import WebhookChannel
from tests.platform.channels.messages import outgoing
from tests.platform.channels.servers import free_port, http_server

SECRET = b"one recipient's own secret, 32 bytes"
NOW = datetime(2024, 10, 8, 9, 0, tzinfo=UTC)


def hook(url: str, **changes: object) -> object:
    return outgoing(url, payload=b'{"alert":"a"}', secret=SECRET, **changes)


def open_channel(**options: object) -> WebhookChannel:
    return WebhookChannel(**{"private": True, "timeout": 1.0, "demonstration": False, **options})


def test_the_recipient_can_prove_that_it_came_from_us() -> None:
    item = hook("")
    with http_server(lambda _: (204, None)) as server:
        item = hook(server.url + "/in?x=1")
        (outcome,) = open_channel().send([item])
    (request,) = server.requests
    assert (request.path, request.body, outcome.state) == ("/in?x=1", b'{"alert":"a"}', State.ACCEPTED)
    assert request.headers["idempotency-key"] == request.headers["webhook-id"] == str(item.delivery)
    assert signature.check(request.headers, request.body, [b"older", SECRET], datetime.now(UTC)) == str(item.delivery)
    with pytest.raises(BadSignature):
        signature.check(request.headers, request.body + b" ", [SECRET], datetime.now(UTC))


@given(st.binary(max_size=60), st.binary(min_size=1, max_size=40), st.integers(-290, 290))
def test_a_signature_holds_for_its_own_body_secret_and_time_alone(body: bytes, secret: bytes, seconds: int) -> None:
    headers = signature.signed("id-1", body, secret, NOW)
    assert signature.check(headers, body, [secret], NOW + timedelta(seconds=seconds)) == "id-1"
    for changed in (
        lambda: signature.check(headers, body + b"x", [secret], NOW),
        lambda: signature.check(headers, body, [secret + b"x"], NOW),
        lambda: signature.check(headers, body, [], NOW),
        lambda: signature.check({**headers, "webhook-id": "id-2"}, body, [secret], NOW),
        lambda: signature.check({**headers, "webhook-timestamp": str(int(NOW.timestamp()) + 1)}, body, [secret], NOW),
        lambda: signature.check(headers, body, [secret], NOW + timedelta(minutes=6)),
        lambda: signature.check(headers, body, [secret], NOW - timedelta(minutes=6)),
    ):
        with pytest.raises(BadSignature):
            changed()


@pytest.mark.parametrize("moment", ["", "x", "²", "-1", "9" * 13, "1e9"])
def test_a_strange_timestamp_is_a_bad_signature(moment: str) -> None:
    with pytest.raises(BadSignature):
        signature.check(
            {"webhook-id": "i", "webhook-timestamp": moment, "webhook-signature": "v1,x"}, b"", [SECRET], NOW
        )


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
        "2002:7f00:1::", "2002:a00:1::1", "ff02::1",
    ],
)  # fmt: skip
def test_an_address_inside_a_network_is_not_public(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "193.190.198.27", "2a00:1450:400e:80c::200e", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://0/", "https://2130706433/", "https://0x7f.1/", "https://[::ffff:127.0.0.1]/",
        "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "https://", "https://user@example.org/", "https://h:99999/", "gopher://x",
        "", "https://[", "https://exa mple.org/", "//example.org/",
    ],
)  # fmt: skip
def test_no_webhook_reaches_inside(url: str) -> None:
    (outcome,) = open_channel(private=False).send([hook(url)])
    assert outcome.state in {State.REJECTED, State.DEFERRED} and outcome.detail
    if "mple" not in url:
        assert outcome.state is State.REJECTED


def test_a_real_server_inside_is_not_asked_anything() -> None:
    with http_server() as server:
        (outcome,) = open_channel(private=False).send([hook(server.url.replace("http:", "https:"))])
    assert outcome.state is State.REJECTED and "private" in outcome.detail
    assert server.requests == []


def test_one_private_address_among_several_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers with a public and a private address, as in DNS rebinding."""
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: both)
    with pytest.raises(ForbiddenAddress):
        resolved("rebinding.example", 443, private=False)
    assert len(resolved("rebinding.example", 443, private=True)) == 2


def test_a_redirect_is_not_followed() -> None:
    with http_server(lambda _: (302, {})) as server:
        (outcome,) = open_channel().send([hook(server.url)])
    assert outcome.state is State.REJECTED and "redirect" in outcome.detail
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "accepted"), (410, "rejected"), (404, "rejected"), (429, "deferred"), (503, "deferred"), (408, "deferred")],
)
def test_the_answer_decides(status: int, state: str) -> None:
    with http_server(lambda _: (status, {})) as server:
        (outcome,) = open_channel().send([hook(server.url)])
    assert outcome.state == state


def test_a_server_that_hangs_up_before_its_answer_may_have_it() -> None:
    with http_server(lambda _: (0, None)) as server:
        (outcome,) = open_channel().send([hook(server.url)])
    assert (outcome.state, outcome.perhaps_twice) == (State.DEFERRED, True)


def test_a_kept_connection_that_the_server_closed_is_opened_again() -> None:
    with http_server() as server:
        poster = Poster(private=True)
        for _ in range(3):
            assert poster.send("POST", server.url, b"x", {}).accepted
        poster.close()
    assert len(server.requests) == 3


def test_a_silent_server_holds_up_no_other() -> None:
    with socket.socket() as silent, http_server() as server:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        items = [hook(url if number % 2 else server.url) for number in range(40)]
        begin = time.perf_counter()
        outcomes = {outcome.delivery: outcome.state for outcome in open_channel(connections=4).send(items)}
        assert time.perf_counter() - begin < 6, "twenty time-outs of a second would be five rounds of four lanes"
    assert [outcomes[item.delivery] for item in items] == [State.ACCEPTED, State.DEFERRED] * 20


def test_a_dead_server_is_deferred_without_doubt() -> None:
    (outcome,) = open_channel().send([hook(f"http://127.0.0.1:{free_port()}/")])
    assert (outcome.state, outcome.perhaps_twice) == (State.DEFERRED, False)


def test_a_webhook_without_a_secret_is_not_sent() -> None:
    (outcome,) = open_channel().send([outgoing("https://hook.example/", payload=b"{}")])
    assert outcome.state is State.REJECTED


def test_private_addresses_need_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    with http_server() as server:
        assert [outcome.state for outcome in channels.of("webhook").send([hook(server.url)])] == [State.REJECTED]
        monkeypatch.setenv("PARAAT_WEBHOOK_PRIVATE", "yes")
        assert [outcome.state for outcome in channels.of("webhook").send([hook(server.url)])] == [State.ACCEPTED]
