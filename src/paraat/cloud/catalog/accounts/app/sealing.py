"""What is signed and sealed: sessions and forms (HMAC-SHA-256), and what one person hands to another (Fernet). All with the tenant's own secret."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from typing import Any


def signed(key: bytes, values: dict[str, Any]) -> str:
    """`values` as a text that cannot be changed without it being noticed."""
    body = base64.urlsafe_b64encode(json.dumps({**values, "at": int(time.time())}).encode()).decode()
    return f"{body}.{_mark(key, 'session', body)}"


def opened(key: bytes, text: str, seconds: float) -> dict[str, Any] | None:
    """The values of a signed text; None when it is not ours or older than `seconds`."""
    body, _, mark = text.partition(".")
    if not hmac.compare_digest(mark.encode(), _mark(key, "session", body).encode()):
        return None
    values: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body))
    return values if values["at"] > time.time() - seconds else None


def form_token(key: bytes, seed: str) -> str:
    """The token of a form for the browser that holds the cookie `seed`."""
    return _mark(key, "form", seed)


def seed() -> str:
    """What a browser is told apart by."""
    return secrets.token_urlsafe(18)


def seal(key: bytes, text: str) -> str:
    """`text` so that only this tenant can read it."""
    return bytes(_box(key).encrypt(text.encode())).decode()


def unseal(key: bytes, sealed: str) -> str:
    """The text again; ValueError when it was sealed with another tenant's secret."""
    from cryptography.fernet import InvalidToken

    try:
        return bytes(_box(key).decrypt(sealed.encode())).decode()
    except InvalidToken:
        raise ValueError("sealed by another tenant") from None


def _box(key: bytes) -> Any:
    from cryptography.fernet import Fernet  # here: it costs ten megabytes, and most tenants seal nothing

    return Fernet(base64.urlsafe_b64encode(hmac.digest(key, b"notes", "sha256")))


def _mark(key: bytes, purpose: str, text: str) -> str:
    return hmac.new(key, f"{purpose}\n{text}".encode(), "sha256").hexdigest()
