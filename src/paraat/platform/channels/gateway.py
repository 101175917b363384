"""SMS and voice by a gateway: a signed JSON POST to one of our own kind, or a vendor's through apprise. First and second route.

The POST is `{"kind","to","text","language","reference"}`; `reference` and the Idempotency-Key are the delivery, so that a gateway can
recognise a second attempt. Voice gateways speak `text` and report the key pressed to our own address with the same reference.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import ClassVar, Protocol
from urllib.parse import quote, urlsplit

from paraat.kernel.errors import SettingError
from paraat.platform import configuration
from paraat.platform.channels import short
from paraat.platform.channels.base import NotConfigured, Outcome, Outgoing, Real, State, by_route, deferred, rejected
from paraat.platform.channels.lanes import run
from paraat.platform.channels.phone import NotANumber, e164
from paraat.platform.channels.posting import Answer, AnswerLost, ForbiddenAddress, NoAnswer, Poster, reachable
from paraat.platform.channels.routes import RouteDown, Routes
from paraat.platform.channels.signature import signed
from paraat.platform.setting import Setting


@dataclass(frozen=True, slots=True)
class GatewayRoute:
    """`https://gateway.example/send` is a signed POST; any other scheme is an apprise URL with `{to}` where the number belongs,
    such as `twilio://SID:token@+3225550100/{to}`. `secret` signs the POST."""

    url: str
    secret: bytes = field(default=b"", repr=False)
    timeout: float = 15.0

    @property
    def own_kind(self) -> bool:
        """Whether this is a gateway that takes our signed POST."""
        return self.url.startswith(("https://", "http://"))


class OneMessageFailed(RouteDown):
    """This route did not take this message; nothing is known about the next."""


class Carrier(Protocol):
    """One open route."""

    def carry(self, outgoing: Outgoing) -> Outcome:
        """Send one; RouteDown when another route should be tried."""

    def close(self) -> None:
        """Close connections."""


class SignedPost:
    """Speaks to a gateway that takes our JSON."""

    def __init__(self, kind: str, route: GatewayRoute) -> None:
        self._kind, self._route = kind, route
        self._poster = Poster(private=True, timeout=route.timeout)  # the operator chose this address, not a constituent

    def carry(self, outgoing: Outgoing) -> Outcome:
        """Send one."""
        body = _body(self._kind, outgoing)
        headers = {
            "Content-Type": "application/json",
            **signed(str(outgoing.delivery), body, self._route.secret, datetime.now(UTC)),
        }
        try:
            answer = self._poster.send("POST", self._route.url, body, headers)
        except AnswerLost as fault:
            return deferred(outgoing, str(fault), perhaps_twice=True)
        except (NoAnswer, ForbiddenAddress) as fault:
            raise RouteDown(str(fault)) from fault
        return _outcome(outgoing, answer)

    def close(self) -> None:
        """Close the connection."""
        self._poster.close()


class ThroughApprise:
    """Speaks to a vendor with apprise, which says only whether it worked; the reason is in what it logs."""

    def __init__(self, route: GatewayRoute) -> None:
        self._route = route

    def carry(self, outgoing: Outgoing) -> Outcome:
        """Send one."""
        import apprise  # 0.4 s that only an installation with a vendor pays

        sender = apprise.Apprise()
        if not sender.add(self._route.url.replace("{to}", quote(outgoing.address, safe="+"))):
            raise RouteDown("apprise does not know this kind of address")
        with apprise.LogCapture(level=logging.WARNING) as said:  # type: ignore[no-untyped-call]
            if sender.notify(body=outgoing.text):
                return Outcome(outgoing.delivery, State.ACCEPTED, reference="apprise")
            raise OneMessageFailed(" ".join(said.getvalue().split())[:300] or "the vendor did not take it")

    def close(self) -> None:
        """Nothing stays open."""


class Dispatcher:
    """One lane: tries the routes in order."""

    def __init__(self, routes: Routes[GatewayRoute], opened: Callable[[GatewayRoute], Carrier]) -> None:
        self._routes, self._opened = routes, opened
        self._carriers: dict[int, Carrier] = {}

    def carry(self, outgoing: Outgoing) -> Outcome:
        """Send by the first route that takes it."""
        faults: list[str] = []
        for place, route in self._routes.awake():
            carrier = self._carriers.get(place) or self._carriers.setdefault(place, self._opened(route))
            try:
                return by_route(carrier.carry(outgoing), Routes.name(place))
            except RouteDown as fault:
                faults.append(str(fault))
                if not isinstance(fault, OneMessageFailed):
                    self._routes.rest(place)
        return deferred(outgoing, "; ".join(faults) or "every route was found dead a moment ago")

    def close(self) -> None:
        """Close every route."""
        for carrier in self._carriers.values():
            carrier.close()


class GatewayChannel(Real):
    """SMS or voice. Refuses what is too long, and numbers that are none, before anything is sent."""

    kind: ClassVar[str]

    def __init__(
        self, *, routes: tuple[GatewayRoute, ...], connections: int = 4, country: str = "32", demonstration: bool
    ) -> None:
        super().__init__(demonstration=demonstration)
        self.connections, self._country = connections, country
        self.routes: Routes[GatewayRoute] = Routes(*routes)

    def transmit(self, batch: Iterable[Outgoing]) -> Iterator[tuple[Outcome, ...]]:
        """Send the ones that can be sent."""
        return run(
            batch,
            lambda: Switchboard(self.kind, self._country, Dispatcher(self.routes, self._opened)),
            self.connections,
        )

    def probe(self) -> tuple[str, ...]:
        """Every gateway of our own kind that cannot be connected to; a vendor is not disturbed."""
        return tuple(fault for route in self.routes if route.own_kind and (fault := _dead(route)))

    def _opened(self, route: GatewayRoute) -> Carrier:
        return SignedPost(self.kind, route) if route.own_kind else ThroughApprise(route)


class Switchboard:
    """Checks number and text, then dispatches."""

    def __init__(self, kind: str, country: str, dispatcher: Dispatcher) -> None:
        self._kind, self._country, self._dispatcher = kind, country, dispatcher

    def carry(self, outgoing: Outgoing) -> Outcome:
        """Check and send one."""
        refusal = short.refusal(self._kind, outgoing.text)
        if refusal:
            return rejected(outgoing, refusal)
        try:
            number = e164(outgoing.address, country=self._country)
        except NotANumber as fault:
            return rejected(outgoing, str(fault))
        return self._dispatcher.carry(replace(outgoing, address=number))

    def close(self) -> None:
        """Close the routes."""
        self._dispatcher.close()


def configured_routes(*urls: Setting[str], needed: bool) -> tuple[GatewayRoute, ...]:
    """The routes that the settings give, in order. Raises NotConfigured when there is none though one is needed."""
    secret = next(iter(configuration.GATEWAY_SECRET.get()), "").encode()
    routes = tuple(GatewayRoute(url, secret) for setting in urls if (url := setting.get()))
    if any(route.own_kind for route in routes) and not secret:
        raise SettingError(f"PARAAT_GATEWAY_SECRET is missing: {configuration.GATEWAY_SECRET.doc}")
    if needed and not routes:
        raise NotConfigured(setting=urls[0].name)
    return routes


def _body(kind: str, outgoing: Outgoing) -> bytes:
    content = {
        "kind": kind,
        "to": outgoing.address,
        "text": outgoing.text,
        "language": outgoing.language,
        "reference": str(outgoing.delivery),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _outcome(outgoing: Outgoing, answer: Answer) -> Outcome:
    """400 and 422 are about this number; anything else that is not 2xx is about the route (a wrong token, a full account, a fault)."""
    if answer.accepted:
        return Outcome(outgoing.delivery, State.ACCEPTED, reference=_reference(answer))
    said = f"{answer.status} {answer.body[:200].decode('utf-8', 'replace')}".strip()
    if answer.status in {400, 422}:
        return rejected(outgoing, said)
    if answer.status in {409, 429}:
        raise OneMessageFailed(said)
    raise RouteDown(said)


def _reference(answer: Answer) -> str:
    with contextlib.suppress(ValueError):
        found = json.loads(answer.body)
        if isinstance(found, dict):
            return str(found.get("id") or found.get("reference") or "")[:200]
    return ""


def _dead(route: GatewayRoute) -> str | None:
    parts = urlsplit(route.url)
    return reachable(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
