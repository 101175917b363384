"""A real IMAP server (Dovecot) for these tests, installed when it is missing, on a port of its own; and a Maildir without any server."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.platform.channels.servers import free_port

USER, PASSWORD = "alerts@team.example", "pass/word with @ and spaces"


@dataclass(frozen=True)
class Imap:
    """Where the server is, and the Maildir that it serves, into which a test delivers."""

    port: int
    certificate: Path
    maildir: Path

    @property
    def url(self) -> str:
        return f"imaps://{quote(USER)}:{quote(PASSWORD, safe='')}@localhost:{self.port}/INBOX?ca={self.certificate}"


def make_maildir(folder: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    return make_maildir(tmp_path / "Maildir")


@pytest.fixture(scope="module")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imap]:
    if not shutil.which("dovecot"):
        for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "dovecot-imapd"]):
            subprocess.run(["apt-get", *step], check=True, capture_output=True)
    home = tmp_path_factory.mktemp("dovecot")
    for folder in (home, *list(home.parents)[:2]):
        folder.chmod(0o755)
    server = Imap(free_port(), _certificate(home), make_maildir(home / "mail" / "Maildir"))
    configuration = home / "dovecot.conf"
    configuration.write_text(_configuration(home, server))
    subprocess.run(["chown", "-R", "mail:mail", str(home / "mail")], check=True)
    process = subprocess.Popen(
        ["dovecot", "-F", "-c", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(server)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


def _configuration(home: Path, server: Imap) -> str:
    (home / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}:::::\n")
    return f"""
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
instance_name = paraat-test-{server.port}
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{server.certificate}
ssl_key = <{home}/key.pem
mail_location = maildir:{server.maildir}
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {server.port}
    ssl = yes
  }}
}}
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={home}/mail
}}
"""


def _certificate(home: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    )
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (home / "key.pem").write_bytes(private)
    (home / "certificate.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return home / "certificate.pem"


def _wait(server: Imap) -> None:
    context = ssl.create_default_context(cafile=str(server.certificate))
    for _ in range(200):
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", server.port), timeout=1) as raw,
            context.wrap_socket(raw, server_hostname="localhost"),
        ):
            return
        time.sleep(0.05)
    raise AssertionError(f"Dovecot did not start: {(server.certificate.parent / 'log').read_text()}")
