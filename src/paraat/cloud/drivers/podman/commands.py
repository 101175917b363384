"""A command in a running container, with bytes in and bytes out, over podman's socket.

The command goes in the body of a call, so that no process list of the host shows it before it runs; a secret belongs in `stdin`.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Sequence

from paraat.cloud.drivers.base import EngineFailed
from paraat.cloud.drivers.podman.engine import Engine

SECONDS = 600.0
"""How long a command may be silent."""


def run(engine: Engine, container: str, command: Sequence[str], stdin: bytes) -> bytes:
    """What it wrote to its output. EngineFailed with its error output when it fails."""
    made = engine.post(
        f"/containers/{container}/exec",
        {"Cmd": list(command), "AttachStdin": bool(stdin), "AttachStdout": True, "AttachStderr": True, "Tty": False},
    )
    output, errors = _attached(engine, made["Id"], stdin)
    code = engine.get(f"/exec/{made['Id']}/json")["ExitCode"]
    if code:
        said = (errors or output).decode(errors="replace").strip()[-600:]
        raise EngineFailed(f"{command[0]} ended with {code}: {said}", container=container)
    return output


def _attached(engine: Engine, identity: str, stdin: bytes) -> tuple[bytes, bytes]:
    """Start it and talk to it: after the answer's head the connection is the command's own."""
    body = b'{"Detach":false,"Tty":false}'
    head = (
        f"POST /v4.0.0/libpod/exec/{identity}/start HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
        f"Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(SECONDS)
        line.connect(str(engine.socket))
        line.sendall(head.encode() + body)
        answer = _head(line)
        if b" 101 " not in answer and b" 200 " not in answer:
            raise EngineFailed(f"podman: {answer[:300].decode(errors='replace')}")
        if stdin:
            line.sendall(stdin)
            line.shutdown(socket.SHUT_WR)
        return _sorted(_read(line))


def _head(line: socket.socket) -> bytes:
    got = b""
    while not got.endswith(b"\r\n\r\n"):
        more = line.recv(1)
        if not more:
            raise EngineFailed("podman ended the connection")
        got += more
    return got


def _read(line: socket.socket) -> bytes:
    got = bytearray()
    while more := line.recv(1 << 16):
        got += more
    return bytes(got)


def frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The pieces of a multiplexed stream: which (1 output, 2 errors) and what. A piece cut short ends it."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        yield data[at], data[at + 8 : at + 8 + size]
        at += 8 + size


def _sorted(data: bytes) -> tuple[bytes, bytes]:
    output, errors = bytearray(), bytearray()
    for which, piece in frames(data):
        (errors if which == 2 else output).extend(piece)
    if data and not output and not errors and data[:1] == b"{":  # an error in place of a stream
        raise EngineFailed(f"podman: {json.loads(data).get('message', '')}")
    return bytes(output), bytes(errors)
