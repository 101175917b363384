"""Matrix: a wake-up in a room, or in the direct conversation with a person. The transaction id is the delivery, so the server itself
drops a second copy (Matrix client-server API, section 'Sending events to a room')."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import quote

from paraat.kernel.errors import Refused, Unreachable
from paraat.platform import configuration
from paraat.platform.channels import short
from paraat.platform.channels.base import NotConfigured, Outcome, Outgoing, Real, State, deferred, rejected
from paraat.platform.channels.lanes import run
from paraat.platform.channels.posting import Answer, AnswerLost, NoAnswer, Poster


@dataclass(frozen=True, slots=True)
class Homeserver:
    """The server that our account lives on, and the account's access token."""

    url: str
    token: str = field(default="", repr=False)
    timeout: float = 15.0


class MatrixDown(Unreachable):
    """The Matrix server does not serve us now."""


class MatrixRefused(Refused):
    """The Matrix server refuses this recipient."""


class MatrixChannel(Real):
    """Sends to `!room:server`, `#alias:server` or `@person:server`."""

    kind: ClassVar[str] = "matrix"

    def __init__(self, *, homeserver: Homeserver, connections: int = 2, demonstration: bool) -> None:
        super().__init__(demonstration=demonstration)
        self.homeserver, self.connections = homeserver, connections
        self._directory = Directory()

    def transmit(self, batch: Iterable[Outgoing]) -> Iterator[tuple[Outcome, ...]]:
        """Send each."""
        return run(batch, lambda: Correspondent(Client(self.homeserver), self._directory), self.connections)

    def probe(self) -> tuple[str, ...]:
        """Whether our account is still welcome."""
        client = Client(self.homeserver)
        try:
            client.call("GET", "account/whoami")
        except (MatrixDown, MatrixRefused, AnswerLost) as fault:
            return (f"Matrix: {fault}",)
        finally:
            client.close()
        return ()


def configured(*, demonstration: bool) -> MatrixChannel:
    """The channel of this installation. Raises NotConfigured."""
    homeserver = Homeserver(configuration.MATRIX_URL.get(), configuration.MATRIX_TOKEN.get())
    if not demonstration and not (homeserver.url and homeserver.token):
        raise NotConfigured(settings="PARAAT_MATRIX_URL, PARAAT_MATRIX_TOKEN")
    return MatrixChannel(homeserver=homeserver, demonstration=demonstration)


class Client:
    """Calls to one homeserver over one connection."""

    def __init__(self, homeserver: Homeserver) -> None:
        self._base = homeserver.url.rstrip("/") + "/_matrix/client/v3/"
        self._headers = {"Authorization": f"Bearer {homeserver.token}", "Content-Type": "application/json"}
        self._poster = Poster(private=True, timeout=homeserver.timeout)

    def call(self, method: str, path: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
        """One call. Raises MatrixDown for what may pass, MatrixRefused for what will not, AnswerLost."""
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        try:
            answer = self._poster.send(method, self._base + path, body, self._headers)
        except NoAnswer as fault:
            raise MatrixDown(str(fault)) from fault
        found = _content(answer)
        if answer.accepted:
            return found
        said = f"{answer.status} {found.get('errcode', '')} {found.get('error', '')}".strip()
        raise MatrixDown(said) if answer.later or answer.status == 401 else MatrixRefused(said)

    def close(self) -> None:
        """Close the connection."""
        self._poster.close()


class Directory:
    """Which room is the conversation with whom; shared by the lanes, and kept on the server as other Matrix clients do (`m.direct`)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rooms: dict[str, str] = {}

    def room(self, client: Client, address: str) -> str:
        """The id of the room for an address."""
        if address.startswith("!"):
            return address
        with self._lock:
            if address not in self._rooms:
                self._rooms[address] = (
                    _alias(client, address) if address.startswith("#") else _conversation(client, address)
                )
            return self._rooms[address]


class Correspondent:
    """One lane."""

    def __init__(self, client: Client, directory: Directory) -> None:
        self._client, self._directory = client, directory

    def carry(self, outgoing: Outgoing) -> Outcome:
        """Send one."""
        refusal = short.refusal("matrix", outgoing.text)
        if refusal or outgoing.address[:1] not in {"!", "#", "@"} or ":" not in outgoing.address:
            return rejected(outgoing, refusal or f"{outgoing.address!r} is no Matrix room or person")
        try:
            room = self._directory.room(self._client, outgoing.address)
            path = f"rooms/{quote(room, safe='')}/send/m.room.message/{outgoing.delivery}"
            found = self._client.call("PUT", path, {"msgtype": "m.text", "body": outgoing.text})
        except MatrixRefused as fault:
            return rejected(outgoing, str(fault))
        except (
            MatrixDown,
            AnswerLost,
        ) as fault:  # a second attempt has the same transaction id, so it is not sent twice
            return deferred(outgoing, str(fault))
        return Outcome(outgoing.delivery, State.ACCEPTED, reference=str(found.get("event_id", ""))[:200])

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def _alias(client: Client, alias: str) -> str:
    return str(client.call("GET", f"directory/room/{quote(alias, safe='')}").get("room_id", ""))


def _conversation(client: Client, person: str) -> str:
    """The room that account data names for this person, else a new one to which the person is invited."""
    me = quote(str(client.call("GET", "account/whoami").get("user_id", "")), safe="")
    known = _direct(client, me)
    if known.get(person):
        return str(known[person][0])
    invitation = {"is_direct": True, "invite": [person], "preset": "trusted_private_chat"}
    room = str(client.call("POST", "createRoom", invitation)["room_id"])
    client.call("PUT", f"user/{me}/account_data/m.direct", {**known, person: [room]})
    return room


def _direct(client: Client, me: str) -> dict[str, Any]:
    try:
        return client.call("GET", f"user/{me}/account_data/m.direct")
    except MatrixRefused:  # 404: no direct conversation yet
        return {}


def _content(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
