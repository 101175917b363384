"""Finished bytes over re-used SMTP connections: the part of the mail channel that the benchmark measures and the faults are aimed at."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from paraat.platform.channels.base import Outcome, State
from paraat.platform.channels.mail.route import MailRoute
from paraat.platform.channels.mail.wire import Connection, Letter, SenderRefused
from paraat.platform.channels.routes import RouteDown, Routes

__all__ = ["Courier", "Letter", "check"]

_TOO_LARGE = 552


class Courier:
    """One lane's connections, at most one per route, and the choice between them."""

    def __init__(self, routes: Routes[MailRoute], hello: str | None = None) -> None:
        self._routes, self._hello = routes, hello
        self._open: dict[int, Connection] = {}

    def carry(self, letter: Letter) -> Outcome:
        """Send by the first route that works. None works: deferred, and the reasons."""
        faults: list[RouteDown] = []
        for place, route in self._routes.awake():
            try:
                return replace(self._by(place, route, letter), route=Routes.name(place))
            except RouteDown as fault:
                faults.append(fault)
        too_large = bool(faults) and all(fault.context.get("code") == _TOO_LARGE for fault in faults)
        detail = "; ".join(map(str, faults)) or "every mail route was found dead a moment ago"
        return Outcome(letter.delivery, State.REJECTED if too_large else State.DEFERRED, detail=detail)

    def _by(self, place: int, route: MailRoute, letter: Letter) -> Outcome:
        """A connection that was used before may have been closed meanwhile (idle, or so many messages each): try a fresh one first."""
        connection = self._open.get(place)
        if connection and connection.alive:
            with contextlib.suppress(RouteDown):
                return connection.transmit(letter)
        if connection:
            connection.close()
        return self._fresh(place, route, letter)

    def _fresh(self, place: int, route: MailRoute, letter: Letter) -> Outcome:
        try:
            connection = self._open[place] = Connection(route, self._hello)
            return connection.transmit(letter)
        except RouteDown as fault:
            if not isinstance(fault, SenderRefused):
                self._routes.rest(place)
            self._drop(place)
            raise

    def _drop(self, place: int) -> None:
        connection = self._open.pop(place, None)
        if connection:
            connection.close()

    def close(self) -> None:
        """End every connection."""
        for place in tuple(self._open):
            self._drop(place)


def check(route: MailRoute, hello: str | None = None) -> str | None:
    """What is wrong with this route, in plain words; None when it takes mail."""
    try:
        Connection(route, hello).close()
    except RouteDown as fault:
        return str(fault)
    return None
