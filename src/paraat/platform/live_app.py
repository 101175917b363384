"""The live process: a bare ASGI app that fans PostgreSQL's NOTIFY out as server-sent events (WHATWG HTML, section 9.2). It knows no Django.

One connection listens. Every stream has a bounded queue; a reader that is too slow, or comes back after more than the ring remembers, or lived
through a gap in the listening, is told to `resync`: fetch everything that it shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

import psycopg

from paraat.kernel.errors import NotAllowed
from paraat.platform import configuration, live

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

QUEUE = 200
"""Events that a stream may lag behind before it is told to resync."""
RING = 5000
"""Events remembered for those who reconnect."""
REST = 0.2
"""Seconds in which the same change of the same thing is told once more at the end, however often it is told to us: fifty changes a second of a room
that two hundred watch are ten thousand frames a second, and a page fetches once a second whatever it hears."""
HEARTBEAT = 15.0
"""Seconds between signs of life, so that proxies keep the connection and a page notices its loss."""

_log = logging.getLogger("paraat.live")


class Stream:
    """One open connection: what waits to be sent to it."""

    __slots__ = ("closed", "pending", "wake")

    def __init__(self) -> None:
        self.pending: list[bytes] = []
        self.wake: asyncio.Future[None] | None = None
        self.closed = False

    def push(self, frame: bytes, resync: bytes) -> None:
        """Queue a frame; a full queue is thrown away for one `resync`."""
        if len(self.pending) >= QUEUE:
            self.pending = [resync]
        else:
            self.pending.append(frame)
        self._awake()

    def close(self) -> None:
        """End the stream after what waits has been sent."""
        self.closed = True
        self._awake()

    async def take(self) -> bytes:
        """Everything that waits, in one piece; empty when the stream was closed."""
        if not self.pending and not self.closed:
            self.wake = asyncio.get_running_loop().create_future()
            await self.wake
        frames, self.pending = self.pending, []
        return frames[0] if len(frames) == 1 else b"".join(frames)

    def _awake(self) -> None:
        if self.wake is not None and not self.wake.done():
            self.wake.set_result(None)


class Hub:
    """All streams by topic, and the last events. An event's id is the epoch of this process and a number that grows."""

    def __init__(self) -> None:
        self.epoch = secrets.token_hex(4)
        self.number = 0
        self.streams: defaultdict[str, set[Stream]] = defaultdict(set)
        self.ring: deque[tuple[int, str, bytes]] = deque(maxlen=RING)
        self.delivered = 0
        self.resting: dict[tuple[str, str], bool] = {}  # told a moment ago -> whether it changed again since

    def publish(self, topic: str, identifier: str) -> None:
        """Queue one event for everybody who watches the topic: at once, and what follows within `REST` as one at its end."""
        if (topic, identifier) in self.resting:
            self.resting[topic, identifier] = True
            return
        self._tell(topic, identifier)
        with contextlib.suppress(RuntimeError):  # without a loop nothing can come later
            asyncio.get_running_loop().call_later(REST, self._rested, topic, identifier)
            self.resting[topic, identifier] = False

    def _rested(self, topic: str, identifier: str) -> None:
        if self.resting.pop((topic, identifier)):
            self.publish(topic, identifier)

    def _tell(self, topic: str, identifier: str) -> None:
        self.number += 1
        frame = f"id: {self.epoch}-{self.number}\nevent: {topic}\ndata: {identifier or '-'}\n\n".encode()
        self.ring.append((self.number, topic, frame))
        watching = self.streams.get(topic, ())
        resync = self.resync() if watching else b""
        for stream in watching:
            stream.push(frame, resync)
        self.delivered += len(watching)

    def resync(self) -> bytes:
        """The frame that says: fetch everything that you show."""
        return f"id: {self.epoch}-{self.number}\nevent: resync\ndata: all\n\n".encode()

    def everybody(self) -> set[Stream]:
        """Every open stream."""
        return set().union(*self.streams.values())

    def tell_all(self, frame: bytes) -> None:
        """Queue a frame for every stream."""
        for stream in self.everybody():
            stream.push(frame, frame)

    def join(self, stream: Stream, topics: Iterable[str], last: str) -> None:
        """Add a stream, with what it missed since the event id `last`; without one it starts now."""
        wanted = set(topics)
        for topic in wanted:
            self.streams[topic].add(stream)
        stream.pending.extend(self._missed(wanted, last) if last else [])

    def leave(self, stream: Stream, topics: Iterable[str]) -> None:
        """Remove a stream."""
        for topic in topics:
            self.streams[topic].discard(stream)
            if not self.streams[topic]:
                del self.streams[topic]

    def _missed(self, topics: set[str], last: str) -> list[bytes]:
        epoch, _, number = last.partition("-")
        oldest = self.ring[0][0] if self.ring else self.number + 1
        if epoch != self.epoch or not number.isdigit() or not oldest - 1 <= int(number) <= self.number:
            return [self.resync()]
        missed = [frame for seen, topic, frame in self.ring if seen > int(number) and topic in topics]
        return missed if len(missed) < QUEUE else [self.resync()]


class LiveApp:
    """The ASGI app: `GET /live/?token=...` is a stream, `/healthz` says whether it listens."""

    def __init__(self, hub: Hub, *, dsn: str, origins: frozenset[str]) -> None:
        self.hub = hub
        self.dsn = dsn
        self.origins = origins
        self.listening = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"].rstrip("/") in {"", "/live"}:
            await self._stream(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/healthz":
            await _answer(send, 200 if self.listening else 503, b"ok\n" if self.listening else b"not listening\n")
        elif scope["type"] == "http":
            await _answer(send, 404, b"not found\n")

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and origin not in self.origins:
            return await _answer(send, 403, b"another site's page\n")
        try:
            ticket = _ticket(scope)
        except NotAllowed as error:
            return await _answer(send, 403, f"{error}\n".encode())
        allow = [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"origin")] if origin else []
        await send({"type": "http.response.start", "status": 200, "headers": [*_STREAM_HEADERS, *allow]})
        stream = Stream()
        last = headers.get(b"last-event-id", b"").decode("latin-1") or _query(scope, "last")
        self.hub.join(stream, ticket.topics, last)
        here = "" if last else f"id: {self.hub.epoch}-{self.hub.number}\n"
        gone = asyncio.create_task(_until_gone(receive, stream))
        try:
            await _pump(stream, send, first=f"retry: 2000\n{here}\n".encode())
        finally:
            gone.cancel()
            self.hub.leave(stream, ticket.topics)
        return None

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        tasks = [asyncio.create_task(self._listen_forever()), asyncio.create_task(self._beat_forever())]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            task.cancel()
        for stream in self.hub.everybody():
            stream.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _listen_forever(self) -> None:
        """Listen; after a lost connection listen again, and have everybody resync, for nobody knows what was missed."""
        pause = 0.2
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {live.CHANNEL}")
                    self.listening, pause = True, 0.2
                    self.hub.tell_all(self.hub.resync())
                    async for notice in connection.notifies():
                        topic, _, identifier = notice.payload.partition(" ")
                        self.hub.publish(topic, identifier)
            except psycopg.Error as error:
                _log.warning("the database does not answer", extra={"reason": str(error)})
            self.listening = False
            await asyncio.sleep(pause)
            pause = min(5.0, pause * 2)

    async def _beat_forever(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            beat = b"event: beat\ndata: -\n\n"  # an event, for a comment is hidden from the page, which must see the silence
            for stream in self.hub.everybody():
                if not stream.pending:
                    stream.push(beat, beat)


def application() -> LiveApp:
    """The app of this installation."""
    from paraat.platform import database

    port = configuration.PORT.get()
    own = {configuration.public_url()}
    if not configuration.is_production():
        own |= {f"http://localhost:{port}", f"http://127.0.0.1:{port}"}
    return LiveApp(Hub(), dsn=database.dsn(), origins=frozenset(own))


_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def _query(scope: Scope, name: str) -> str:
    given: str = parse_qs(scope["query_string"].decode("latin-1")).get(name, [""])[0]
    return given


def _ticket(scope: Scope) -> live.Ticket:
    ticket = live.read(_query(scope, "token"))
    if ticket.expires < time.time():
        raise NotAllowed("This live token has expired")
    return ticket


async def _pump(stream: Stream, send: Send, *, first: bytes) -> None:
    """Send what waits, until the stream ends."""
    await send({"type": "http.response.body", "body": first, "more_body": True})
    while frames := await stream.take():
        await send({"type": "http.response.body", "body": frames, "more_body": True})
    with contextlib.suppress(OSError):
        await send({"type": "http.response.body", "body": b""})


async def _until_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.pending = []
    stream.close()


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
