"""Signed links that fit in an SMS, and fields that only this installation can read. Keys rotate: the newest signs, all on file are accepted.

A link token is `payload || expiry || tag` in base64url: a UUID with its expiry and a 96-bit HMAC is 46 characters. The purpose is part
of what is signed and so is the kind of payload, so a link to acknowledge can never be used as a link to confirm a channel.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from paraat.kernel.errors import Invalid, ParaatError
from paraat.platform import keys

TAG = 12
"""Bytes of HMAC-SHA256 in a token: 2 ** 96 guesses, each a request to us."""
_UUID, _TEXT = b"u", b"t"


class BadLink(ParaatError):
    """This link is not complete or was not made by this installation."""


class ExpiredLink(ParaatError):
    """This link is no longer valid."""


def sign_link(purpose: str, payload: UUID | str, expires: datetime) -> str:
    """A token for a URL. `expires` is aware; `payload` is not hidden, only protected against change."""
    kind, content = (_UUID, payload.bytes) if isinstance(payload, UUID) else (_TEXT, payload.encode())
    body = kind + int(expires.timestamp()).to_bytes(5, "big") + content
    return base64.urlsafe_b64encode(body + _tag(keys.link_keys()[0], purpose, body)).rstrip(b"=").decode()


def read_link(purpose: str, token: str, *, now: datetime) -> UUID | str:
    """The payload that `sign_link` was given, of the same type. Raises BadLink, or ExpiredLink from the moment of expiry on."""
    raw = _decoded(token)
    body, tag = raw[:-TAG], raw[-TAG:]
    if len(body) < 6 or not any(hmac.compare_digest(_tag(key, purpose, body), tag) for key in keys.link_keys()):
        raise BadLink()
    if now >= datetime.fromtimestamp(int.from_bytes(body[1:6], "big"), UTC):
        raise ExpiredLink()
    return UUID(bytes=body[6:]) if body[:1] == _UUID else body[6:].decode()


def read_uuid_link(purpose: str, token: str, *, now: datetime) -> UUID:
    """The same for links that carry an id; BadLink when it carries something else."""
    payload = read_link(purpose, token, now=now)
    if not isinstance(payload, UUID):
        raise BadLink()
    return payload


def encrypt_field(text: str) -> str:
    """Text for keeping in the database, readable with the field keys only."""
    return keys.seal(text).decode("ascii")


def decrypt_field(sealed: str) -> str:
    """What `encrypt_field` was given. Raises Invalid when no key on file fits."""
    return keys.unseal(sealed.encode("ascii", "replace"))


def rotate_field(sealed: str) -> str:
    """The same secret under the newest key; after all rows went through this the old key may be thrown away."""
    try:
        return _boxes(keys.field_keys()).rotate(sealed.encode("ascii", "replace")).decode("ascii")
    except InvalidToken as error:
        raise Invalid("This was encrypted with a key that is not on file: PARAAT_FIELD_KEY") from error


def _decoded(token: str) -> bytes:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadLink() from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        raise BadLink()  # one payload has one spelling, so that a token can be blocked by its text
    return raw


def _tag(key: str, purpose: str, body: bytes) -> bytes:
    own = hmac.digest(key.encode(), b"paraat link\0" + purpose.encode(), "sha256")
    return hmac.digest(own, body, "sha256")[:TAG]


def _boxes(ring: Iterable[str]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in ring])
