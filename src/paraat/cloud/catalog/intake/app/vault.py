"""The tenant's key: what is personal is sealed with it before it reaches the disk.

AES-256-GCM with a nonce of its own per value. The place a value belongs to ("answers:<id>") is sealed with it, so that nobody who can write
to the volume moves one citizen's answers under another's reference.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread
_NONCE = 12


class NotOurs(Exception):
    """Sealed with another key, in another place, or changed since."""


class Vault:
    """Seals and opens with keys derived from the tenant's secret (HKDF, RFC 5869), one per purpose."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESGCM(_derived(secret, "values"))
        self._code = _derived(secret, "codes")
        self._token = Fernet(base64.urlsafe_b64encode(_derived(secret, "tokens")))

    def seal(self, plain: bytes, place: str) -> bytes:
        """What may be written to the disk."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, place.encode())

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """What was sealed for this place; NotOurs otherwise."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise NotOurs(place.partition(":")[0]) from error

    def seal_json(self, value: object, place: str) -> bytes:
        """A JSON-able value, sealed."""
        return self.seal(json.dumps(value, ensure_ascii=False).encode(), place)

    def unseal_json(self, sealed: bytes, place: str) -> Any:
        """The value that was sealed for this place."""
        return json.loads(self.unseal(sealed, place))

    def code(self, identity: str) -> str:
        """The short code of a request, 40 bits: worked out from its id, so it stands nowhere. Guessing is slowed down where it is asked for."""
        digest = hmac.digest(self._code, identity.encode(), "sha256")
        return "".join(_LETTERS[byte & 31] for byte in digest[:8])

    def same_code(self, identity: str, given: str) -> bool:
        """Whether this is the code of the request, however it was typed."""
        typed = given.upper().replace(" ", "").replace("-", "").translate(str.maketrans("ILOU", "110V"))
        return hmac.compare_digest(self.code(identity).encode(), typed.encode())

    def mark(self, value: str, purpose: str) -> str:
        """A keyed digest, for what must be recognised but not made by others."""
        return hmac.new(self._code, f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()[:32]

    def token(self, value: object) -> str:
        """A cookie's content that only we can read or make."""
        return self._token.encrypt(json.dumps(value).encode()).decode()

    def opened(self, token: str, *, seconds: int) -> Any:
        """What a token says; None when it is not ours or older than that."""
        try:
            return json.loads(self._token.decrypt(token.encode(), ttl=seconds))
        except (InvalidToken, UnicodeEncodeError):
            return None


def _derived(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"paraat intake {purpose}".encode()).derive(
        secret.encode()
    )
