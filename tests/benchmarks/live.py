"""One side of the live benchmark: serve streams in this process, have another read them, and time what an event costs here.

Ours is the live app as it runs, without the LISTEN that costs the same per event however many watch. The bare one has a queue per stream and
nothing else: no topics, no token, no bound, no catching up, no sign of life. Events are paced, so that neither side sends two at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any, NoReturn

os.environ |= {"PARAAT_MODE": "test", "PARAAT_HOME": os.environ.get("PARAAT_HOME") or tempfile.mkdtemp()}

import uvicorn

from paraat.platform import live
from paraat.platform.live_app import Hub, LiveApp

PACE = 0.08
"""Seconds between events: more than 1,000 deliveries take."""


class Bare:
    """The barest app that sends server-sent events."""

    def __init__(self) -> None:
        self.queues: set[asyncio.Queue[bytes]] = set()
        self.number = 0

    def publish(self, topic: str, identifier: str) -> None:
        self.number += 1
        frame = f"id: {self.number}\nevent: {topic}\ndata: {identifier}\n\n".encode()
        for queue in self.queues:
            queue.put_nowait(frame)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self.queues.add(queue)
        await send({"type": "http.response.body", "body": b": hello\n\n", "more_body": True})
        while True:
            await send({"type": "http.response.body", "body": await queue.get(), "more_body": True})


def sides(name: str) -> tuple[Any, Callable[[str, str], None], Callable[[], int]]:
    """The app, its publish, and how many streams it has."""
    if name == "bare":
        bare = Bare()
        return bare, bare.publish, lambda: len(bare.queues)
    hub = Hub()
    return LiveApp(hub, dsn="", origins=frozenset()), hub.publish, lambda: len(hub.everybody())


async def serve(name: str, streams: int, events: int) -> NoReturn:
    """Print the microseconds of this process's processor time per delivery, and end."""
    app, publish, joined = sides(name)
    listener = socket.create_server(("127.0.0.1", 0), backlog=streams)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve([listener]))
    assert not serving.done()
    port = listener.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.live",
        "read",
        str(port),
        str(streams),
        str(events),
        live.token(["board"]),
    ]
    reader = await asyncio.create_subprocess_exec(*command)
    while joined() < streams:
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    began = time.process_time()
    for number in range(events):
        publish("board", f"01a20008-6f2c-7523-93ab-{number:012d}")
        await asyncio.sleep(PACE)
    await asyncio.wait_for(reader.wait(), 60)
    spent = time.process_time() - began
    assert reader.returncode == 0
    print(json.dumps({"us": spent / (events * streams) * 1e6}), flush=True)
    os._exit(0)  # the server would complain of a thousand readers that have gone


async def read(port: int, streams: int, events: int, token: str) -> None:
    """Open the streams and read until each has had every event."""
    await asyncio.gather(*(_read_one(port, events, token) for _ in range(streams)))


async def _read_one(port: int, events: int, token: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /live/?token={token} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    seen = 0
    while seen < events:
        line = await reader.readline()
        assert line, "the stream ended"
        seen += line.startswith(b"event: board")
    writer.close()


def main() -> None:
    """`bare|ours STREAMS EVENTS`, or `read PORT STREAMS EVENTS TOKEN`."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    what, *rest = sys.argv[1:]
    if what == "read":
        asyncio.run(read(int(rest[0]), int(rest[1]), int(rest[2]), rest[3]))
        return
    asyncio.run(serve(what, int(rest[0]), int(rest[1])))


if __name__ == "__main__":
    main()
