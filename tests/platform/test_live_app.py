"""The live process: who may listen, what arrives, what a slow or returning reader gets. The app runs bare, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from paraat.platform import live
from paraat.platform.live_app import QUEUE, REST, RING, Hub, LiveApp

ORIGIN = "http://localhost:8000"


class Reader:
    """A browser that opened a stream: what it was sent so far."""

    def __init__(self, app: LiveApp, token: str, *, last: str = "", origin: str = ORIGIN) -> None:
        self.sent: list[dict[str, Any]] = []
        self.left = asyncio.Event()
        headers = [(b"origin", origin.encode())] + ([(b"last-event-id", last.encode())] if last else [])
        scope = {"type": "http", "path": "/live/", "query_string": f"token={token}".encode(), "headers": headers}
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.sent.append(dict(message))

    async def leave(self) -> None:
        self.left.set()
        await self.task

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    def events(self) -> list[tuple[str, str]]:
        text = b"".join(one.get("body", b"") for one in self.sent[1:]).decode()
        blocks = [
            dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in text.split("\n\n")
        ]
        return [(block["event"], block["data"]) for block in blocks if "event" in block]

    def last(self) -> str:
        text = b"".join(one.get("body", b"") for one in self.sent[1:]).decode()
        return [line[4:] for line in text.splitlines() if line.startswith("id: ")][-1]


def _app() -> LiveApp:
    return LiveApp(Hub(), dsn="", origins=frozenset({ORIGIN}))


def _run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 10))


async def _settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_reader_gets_its_topics_and_no_other() -> None:
    async def test() -> None:
        app = _app()
        reader = Reader(app, live.token(["board"]))
        await _settled()
        app.hub.publish("board", "1")
        app.hub.publish("alert:secret", "2")
        await _settled()
        assert reader.events() == [("board", "1")]
        await reader.leave()

    _run(test())


def test_without_a_valid_token_nobody_listens() -> None:
    async def test() -> None:
        app = _app()
        for token in ("", "forged", live.write(live.Ticket(("board",), "", 1))):
            reader = Reader(app, token)
            await reader.task
            assert reader.status == 403

    _run(test())


def test_another_sites_page_does_not_listen() -> None:
    async def test() -> None:
        reader = Reader(_app(), live.token(["board"]), origin="https://evil.example")
        await reader.task
        assert reader.status == 403

    _run(test())


def test_who_comes_back_gets_what_he_missed() -> None:
    async def test() -> None:
        app = _app()
        reader = Reader(app, live.token(["board"]))
        await _settled()
        app.hub.publish("board", "1")
        await _settled()
        await reader.leave()
        app.hub.publish("board", "2")
        app.hub.publish("other", "3")
        again = Reader(app, live.token(["board"]), last=reader.last())
        await _settled()
        assert again.events() == [("board", "2")]
        await again.leave()

    _run(test())


def test_who_was_away_too_long_is_told_to_fetch_everything() -> None:
    async def test() -> None:
        app = _app()
        first = f"{app.hub.epoch}-0"
        for number in range(RING + 1):
            app.hub.publish("board", str(number))
        for last in (first, "another-process-7", f"{app.hub.epoch}-{RING * 9}", "nonsense"):
            reader = Reader(app, live.token(["board"]), last=last)
            await _settled()
            assert reader.events() == [("resync", "all")], last
            await reader.leave()

    _run(test())


def test_a_reader_that_is_too_slow_is_told_to_fetch_everything() -> None:
    async def test() -> None:
        app = _app()
        reader = Reader(app, live.token(["board"]))
        await _settled()
        for number in range(QUEUE + 50):
            app.hub.publish("board", str(number))
        await _settled()
        assert reader.events()[0] == ("resync", "all")
        assert len(reader.events()) <= QUEUE
        await reader.leave()

    _run(test())


def test_a_reader_that_leaves_leaves_nothing_behind() -> None:
    async def test() -> None:
        app = _app()
        reader = Reader(app, live.token(["board", "alert:1"]))
        await _settled()
        assert len(app.hub.everybody()) == 1
        await reader.leave()
        assert not app.hub.streams

    _run(test())


def test_the_same_change_again_and_again_is_told_at_once_and_once_more_at_the_end() -> None:
    async def test() -> None:
        app = _app()
        reader = Reader(app, live.token(["room"]))
        await _settled()
        for _ in range(50):
            app.hub.publish("room", "1")
        app.hub.publish("room", "2")
        await _settled()
        assert reader.events() == [("room", "1"), ("room", "2")]
        await asyncio.sleep(REST * 1.5)
        assert reader.events() == [("room", "1"), ("room", "2"), ("room", "1")], "the last change must not be lost"
        await asyncio.sleep(REST)
        assert len(reader.events()) == 3 and not app.hub.resting
        app.hub.publish("room", "1")
        await _settled()
        assert len(reader.events()) == 4
        await reader.leave()

    _run(test())
