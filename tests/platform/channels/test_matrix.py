"""Matrix against a local server that answers as the client-server API says."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from paraat.platform.channels.base import State
from paraat.platform.channels.matrix import Homeserver, MatrixChannel
from tests.platform.channels.messages import WAKE_UP, outgoing
from tests.platform.channels.servers import Request, free_port, http_server


class Home:
    """Just enough of a homeserver: aliases, direct rooms, messages by transaction id."""

    def __init__(self) -> None:
        self.direct: dict[str, list[str]] = {}
        self.events: dict[str, tuple[str, str]] = {}
        self.rooms = 0

    def __call__(self, request: Request) -> tuple[int, Any]:
        if request.headers.get("authorization") != "Bearer good":
            return 401, {"errcode": "M_UNKNOWN_TOKEN", "error": "who are you"}
        path = unquote(request.path.removeprefix("/_matrix/client/v3/"))
        if path == "account/whoami":
            return 200, {"user_id": "@paraat:home.example"}
        if path.startswith("directory/room/"):
            return (
                (200, {"room_id": "!named:home.example"})
                if path.endswith("#ronse:home.example")
                else (404, {"errcode": "M_NOT_FOUND"})
            )
        if path == "user/@paraat:home.example/account_data/m.direct":
            if request.method == "PUT":
                self.direct = request.json
                return 200, {}
            return (200, self.direct) if self.direct else (404, {"errcode": "M_NOT_FOUND"})
        if path == "createRoom":
            self.rooms += 1
            return 200, {"room_id": f"!direct{self.rooms}:home.example"}
        _, room, _, _, transaction = path.split("/")
        if room == "!closed:home.example":
            return 403, {"errcode": "M_FORBIDDEN", "error": "not invited"}
        if room == "!busy:home.example":
            return 429, {"errcode": "M_LIMIT_EXCEEDED"}
        self.events[transaction] = (room, request.json["body"])
        return 200, {"event_id": f"${transaction}"}


def channel(url: str, token: str = "good") -> MatrixChannel:
    return MatrixChannel(homeserver=Homeserver(url, token, timeout=2.0), demonstration=False)


def test_it_reaches_a_room_an_alias_and_a_person() -> None:
    items = [
        outgoing(address, text=WAKE_UP) for address in ("!r:home.example", "#ronse:home.example", "@spoc:home.example")
    ]
    home = Home()
    with http_server(home) as server:
        outcomes = {outcome.delivery: outcome for outcome in channel(server.url).send(items)}
    assert {outcome.state for outcome in outcomes.values()} == {State.ACCEPTED}
    rooms = [home.events[str(item.delivery)][0] for item in items]
    assert rooms == ["!r:home.example", "!named:home.example", "!direct1:home.example"]
    assert outcomes[items[0].delivery].reference == f"${items[0].delivery}"


def test_a_person_keeps_one_conversation_also_after_a_restart() -> None:
    home = Home()
    with http_server(home) as server:
        for _ in range(2):
            list(channel(server.url).send([outgoing("@spoc:home.example", text=WAKE_UP) for _ in range(3)]))
    assert home.rooms == 1
    assert home.direct == {"@spoc:home.example": ["!direct1:home.example"]}


def test_a_second_attempt_has_the_same_transaction() -> None:
    home, item = Home(), outgoing("!r:home.example", text=WAKE_UP)
    with http_server(home) as server:
        list(channel(server.url).send([item]))
        list(channel(server.url).send([item]))
    assert len(home.events) == 1


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("!closed:home.example", "rejected"),
        ("!busy:home.example", "deferred"),
        ("#gone:home.example", "rejected"),
        ("spoc", "rejected"),
        ("@x", "rejected"),
    ],
)
def test_what_the_server_says_decides(address: str, state: str) -> None:
    with http_server(Home()) as server:
        (outcome,) = channel(server.url).send([outgoing(address, text=WAKE_UP)])
    assert outcome.state == state and outcome.detail


def test_a_token_that_is_no_longer_good_is_our_fault_not_the_recipients() -> None:
    with http_server(Home()) as server:
        bad = channel(server.url, token="stale")
        (outcome,) = bad.send([outgoing("!r:home.example", text=WAKE_UP)])
        assert outcome.state is State.DEFERRED
        assert "who are you" in bad.probe()[0]
        assert channel(server.url).probe() == ()


def test_a_dead_homeserver_defers() -> None:
    (outcome,) = channel(f"http://127.0.0.1:{free_port()}").send([outgoing("!r:home.example", text=WAKE_UP)])
    assert outcome.state is State.DEFERRED
