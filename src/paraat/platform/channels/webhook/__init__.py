"""Webhook: a signed JSON POST to an address that a constituent or provider gave us. Retries are the caller's; the id stays the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlsplit

from paraat.platform import configuration
from paraat.platform.channels.base import Outcome, Outgoing, Real, State, deferred, rejected
from paraat.platform.channels.lanes import run
from paraat.platform.channels.posting import Answer, AnswerLost, ForbiddenAddress, NoAnswer, Poster
from paraat.platform.channels.routes import REST
from paraat.platform.channels.signature import signed


class WebhookChannel(Real):
    """Posts `payload`, signed with the recipient's own `secret`. `private` allows addresses inside private networks."""

    kind: ClassVar[str] = "webhook"

    def __init__(
        self, *, private: bool = False, connections: int = 8, timeout: float = 15.0, demonstration: bool
    ) -> None:
        super().__init__(demonstration=demonstration)
        self.connections, self._private, self._timeout = connections, private, timeout
        self._silent = Silent()

    def transmit(self, batch: Iterable[Outgoing]) -> Iterator[tuple[Outcome, ...]]:
        """Post each."""
        return run(
            batch,
            lambda: Messenger(Poster(private=self._private, timeout=self._timeout), self._silent),
            self.connections,
        )

    def probe(self) -> tuple[str, ...]:
        """Nothing of ours stands in between."""
        return ()


def configured(*, demonstration: bool) -> WebhookChannel:
    """The channel of this installation; every recipient brings its own address and secret."""
    return WebhookChannel(private=configuration.WEBHOOK_PRIVATE.get(), demonstration=demonstration)


class Silent:
    """Servers that did not answer a moment ago: the other messages for them need not wait for the same time-out."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def note(self, server: str) -> None:
        """This one did not answer."""
        with self._lock:
            self._until[server] = time.monotonic() + REST

    def __contains__(self, server: str) -> bool:
        with self._lock:
            return self._until.get(server, 0.0) > time.monotonic()


class Messenger:
    """One lane."""

    def __init__(self, poster: Poster, silent: Silent) -> None:
        self._poster, self._silent = poster, silent

    def carry(self, outgoing: Outgoing) -> Outcome:
        """Post one."""
        if outgoing.payload is None or not outgoing.secret:
            return rejected(outgoing, "a webhook needs a payload and the recipient's secret")
        try:
            server = urlsplit(outgoing.address).netloc
        except ValueError as fault:
            return rejected(outgoing, str(fault))
        if server in self._silent:
            return deferred(outgoing, f"{server} did not answer a moment ago")
        return self._post(outgoing, outgoing.payload, outgoing.secret, server)

    def _post(self, outgoing: Outgoing, payload: bytes, secret: bytes, server: str) -> Outcome:
        headers = {
            "Content-Type": "application/json",
            **signed(str(outgoing.delivery), payload, secret, datetime.now(UTC)),
        }
        try:
            return _outcome(outgoing, self._poster.send("POST", outgoing.address, payload, headers))
        except ForbiddenAddress as fault:
            return rejected(outgoing, str(fault))
        except AnswerLost as fault:
            self._silent.note(server)
            return deferred(outgoing, str(fault), perhaps_twice=True)
        except NoAnswer as fault:
            self._silent.note(server)
            return deferred(outgoing, str(fault))

    def close(self) -> None:
        """Close the connections."""
        self._poster.close()


def _outcome(outgoing: Outgoing, answer: Answer) -> Outcome:
    if answer.accepted:
        return Outcome(outgoing.delivery, State.ACCEPTED, reference=str(answer.status))
    said = f"{answer.status} {answer.body[:200].decode('utf-8', 'replace')}".strip()
    if 300 <= answer.status < 400:
        return rejected(outgoing, f"{answer.status}: redirects are not followed; the address on file needs correcting")
    return deferred(outgoing, said) if answer.later else rejected(outgoing, said)
