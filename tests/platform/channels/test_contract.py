"""The contract that every channel passes, the in-house double included: one outcome for each delivery, faults are outcomes, in step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from paraat.platform import channels
from paraat.platform.channels.base import Channel, Outgoing, State
from paraat.platform.channels.gateway import GatewayRoute
from paraat.platform.channels.house import HouseChannel
from paraat.platform.channels.mail import MailChannel, MailRoute, Press
from paraat.platform.channels.matrix import Homeserver, MatrixChannel
from paraat.platform.channels.sms import SmsChannel
from paraat.platform.channels.voice import VoiceChannel
from paraat.platform.channels.webhook import WebhookChannel
from tests.platform.channels.messages import WAKE_UP, outgoing
from tests.platform.channels.servers import HttpServer, Inbox, Request, http_server, smtp_server

ADDRESS = {
    "house": "spoc@{}.example",
    "mail": "spoc@{}.example",
    "sms": "+447700900{:0>3}",
    "voice": "+447700900{:0>3}",
    "matrix": "!{}:home.example",
    "webhook": "{base}/hook/{}",
}


class Bench:
    """One channel with its server, and how to make a message that is accepted or rejected."""

    def __init__(self, kind: str, stack: ExitStack) -> None:
        self.kind, self.stack = kind, stack
        self.inbox, self.server = Inbox(answers={"spoc@nobody.example": "550 5.1.1 no such user"}), None
        self.http: HttpServer | None = None
        self.channel = getattr(self, f"_{kind}")()

    def message(self, name: str, **changes: object) -> Outgoing:
        base = self.http.url if self.http else ""
        number = str(sum(map(ord, name)) % 1000)
        address = ADDRESS[self.kind].format(number if self.kind in {"sms", "voice"} else name, base=base)
        return outgoing(address, text=WAKE_UP, payload=b'{"notice":1}', secret=b"s" * 32, **changes)

    def arrived(self) -> int:
        if self.kind == "house":
            return len(self.channel.messages)
        return len(self.http.requests) if self.http else len(self.inbox.envelopes)

    def _house(self) -> Channel:
        return HouseChannel({"spoc@nobody.example": State.REJECTED})

    def _mail(self) -> Channel:
        port = self.stack.enter_context(smtp_server(self.inbox))
        return MailChannel(
            press=Press("Team <alerts@team.example>"),
            routes=(MailRoute("127.0.0.1", port),),
            connections=3,
            demonstration=False,
        )

    def _web(self) -> HttpServer:
        self.http = self.stack.enter_context(http_server(_answer))
        return self.http

    def _sms(self) -> Channel:
        return SmsChannel(routes=(GatewayRoute(self._web().url, b"k" * 32),), demonstration=False)

    def _voice(self) -> Channel:
        return VoiceChannel(routes=(GatewayRoute(self._web().url, b"k" * 32),), demonstration=False)

    def _matrix(self) -> Channel:
        return MatrixChannel(homeserver=Homeserver(self._web().url, "token"), demonstration=False)

    def _webhook(self) -> Channel:
        return WebhookChannel(private=True, demonstration=False, connections=3, timeout=5 if self._web() else 0)


def _answer(request: Request) -> tuple[int, object]:
    nobody = str(sum(map(ord, "nobody")) % 1000)
    refused = "nobody" in request.path or str(json.loads(request.body or b"{}").get("to", "")).endswith(nobody)
    return (400, {"errcode": "M_UNKNOWN"}) if refused else (200, {"event_id": "$1", "id": "g-1"})


@pytest.fixture(params=channels.kinds())
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(request.param, stack)


def test_every_folder_is_a_channel_of_its_name_and_has_a_bench_here() -> None:
    folders = {path.parent.name for path in Path(channels.__file__).parent.glob("*/__init__.py")}
    assert folders == set(channels.kinds()) == set(ADDRESS)


def test_it_says_its_kind_and_keeps_the_protocol(bench: Bench) -> None:
    assert bench.channel.kind == bench.kind
    assert isinstance(bench.channel, Channel)
    assert bench.channel.probe() == ()


def test_every_delivery_gets_one_outcome_and_one_bad_address_stops_no_other(bench: Bench) -> None:
    sent = [bench.message(name) for name in ("ronse", "nobody", "lier", "geel", "mol")]
    outcomes = {outcome.delivery: outcome for outcome in bench.channel.send(sent)}
    assert [outcomes[item.delivery].state for item in sent] == [State.ACCEPTED, State.REJECTED, *[State.ACCEPTED] * 3]
    assert outcomes[sent[1].delivery].detail
    assert len(outcomes) == 5


def test_nothing_to_send_is_no_outcome(bench: Bench) -> None:
    assert list(bench.channel.send([])) == []


def test_it_takes_a_generator(bench: Bench) -> None:
    assert len(list(bench.channel.send(bench.message(name) for name in ("ronse", "lier")))) == 2


def test_an_exercise_is_accepted_in_house_and_never_arrives_outside(bench: Bench) -> None:
    (outcome,) = bench.channel.send([bench.message("ronse", exercise=True)])
    assert (outcome.state, outcome.in_house) == (State.ACCEPTED, True)
    assert bench.kind == "house" or bench.arrived() == 0


def test_a_connection_waits_until_its_outcome_was_persisted(bench: Bench) -> None:
    """Killed after k groups, the messages in doubt are among the first `connections` without an outcome: that is what makes resuming exact."""
    sent = [bench.message(f"town{number}") for number in range(12)]
    known: set[object] = set()
    for group in bench.channel.send_in_groups(sent):
        begun = bench.arrived()
        assert begun <= len(known) + len(group) + bench.channel.connections
        known |= {outcome.delivery for outcome in group}
        without = [item for item in sent if item.delivery not in known]
        assert bench.kind == "house" or begun <= len(known) + min(len(without), bench.channel.connections)
    assert len(known) == 12


def test_a_caller_that_stops_asking_stops_the_sending(bench: Bench) -> None:
    groups = bench.channel.send_in_groups([bench.message(f"town{number}") for number in range(40)])
    next(groups)
    groups.close()  # type: ignore[attr-defined]
    assert bench.arrived() <= 2 * bench.channel.connections + 1


def test_it_asks_for_a_message_only_when_it_can_send_it(bench: Bench) -> None:
    """So that the button that stops all sending stops a batch that has begun."""
    asked = 0

    def messages() -> Iterator[Outgoing]:
        nonlocal asked
        for number in range(40):
            asked += 1
            yield bench.message(f"town{number}", exercise=number == 3)

    known = 0
    for group in bench.channel.send_in_groups(messages()):
        known += len(group)
        assert asked <= known + bench.channel.connections + 1
    assert known == 40


def test_a_second_attempt_is_recognisable_as_the_same_message(bench: Bench) -> None:
    first = bench.message("ronse")
    outcomes = [*bench.channel.send([first]), *bench.channel.send([replace(first)])]
    assert {outcome.delivery for outcome in outcomes} == {first.delivery}
    if bench.http:
        assert len({request.headers.get("idempotency-key", request.path) for request in bench.http.requests}) == 1
    if bench.kind == "mail":
        assert len({envelope.content.partition(b"Message-ID: ")[2][:60] for envelope in bench.inbox.envelopes}) == 1
