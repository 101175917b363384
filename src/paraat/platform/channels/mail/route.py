"""A way to an SMTP server, written as one URL in the settings."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

CONNECT = 15.0
COMMAND = 60.0
ANSWER = 180.0
"""Seconds. RFC 5321 4.5.3.2 allows minutes; an alert is better tried by the second route. Only the answer to a whole message is worth a
longer wait, since giving up there may send it twice."""


@dataclass(frozen=True, slots=True)
class MailRoute:
    """Where and how to hand over mail.

    `smtp://user:password@host:587?starttls=required` or `smtps://host`. `starttls`: `required`, `try` (used when offered; the default), or
    `never`. `ca`: a PEM file that signs the server's certificate. A user name is sent only over TLS, or to this machine itself.
    """

    host: str
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "try"
    ca: str = ""
    connect: float = CONNECT
    command: float = COMMAND
    answer: float = ANSWER

    @classmethod
    def from_url(cls, url: str) -> MailRoute:
        """Read the setting; ValueError says what is wrong with it."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("it must look like smtp://host:port or smtps://user:password@host")
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        tls = "immediate" if parts.scheme == "smtps" else query.get("starttls", "try")
        if tls not in {"immediate", "required", "try", "never"}:
            raise ValueError("starttls must be required, try or never")
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls == "immediate" else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
            ca=query.get("ca", ""),
        )

    @property
    def local(self) -> bool:
        """Whether the server is this machine, where nobody listens in between."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def context(self) -> ssl.SSLContext:
        """Certificates are verified against the system's authorities or `ca`."""
        return ssl.create_default_context(cafile=self.ca or None)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"
