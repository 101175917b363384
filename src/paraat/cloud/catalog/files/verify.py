"""Proves that the shared folder works as a WebDAV client uses it: write, read, save again, list, remove; strangers refused."""

from __future__ import annotations

import secrets
import time
from http.client import HTTPConnection, HTTPException

from paraat.cloud.access import Access, NotVerified
from paraat.cloud.catalog.files.dav import headers

PATIENCE = 15.0  # seconds


def verify(access: Access) -> list[str]:
    """A file goes in, comes out the same, is saved again, listed and removed; nobody reads or writes without the right password."""
    name = f"/verify-{secrets.token_hex(8)}.txt"
    first, second = secrets.token_bytes(4096), secrets.token_bytes(64)
    try:
        _put(access, name, first)
        _same(access, name, first)
        _put(access, name, second)
        _same(access, name, second)
        code, listed = _ask(access, "PROPFIND", "/", headers={"Depth": "1"})
        if code != 207 or name[1:].encode() not in listed:
            raise NotVerified(f"WebDAV does not list the folder: {code}")
        _refused(access, name)
    finally:
        code, _ = _ask(access, "DELETE", name)
    if code not in {200, 204} or _ask(access, "GET", name)[0] != 404:
        raise NotVerified(f"A file cannot be removed: {code}")
    return ["a file written, read, saved again, listed and removed over WebDAV", "anonymous and wrong password refused"]


def _refused(access: Access, name: str) -> None:
    """Neither without a password nor with a wrong one."""
    wrong = headers(access, "wrong-" + secrets.token_hex(4))
    anybody = {"X-Forwarded-For": wrong["X-Forwarded-For"]}
    for who, sent in (("anybody", anybody), ("a wrong password", wrong)):
        for method, path in (("GET", name), ("PROPFIND", "/"), ("PUT", name + ".x"), ("DELETE", name)):
            code, body = _raw(access, method, path, b"x" if method == "PUT" else None, sent)
            if code not in {401, 403, 404}:  # 404: not even whether it is there
                raise NotVerified(f"{method} is open to {who}: {code} {body[:60]!r}")
        code, body = _raw(access, "GET", "/", None, sent)
        if name[1:].encode() in body:
            raise NotVerified(f"The folder is listed to {who}")


def _put(access: Access, name: str, content: bytes) -> None:
    """Tried again until the service takes it: it starts while we ask, and reads the accounts when they are there."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            code, _ = _ask(access, "PUT", name, content)
        except (OSError, HTTPException):
            code = 0
        if code in {200, 201, 204}:
            return
        if time.monotonic() > until:
            raise NotVerified(f"A file cannot be written over WebDAV: {code or 'no answer'}")
        time.sleep(0.05)


def _same(access: Access, name: str, content: bytes) -> None:
    code, body = _ask(access, "GET", name)
    if code != 200 or body != content:
        raise NotVerified(f"A file does not come out as it went in: {code}, {len(body)} of {len(content)} bytes")


def _ask(
    access: Access, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """As the verifier."""
    from paraat.cloud.catalog.files import dav

    return _raw(access, method, path, body, dav.headers(access) | (headers or {}))


def _raw(access: Access, method: str, path: str, body: bytes | None, sent: dict[str, str]) -> tuple[int, bytes]:
    connection = HTTPConnection(*access.address("files"), timeout=15)
    try:
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
