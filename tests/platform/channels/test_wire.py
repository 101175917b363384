"""The conversation itself: commands that travel together, TLS, passwords."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from paraat.platform.channels.base import State
from paraat.platform.channels.mail import MailChannel, MailRoute, Press
from tests.platform.channels.messages import outgoing
from tests.platform.channels.servers import Inbox, free_port

PRESS = Press("Team <alerts@team.example>")


class Pipelined(socketserver.ThreadingTCPServer):
    """Offers PIPELINING and answers by the first word of the command, or by the recipient."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, answers: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answers = answers
        self.taken: list[bytes] = []
        self.seen: list[str] = []


class _Conversation(socketserver.StreamRequestHandler):
    server: Pipelined

    def handle(self) -> None:
        self._say("220 pipelined.example")
        good = False
        while line := self.rfile.readline().decode():
            word, address = line[:4].upper().strip(), line.partition("<")[2].partition(">")[0]
            self.server.seen.append(word)
            said = self.server.answers.get(address) or self.server.answers.get(word)
            if word == "EHLO":
                self._say("250-pipelined.example\r\n250 PIPELINING")
            elif word == "DATA":
                said = said or ("354 go on" if good else "503 5.5.1 no recipients")
                self._say(said)
                if said.startswith("354"):
                    self._message(good)
            elif word == "QUIT":
                return self._say("221 bye")
            else:
                good = word == "RCPT" and not said if word == "RCPT" else good and word == "NOOP"
                self._say(said or "250 OK")
        return None

    def _message(self, good: bool) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        if good:
            self.server.taken.append(b"".join(lines))
        self._say("250 OK taken" if good else "554 5.5.1 no valid recipients")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextlib.contextmanager
def pipelined(**answers: str) -> Iterator[Pipelined]:
    server = Pipelined({name.replace("_at_", "@").replace("_", "."): said for name, said in answers.items()})
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def channel(*routes: MailRoute) -> MailChannel:
    return MailChannel(press=PRESS, routes=routes, connections=1, demonstration=False)


def to(server: Pipelined) -> MailChannel:
    return channel(MailRoute("127.0.0.1", server.server_address[1], tls="never"))


@pytest.mark.parametrize("after", ["503 5.5.1 no recipients", "354 go on anyway"])
@pytest.mark.parametrize(
    ("said", "state"), [("550 5.1.1 unknown", State.REJECTED), ("450 4.2.0 later", State.DEFERRED)]
)
def test_a_refused_recipient_in_a_group_of_commands_leaves_the_next_message_whole(
    after: str, said: str, state: State
) -> None:
    with pipelined(nobody_at_ronse_example=said) as server:
        if after.startswith("354"):
            server.answers["DATA"] = after
        outcomes = list(
            to(server).send(
                [outgoing("nobody@ronse.example"), outgoing("spoc@ronse.example"), outgoing("nobody@ronse.example")]
            )
        )
    assert [outcome.state for outcome in outcomes] == [state, State.ACCEPTED, state]
    assert outcomes[0].detail == said
    assert len(server.taken) == 1 and b"To: spoc@ronse.example" in server.taken[0]
    assert server.seen.count("EHLO") == 1, "one connection for all"


def test_a_refused_sender_in_a_group_of_commands_is_the_routes_fault() -> None:
    with pipelined(MAIL="550 5.7.1 not you", RCPT="503 no sender") as server, pipelined() as second:
        routes = [MailRoute("127.0.0.1", one.server_address[1], tls="never") for one in (server, second)]
        (outcome,) = channel(*routes).send([outgoing()])
    assert (outcome.state, outcome.route, len(second.taken)) == (State.ACCEPTED, "second", 1)


def test_a_closing_server_in_a_group_of_commands_is_tried_again_afresh() -> None:
    with pipelined(
        MAIL="421 4.3.2 shutting down", RCPT="421 4.3.2 shutting down", DATA="421 4.3.2 shutting down"
    ) as server:
        (outcome,) = to(server).send([outgoing()])
    assert outcome.state is State.DEFERRED and "421" in outcome.detail and not outcome.perhaps_twice


def test_a_server_that_speaks_something_else_is_down() -> None:
    with pipelined(MAIL="hello there") as server:
        (outcome,) = to(server).send([outgoing()])
    assert outcome.state is State.DEFERRED and "does not speak SMTP" in outcome.detail


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key for localhost in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    )
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    pem += key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(pem)
    return path


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (b"u@team.example", b"p:/@ss"), handled=False)


def _knock(port: int, certificate: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    with (
        socket.create_connection(("localhost", port), timeout=5) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as sock,
    ):
        sock.recv(100)


@contextlib.contextmanager
def secured(inbox: Inbox, certificate: Path, *, immediate: bool) -> Iterator[int]:
    """An aiosmtpd that takes mail over TLS from one who knows the password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    options = (
        {"ssl_context": context, "auth_require_tls": False}
        if immediate
        else {"tls_context": context, "require_starttls": True}
    )
    controller = Controller(
        inbox, hostname="localhost", port=free_port(), authenticator=_authenticate, auth_required=True, **options
    )
    if immediate:
        controller._trigger_server = lambda: _knock(
            controller.port, certificate
        )  # its own does not trust the certificate
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.mark.parametrize("immediate", [False, True])
def test_it_signs_in_over_tls(certificate: Path, immediate: bool) -> None:
    with secured(inbox := Inbox(), certificate, immediate=immediate) as port:
        scheme, query = ("smtps", "") if immediate else ("smtp", "starttls=required&")
        url = f"{scheme}://u%40team.example:p%3A%2F%40ss@localhost:{port}?{query}ca={certificate}"
        (outcome,) = channel(MailRoute.from_url(url)).send([outgoing()])
    assert outcome.state is State.ACCEPTED, outcome.detail
    assert len(inbox.envelopes) == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("smtp://u%40team.example:wrong@localhost:{port}?ca={ca}", "535"),
        ("smtp://u%40team.example:p%3A%2F%40ss@localhost:{port}", "certificate"),
        ("smtp://localhost:{port}?starttls=never", "530"),
    ],
)
def test_a_wrong_password_or_certificate_sends_nothing(certificate: Path, url: str, said: str) -> None:
    with secured(inbox := Inbox(), certificate, immediate=False) as port:
        (outcome,) = channel(MailRoute.from_url(url.format(port=port, ca=certificate))).send([outgoing()])
    assert outcome.state is State.DEFERRED and said in outcome.detail.lower()
    assert inbox.envelopes == []


def test_tls_that_is_required_and_not_offered_sends_nothing() -> None:
    with pipelined() as server:
        (outcome,) = channel(MailRoute("127.0.0.1", server.server_address[1], tls="required")).send([outgoing()])
    assert outcome.state is State.DEFERRED and "STARTTLS" in outcome.detail
    assert server.taken == []
