"""An SMTP server that accepts everything and keeps nothing, in a process of its own: `python smtp_sink.py` prints its port.

Leaner than any mail server, so that what is measured is the sender. It speaks real SMTP: greeting, EHLO, MAIL, RCPT, DATA, RSET, QUIT, and
offers PIPELINING as Postfix, Exim and Exchange do; with the argument `in-turn` it does not, as a few old appliances.
"""

from __future__ import annotations

import asyncio
import sys

OFFERED = b"250-sink.example\r\n" + (b"" if "in-turn" in sys.argv else b"250-PIPELINING\r\n") + b"250 8BITMIME\r\n"


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._waiting = b""
        self._in_message = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while self._message() if self._in_message else self._command():
            pass

    def _message(self) -> bool:
        end = self._waiting.find(b"\r\n.\r\n")
        if end < 0:
            return False
        self._waiting = self._waiting[end + 5 :]
        self._in_message = False
        self.transport.write(b"250 2.0.0 taken\r\n")
        return True

    def _command(self) -> bool:
        line, end, rest = self._waiting.partition(b"\r\n")
        if not end:
            return False
        self._waiting = rest
        word = line[:4].upper()
        if word == b"EHLO":
            self.transport.write(OFFERED)
        elif word == b"DATA":
            self._in_message = True
            self.transport.write(b"354 go on\r\n")
        elif word == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 2.0.0 OK\r\n")
        return True


async def serve() -> None:
    """Until the process ends."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
