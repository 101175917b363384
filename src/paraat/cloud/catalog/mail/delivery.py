"""Puts messages of an export into a mailbox, as dovecot itself would: whole files, renamed into place, each once however often it is tried."""

from __future__ import annotations

import io
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

from paraat.cloud.access import Access
from paraat.cloud.catalog.mail.exports import Found, read
from paraat.kernel.errors import Invalid

QUARANTINE = ("Quarantine",)
BATCH = 16 * 1024 * 1024
"""Bytes that go over at once."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an export."""

    account: str
    messages: int  # in the mailbox now, those that were there already included
    quarantined: int
    already: int  # were there from an earlier time


def take(access: Access, kind: str, path: Path, account: str = "") -> Taken:
    """Every message into the account's mailbox; Invalid names an account that is not there or an export that is none."""
    login = chosen(access, path, account)
    counts: Counter[str] = Counter()
    try:
        for batch in _batches(_named(read(kind, path), path.name, counts)):
            counts["already"] += int(_put(access, login, batch) or 0)
    except ValueError as error:
        raise Invalid(str(error)) from error
    return Taken(login, counts["messages"], counts["quarantined"], counts["already"])


def chosen(access: Access, path: Path, account: str) -> str:
    """The login whose mailbox it is: the one asked for, or the one the file is named after, or the first one."""
    logins = [one.login for one in access.prepared.accounts]
    if account and account not in logins:
        raise Invalid(f"There is no account {account}", field="account", account=account)
    if not logins:
        raise Invalid("There is no account to take the messages in", field="account")
    named = path.name.split(".", 1)[0]
    return account or (named if named in logins else logins[0])


@dataclass(frozen=True, slots=True)
class _File:
    """A message as a file of a maildir."""

    folder: str  # "" for the inbox, else `.Sent.2026`
    name: str
    raw: bytes
    at: int


def _named(messages: Iterable[Found], source: str, counts: Counter[str]) -> Iterator[_File]:
    """Each with a name made of its content: taken in a second time it has the same one. Two alike in one export stay two."""
    seen: Counter[str] = Counter()
    for number, found in enumerate(messages, 1):
        raw = _wrapped(found, source, number) if found.bad else found.raw
        folder = "".join(f".{_encoded(name)}" for name in (QUARANTINE if found.bad else found.folder))
        digest = sha256(folder.encode() + found.raw).hexdigest()[:32]
        seen[digest] += 1
        counts["quarantined" if found.bad else "messages"] += 1
        at = int((found.at or datetime.now(UTC)).timestamp())
        yield _File(folder, f"{digest}-{seen[digest]}.paraat:2,{found.flags}", raw, at)


def _wrapped(found: Found, source: str, number: int) -> bytes:
    """What is no message, whole, attached to one that says where it was and why it cannot be read."""
    message = EmailMessage()
    message["Subject"] = f"Piece {number} of {source} cannot be read"
    message["From"] = "quarantine@localhost"
    message["Date"] = format_datetime(found.at or datetime(1970, 1, 1, tzinfo=UTC))
    message.set_content(f"Piece {number} of {source} is no message: {found.wrong}. All its bytes are attached.\n")
    message.add_attachment(found.raw, maintype="application", subtype="octet-stream", filename=f"piece-{number}.bin")
    return message.as_bytes()


def _encoded(name: str) -> str:
    """A folder's name as maildir has it: printable ASCII, without what separates folders. Names of exports are in IMAP's UTF-7 already."""
    kept = "".join(sign if " " <= sign <= "~" and sign not in "./\\" else "_" for sign in name)
    return kept.strip() or "_"


def _batches(files: Iterable[_File]) -> Iterator[list[_File]]:
    batch: list[_File] = []
    size = 0
    for one in files:
        batch.append(one)
        size += len(one.raw)
        if size > BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _put(access: Access, login: str, batch: list[_File]) -> str:
    """One archive into the container, which puts every message in place that is not there yet; how many were."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for one in batch:
            member = tarfile.TarInfo(f"{one.folder or '.'}/{one.name}" if one.folder else f"inbox/{one.name}")
            member.size, member.mtime, member.mode = len(one.raw), one.at, 0o600
            archive.addfile(member, io.BytesIO(one.raw))
    return access.run("mail", "/usr/local/bin/take-in", login, stdin=buffer.getvalue(), container="dovecot").decode()
