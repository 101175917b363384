"""Finished bytes over re-used SMTP connections: the part of the mail channel that the benchmark measures and the faults are aimed at.

Each command is sent by itself instead of by `smtplib.SMTP.sendmail`, for one reason: to know whether a broken connection broke before the
whole message was handed over (try the other route) or after (it may have arrived: say so).
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass, replace
from uuid import UUID

from paraat.platform.channels.base import Outcome, State
from paraat.platform.channels.mail.route import MailRoute
from paraat.platform.channels.routes import RouteDown, Routes

_DOT = re.compile(rb"(?m)^\.")
_CLOSING = 421
_TOO_LARGE = 552


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished message: `content` ends its lines with CRLF and is what arrives, byte for byte."""

    delivery: UUID
    envelope: str
    recipient: str
    content: bytes

    def stuffed(self) -> bytes:
        """The content as SMTP carries it: dots at line starts doubled, the end marked (RFC 5321, 4.5.2)."""
        body = _DOT.sub(b"..", self.content) if b"\n." in self.content or self.content[:1] == b"." else self.content
        return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


class SenderRefused(RouteDown):
    """The server refuses our own address; that is no fault of the recipient."""


class Connection:
    """One open connection to one server."""

    def __init__(self, route: MailRoute, hello: str | None) -> None:
        self.route = route
        self.used = False
        try:
            self._smtp = _opened(route, hello)
        except (OSError, smtplib.SMTPException) as fault:  # ssl.SSLError is an OSError
            raise RouteDown(f"{route}: {_said(fault)}") from fault

    def transmit(self, letter: Letter) -> Outcome:
        """Hand over one message. Raises RouteDown when the server certainly does not have it and the recipient is not the reason."""
        try:
            refused = self._announce(letter)
            if refused is not None:
                return refused
            self._smtp.send(letter.stuffed())
        except (OSError, smtplib.SMTPException) as fault:
            raise RouteDown(f"{self.route}: {_said(fault)}") from fault
        return self._answer(letter)

    def _announce(self, letter: Letter) -> Outcome | None:
        """MAIL, RCPT and DATA; the outcome when the server will not have this recipient."""
        code, answer = self._smtp.mail(letter.envelope)
        if code >= 400:
            raise SenderRefused(f"{self.route} refuses the sender {letter.envelope}: {code} {_text(answer)}", code=code)
        code, answer = self._smtp.rcpt(letter.recipient)
        if code < 400:
            code, answer = self._smtp.docmd("DATA")
            if code == 354:
                return None
        if code == _CLOSING:
            raise RouteDown(f"{self.route}: {code} {_text(answer)}")
        self._smtp.rset()
        return _outcome(letter, code, answer)

    def _answer(self, letter: Letter) -> Outcome:
        """The server has every byte; only its answer says whether it took the message."""
        try:
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(self.route.answer)
            code, answer = self._smtp.getreply()
            self._relax()
        except (OSError, smtplib.SMTPException) as fault:
            self.close()
            detail = f"{self.route}: the connection broke before the answer to the whole message: {_said(fault)}"
            return Outcome(letter.delivery, State.DEFERRED, detail=detail, perhaps_twice=True)
        self.used = True
        return _outcome(letter, code, answer)

    def _relax(self) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(self.route.command)

    @property
    def alive(self) -> bool:
        """Whether the socket is still there; the server may have closed it without our knowing."""
        return self._smtp.sock is not None

    def close(self) -> None:
        """QUIT if the server still listens."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(2.0)
                self._smtp.quit()
        self._smtp.close()


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
        if connection and connection.alive and connection.used:
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


def _opened(route: MailRoute, hello: str | None) -> smtplib.SMTP:
    smtp: smtplib.SMTP
    if route.tls == "immediate":
        smtp = smtplib.SMTP_SSL(
            route.host, route.port, local_hostname=hello, timeout=route.connect, context=route.context()
        )
    else:
        smtp = smtplib.SMTP(route.host, route.port, local_hostname=hello, timeout=route.connect)
    try:
        _secured(smtp, route)
        if smtp.sock is not None:
            smtp.sock.settimeout(route.command)
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _secured(smtp: smtplib.SMTP, route: MailRoute) -> None:
    smtp.ehlo_or_helo_if_needed()
    offered = smtp.has_extn("starttls")
    if route.tls == "required" and not offered:
        raise smtplib.SMTPNotSupportedError("the server does not offer STARTTLS, which is required")
    if offered and route.tls in {"required", "try"}:
        smtp.starttls(context=route.context())
        smtp.ehlo()
    if route.user:
        if not isinstance(smtp.sock, ssl.SSLSocket) and not route.local:
            raise smtplib.SMTPNotSupportedError("the password is not sent without TLS")
        smtp.login(route.user, route.password)


def _outcome(letter: Letter, code: int, answer: bytes) -> Outcome:
    text = _text(answer)
    if code < 400:
        return Outcome(letter.delivery, State.ACCEPTED, reference=text[:200])
    state = State.REJECTED if code >= 500 else State.DEFERRED
    return Outcome(letter.delivery, state, detail=f"{code} {text}"[:500])


def _text(answer: bytes) -> str:
    return answer.decode("utf-8", "replace").replace("\n", " ").strip()


def _said(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        error = fault.smtp_error
        return f"{fault.smtp_code} {_text(error) if isinstance(error, bytes) else error}"
    return str(fault) or type(fault).__name__
