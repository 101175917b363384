"""Servers that a channel talks to in these tests: real ones, and ones that break at a chosen moment."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class Inbox:
    """An aiosmtpd handler: keeps what it accepts, answers RCPT as told (`{"x@y": "450 4.2.0 greylisted"}`)."""

    answers: dict[str, str] = field(default_factory=dict)
    once: bool = False
    delay: float = 0.0
    envelopes: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.answers.pop(address, "") if self.once else self.answers.get(address, "")
        if said:
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.delay:
            import asyncio

            await asyncio.sleep(self.delay)
        self.envelopes.append(envelope)
        return f"250 OK queued as {len(self.envelopes)}"

    @property
    def recipients(self) -> list[str]:
        return [recipient for envelope in self.envelopes for recipient in envelope.rcpt_tos]


@contextlib.contextmanager
def smtp_server(inbox: Inbox, **options: Any) -> Iterator[int]:
    """A real SMTP server; gives its port."""
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), server_hostname="sink.example", **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


class BreakingSmtp(socketserver.ThreadingTCPServer):
    """Speaks enough SMTP to break off at a chosen moment: `at` is "connect", "mail", "data" (mid-message), "answer" or "after"."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, at: str, *, times: int = 10**9, per_connection: int = 10**9) -> None:
        super().__init__(("127.0.0.1", 0), _Breaking)
        self.at, self.times, self.per_connection = at, times, per_connection
        self.taken: list[str] = []
        self.connections = 0
        self.lock = threading.Lock()

    def breaks(self, here: str) -> bool:
        with self.lock:
            if here != self.at or self.times <= 0:
                return False
            self.times -= 1
            return True


class _Breaking(socketserver.StreamRequestHandler):
    server: BreakingSmtp

    def handle(self) -> None:
        self.server.connections += 1
        taken = 0
        if self.server.breaks("connect"):
            return self._cut()
        self._say("220 breaking.example")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"QUIT":
                return self._say("221 bye")
            if word == b"MAIL" and (self.server.breaks("mail") or taken >= self.server.per_connection):
                self._say("421 4.7.0 too many messages, closing")
                return None
            if word == b"RCPT":
                self.recipient = line.decode().partition("<")[2].partition(">")[0]
            if word != b"DATA":
                self._say("250 OK")
                continue
            self._say("354 go on")
            if self.server.breaks("data"):
                self.rfile.readline()
                return self._cut()
            while self.rfile.readline() != b".\r\n":
                pass
            if self.server.breaks("answer"):
                return self._cut()
            taken += 1
            self.server.taken.append(self.recipient)
            self._say("250 OK taken")
            if self.server.breaks("after"):
                return self._cut()
        return None

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _cut(self) -> None:
        """A reset, as when the server's process is killed."""
        import struct

        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


@contextlib.contextmanager
def breaking_smtp(at: str, **options: int) -> Iterator[BreakingSmtp]:
    server = BreakingSmtp(at, **options)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def smtp_process(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """An SMTP server in a process of its own, to be killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    )
    try:
        _wait_for(port)
        yield process
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the server did not start")


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")


Answerer = Callable[[Request], tuple[int, Any]]


class HttpServer(ThreadingHTTPServer):
    """A real HTTP server that keeps what it was asked. `answerer` returns status and JSON; status 0 hangs up without an answer."""

    daemon_threads = True

    def __init__(self, answerer: Answerer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answerer = answerer
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: HttpServer

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.server.requests.append(request)
        status, content = self.server.answerer(request)
        if status == 0:
            self.close_connection = True
            return
        answer = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = _any

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextlib.contextmanager
def http_server(answerer: Answerer = lambda _: (200, {"id": "g-1"})) -> Iterator[HttpServer]:
    server = HttpServer(answerer)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
