"""Separate, rotatable keys for sessions, links and fields.

A setting lists keys, newest first: the first signs or encrypts, all are accepted. Losing one purpose's key loses nothing of another's.
Outside production a missing key is made once and kept in PARAAT_HOME/keys.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from paraat.kernel.errors import Invalid, SettingError
from paraat.platform import configuration
from paraat.platform.setting import Setting


def folder() -> Path:
    """Where keys lie that no setting gives."""
    return configuration.HOME.get() / "keys"


def session_keys() -> tuple[str, ...]:
    """The keys that sign sessions, newest first."""
    return _keys(configuration.SESSION_KEY, "session")


def link_keys() -> tuple[str, ...]:
    """The keys that sign links in messages, newest first."""
    return _keys(configuration.LINK_KEY, "link")


def field_keys() -> tuple[str, ...]:
    """The keys that encrypt fields in the database, newest first."""
    return _keys(configuration.FIELD_KEY, "field")


def backup_key() -> str:
    """The passphrase of backups: PARAAT_BACKUP_KEY; outside production one made once, which is in no backup."""
    given = configuration.BACKUP_KEY.get()
    if not given and configuration.is_production():
        raise SettingError(f"PARAAT_BACKUP_KEY is missing: {configuration.BACKUP_KEY.doc}")
    return given or _made(folder() / "backup")


def seal(secret: str) -> bytes:
    """Encrypt a secret for keeping in the database."""
    return _box().encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    """The secret that `seal` encrypted; Invalid when no key on file fits."""
    try:
        return _box().decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise Invalid("This was encrypted with a key that is not on file: PARAAT_FIELD_KEY") from error


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    draft.replace(path)


def _box() -> MultiFernet:
    digests = (hashlib.sha256(key.encode()).digest() for key in field_keys())
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _keys(setting: Setting[tuple[str, ...]], name: str) -> tuple[str, ...]:
    given = setting.get()
    if given:
        if any(len(key) < 32 for key in given):
            raise SettingError(f"{setting.name} is wrong: a key has at least 32 characters")
        return given
    if configuration.is_production():
        raise SettingError(f"{setting.name} is missing: {setting.doc}")
    return tuple(_made(folder() / name).split(","))


def _made(path: Path) -> str:
    """The key in `path`, made when absent; of two processes that start at once the first wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        write_private(draft, secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="utf-8").strip()
