"""Chat works when a message sent by one session arrives in another, the room is there, and nobody comes in without a password."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import socket
import threading
import time
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

from paraat.cloud.access import VERIFIER, Access, NotVerified

PATIENCE = 10.0
"""Seconds for a login, a message, an answer."""


def verify(access: Access) -> list[str]:
    """What was proven of chat; NotVerified says what it did not do."""
    try:
        return [served(access), socketed(access), *_apart(talked, access)]
    except (OSError, TimeoutError) as error:
        raise NotVerified(f"Chat does not answer as it should: {error or type(error).__name__}") from error


def served(access: Access) -> str:
    """The web client's page, its scripts, and the tenant's own settings."""
    for path, wanted in (
        ("/", b"converse.min.js"),
        ("/start.js", b"initialize"),
        ("/dist/converse.min.js", b"converse"),
    ):
        if wanted not in _get(access, path):
            raise NotVerified(f"The web client's {path} is not what it should be")
    if json.loads(_get(access, "/config.json"))["domain"] != access.prepared.domain:
        raise NotVerified("The web client is told another domain")
    return "the web client's page with its settings"


def socketed(access: Access) -> str:
    """The websocket that the web client talks over (RFC 7395)."""
    key = base64.b64encode(os.urandom(16)).decode()
    host, port = access.address("chat")
    head = f"GET /xmpp-websocket HTTP/1.1\r\nHost: chat.{access.prepared.domain}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    head += f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n"
    with socket.create_connection((host, port), timeout=PATIENCE) as line:
        line.sendall(head.encode())
        if b" 101 " not in line.recv(4096).split(b"\r\n", 1)[0]:
            raise NotVerified("The web client's websocket is refused")
    return "the web client's websocket"


async def talked(access: Access) -> list[str]:
    """Two sessions of the verifier, a message between them that is not kept, the room, and those who must not come in."""
    began = time.monotonic()
    address = f"{VERIFIER}@{access.prepared.domain}"
    one, two = _client(address, access.password), _client(address, access.password)
    wrong, anonymous = _client(address, f"not-{uuid4()}"), _client(access.prepared.domain, "")
    try:
        for client in (one, two, wrong, anonymous):
            client.connect(*access.address("chat", "c2s"))
        if await asyncio.gather(*(_within(client.entered, "login") for client in (one, two))) != [True, True]:
            raise NotVerified("Chat does not let its verifier in")
        text = uuid4().hex
        message = one.make_message(mto=two.boundjid.full, mbody=text, mtype="chat")
        message.append(_no_store())
        message.send()
        if await _within(two.heard, "message") != text:
            raise NotVerified("A message arrived changed")
        took = (time.monotonic() - began) * 1000
        found = await one.plugin["xep_0030"].get_items(jid=f"rooms.{access.prepared.domain}", timeout=PATIENCE)
        if f"crisis@rooms.{access.prepared.domain}" not in {str(item[0]) for item in found["disco_items"]["items"]}:
            raise NotVerified("The room crisis is not there")
        for client, who in ((wrong, "a wrong password"), (anonymous, "somebody without an account")):
            if await _within(client.entered, "refusal"):
                raise NotVerified(f"Chat let {who} in")
    finally:
        for client in (one, two, wrong, anonymous):
            client.abort()
    return [
        f"a message between two sessions after {took:.0f} ms",
        "the room crisis",
        "a wrong password and somebody without an account are refused",
    ]


def _client(address: str, password: str) -> Any:
    """A session; `entered` says whether it was let in, `heard` what it was told."""
    import slixmpp

    client: Any = (
        slixmpp.ClientXMPP(address, password) if password else slixmpp.ClientXMPP(address, "", sasl_mech="ANONYMOUS")
    )
    loop = asyncio.get_running_loop()
    client.entered, client.heard = loop.create_future(), loop.create_future()
    client.enable_starttls, client.enable_direct_tls, client.enable_plaintext = False, False, True
    client.plugin["feature_mechanisms"].unencrypted_scram = True
    client.register_plugin("xep_0030")

    def settled(future: asyncio.Future[Any], value: Any) -> None:
        if not future.done():
            future.set_result(value)

    client.add_event_handler("session_start", lambda _: settled(client.entered, True))
    for refusal in ("failed_all_auth", "no_auth", "connection_failed", "disconnected"):
        client.add_event_handler(refusal, lambda _: settled(client.entered, False))
    client.add_event_handler("message", lambda message: settled(client.heard, str(message["body"])))
    return client


def _no_store() -> Any:
    """The hint that nothing of this is kept (XEP-0334)."""
    from xml.etree import ElementTree

    return ElementTree.Element("{urn:xmpp:hints}no-store")


async def _within(future: asyncio.Future[Any], what: str) -> Any:
    try:
        return await asyncio.wait_for(future, PATIENCE)
    except TimeoutError:
        raise NotVerified(f"Chat gave no {what} within {PATIENCE:.0f} s") from None


def _apart(talk: Any, access: Access) -> list[str]:
    """Run in a thread with a loop of its own: whoever calls may have one already."""
    said: list[list[str]] = []
    wrong: list[BaseException] = []

    logging.getLogger("slixmpp").setLevel(logging.CRITICAL)  # that others are refused is what is wanted, and no error

    def inside() -> None:
        try:
            said.append(asyncio.run(talk(access)))
        except (NotVerified, OSError, TimeoutError) as error:
            wrong.append(error)

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    if wrong:
        raise wrong[0]
    if not said:
        raise NotVerified("The chat client broke off")
    return said[0]


def _get(access: Access, path: str) -> bytes:
    with urlopen(access.url("chat", path), timeout=PATIENCE) as answer:  # noqa: S310  # http to our own service
        content: bytes = answer.read()
        return content
