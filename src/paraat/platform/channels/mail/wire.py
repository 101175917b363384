"""One open SMTP connection, opened and secured by smtplib, then spoken to line by line.

By line for two reasons: to know whether a broken connection broke before the whole message was handed over (try the other route) or after
(it may have arrived: say so), and because smtplib spends more time on composing commands than the network does on carrying them.
MAIL, RCPT and DATA travel together where the server allows it (RFC 2920): one round trip instead of three.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from paraat.platform.channels.base import Outcome, State
from paraat.platform.channels.mail.route import MailRoute
from paraat.platform.channels.routes import RouteDown

_DOT = re.compile(rb"(?m)^\.")
_GO_ON = 354
_CLOSING = 421
_LONGEST_LINE = 8192

Reply = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished message: `content` ends its lines with CRLF and is what arrives, byte for byte. The addresses are bare and ASCII."""

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
        try:
            self._smtp = _opened(route, hello)
        except (OSError, smtplib.SMTPException) as fault:  # ssl.SSLError is an OSError
            raise RouteDown(f"{route}: {_said(fault)}") from fault
        sock = self._smtp.sock
        if sock is None:
            raise RouteDown(f"{route}: the connection was closed at once")
        self._sock: socket.socket | None = sock
        self._file: IO[bytes] = self._smtp.file or sock.makefile("rb")
        self._together = self._smtp.has_extn("pipelining")

    @property
    def alive(self) -> bool:
        """Whether we did not close it; the server may have."""
        return self._sock is not None

    def transmit(self, letter: Letter) -> Outcome:
        """Hand over one message. Raises RouteDown when the server certainly does not have it and the recipient is not the reason."""
        try:
            refused = self._announce(letter)
            if refused is not None:
                return refused
            self._say(letter.stuffed())
        except OSError as fault:
            raise RouteDown(f"{self.route}: {_said(fault)}") from fault
        return self._answer(letter)

    def _announce(self, letter: Letter) -> Outcome | None:
        """MAIL, RCPT and DATA; the outcome when the server will not have this recipient."""
        commands = (
            b"MAIL FROM:<%b>\r\n" % letter.envelope.encode("ascii"),
            b"RCPT TO:<%b>\r\n" % letter.recipient.encode("ascii"),
            b"DATA\r\n",
        )
        mail, recipient, data = self._asked_together(commands) if self._together else self._asked_in_turn(commands)
        if data[0] == _GO_ON and recipient[0] < 400:
            return None
        return self._refused(letter, mail, recipient, data)

    def _refused(self, letter: Letter, mail: Reply, recipient: Reply, data: Reply) -> Outcome:
        if data[0] == _GO_ON:
            self._ask(b".\r\n")  # a server that opens a message for nobody gets an empty one, which it refuses
        code, answer = next(reply for reply in (mail, recipient, data) if reply[0] >= 400)
        if code == _CLOSING:
            raise RouteDown(f"{self.route}: {code} {text(answer)}")
        if mail[0] >= 400:
            raise SenderRefused(f"{self.route} refuses the sender {letter.envelope}: {code} {text(answer)}", code=code)
        self._ask(b"RSET\r\n")
        return _outcome(letter, code, answer)

    def _asked_together(self, commands: tuple[bytes, bytes, bytes]) -> tuple[Reply, Reply, Reply]:
        self._say(b"".join(commands))
        return self._reply(), self._reply(), self._reply()

    def _asked_in_turn(self, commands: tuple[bytes, bytes, bytes]) -> tuple[Reply, Reply, Reply]:
        mail = self._ask(commands[0])
        recipient = self._ask(commands[1]) if mail[0] < 400 else (0, b"")
        data = self._ask(commands[2]) if mail[0] < 400 and recipient[0] < 400 else (0, b"")
        return mail, recipient, data

    def _answer(self, letter: Letter) -> Outcome:
        """The server has every byte; only its answer says whether it took the message."""
        try:
            self._patience(self.route.answer)
            code, answer = self._reply()
            self._patience(self.route.command)
        except OSError as fault:
            self.close()
            detail = f"{self.route}: the connection broke before the answer to the whole message: {_said(fault)}"
            return Outcome(letter.delivery, State.DEFERRED, detail=detail, perhaps_twice=True)
        return _outcome(letter, code, answer)

    def _ask(self, command: bytes) -> Reply:
        self._say(command)
        return self._reply()

    def _say(self, content: bytes) -> None:
        if self._sock is None:
            raise ConnectionError("the connection is closed")
        self._sock.sendall(content)

    def _reply(self) -> Reply:
        """One reply, of one or more lines. Anything that is none is a broken connection."""
        words: list[bytes] = []
        while True:
            line = self._file.readline(_LONGEST_LINE)
            if not line[:3].isdigit() or not line.endswith(b"\n"):
                raise ConnectionError(
                    "the server closed the connection" if not line else "the server does not speak SMTP"
                )
            words.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b" ".join(words)

    def _patience(self, seconds: float) -> None:
        if self._sock is not None:
            self._sock.settimeout(seconds)

    def close(self) -> None:
        """QUIT if the server still listens."""
        if self._sock is None:
            return
        with contextlib.suppress(OSError):
            self._patience(2.0)
            self._ask(b"QUIT\r\n")
        self._sock = None
        self._file.close()
        self._smtp.close()


def text(answer: bytes) -> str:
    """A server's words as text."""
    return answer.decode("utf-8", "replace").replace("\n", " ").strip()


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
    words = text(answer)
    if code < 400:
        return Outcome(letter.delivery, State.ACCEPTED, reference=words[:200])
    state = State.REJECTED if code >= 500 else State.DEFERRED
    return Outcome(letter.delivery, state, detail=f"{code} {words}"[:500])


def _said(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        error = fault.smtp_error
        return f"{fault.smtp_code} {text(error) if isinstance(error, bytes) else error}"
    return str(fault) or type(fault).__name__
